"""What residents ask of the property, beside who they are, the most urgent first."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session, aliased

from backend.features.matters.model import Details, Matter, MatterKind, MatterState
from backend.features.matters.service import is_due_soon, is_late, matter_of
from backend.features.matters.tables import MatterRow
from backend.features.people.tables import PersonRow
from backend.features.residents.tables import BindingRow
from backend.features.sites.tables import SiteRow
from backend.kernel.clock import local_day, start_of_local_day
from backend.kernel.identity import Scope
from backend.kernel.paging import Cursor, Page, PageRequest, page_of
from backend.pages.rooms import ROOM_LABEL, join_room


@dataclass(frozen=True)
class MatterFilter:
    state: MatterState = MatterState.OPEN
    kind: MatterKind | None = None
    late_only: bool = False


@dataclass(frozen=True)
class MatterCard:
    id: UUID
    kind: MatterKind
    state: MatterState
    site_name: str
    room: str
    asker: str = field(repr=False)
    """Who asked, as the register names them."""
    about: str = field(repr=False)
    """Whom it is about, where that is somebody on the register."""
    details: Details
    asked_at: datetime
    due_on: date
    late: bool
    due_soon: bool
    decided_at: datetime | None
    answer: str = field(repr=False)


_Asker, _About = aliased(PersonRow), aliased(PersonRow)


def list_matters(
    session: Session, within: Scope, wanted: MatterFilter, request: PageRequest, today: date
) -> Page[MatterCard]:
    """Open ones by their last day, decided ones newest first; one query."""
    query = _query(within).where(MatterRow.state == wanted.state.value)
    if wanted.kind is not None:
        query = query.where(MatterRow.kind == wanted.kind.value)
    if wanted.late_only:
        query = query.where(MatterRow.due_on < today)
    open_ones = wanted.state is MatterState.OPEN
    query = _after(query, request, open_ones)
    order = (MatterRow.due_on, MatterRow.id) if open_ones else (MatterRow.asked_at.desc(), MatterRow.id.desc())
    rows = session.execute(query.order_by(*order).limit(request.limit + 1))
    cards = [_card(today, *row) for row in rows]
    return page_of(cards, request, lambda card: Cursor(_instant(card, open_ones), card.id))


def _instant(card: MatterCard, open_ones: bool) -> datetime:
    return start_of_local_day(card.due_on) if open_ones else card.asked_at


def _after(query: Select[Any], request: PageRequest, open_ones: bool) -> Select[Any]:
    if request.after is None:
        return query
    if open_ones:
        last = (local_day(request.after.at), request.after.id)
        return query.where(tuple_(MatterRow.due_on, MatterRow.id) > last)
    return query.where(tuple_(MatterRow.asked_at, MatterRow.id) < (request.after.at, request.after.id))


def _query(within: Scope) -> Select[Any]:
    asked_as = (BindingRow.resident_id == MatterRow.resident_id) & (BindingRow.household_id == MatterRow.household_id)
    named = (
        select(_Asker.name)
        .join(BindingRow, BindingRow.person_id == _Asker.id)
        .where(asked_as)
        .order_by(BindingRow.requested_at.desc())
        .limit(1)
        .correlate(MatterRow)
        .scalar_subquery()
    )
    query = (
        select(MatterRow, SiteRow.name, ROOM_LABEL, named, _About.name)
        .join(SiteRow, SiteRow.id == MatterRow.site_id)
        .outerjoin(_About, _About.id == MatterRow.person_id)
        .where(MatterRow.site_id.in_(within.sites))
    )
    return join_room(query, MatterRow.household_id)


def _card(today: date, row: MatterRow, site: str, room: str, asker: str | None, about: str | None) -> MatterCard:
    matter: Matter = matter_of(row)
    waiting = matter.state is MatterState.OPEN
    return MatterCard(
        matter.id,
        matter.kind,
        matter.state,
        site,
        room or "",
        asker or "",
        about or "",
        matter.details,
        matter.asked_at,
        matter.due_on,
        waiting and is_late(matter.due_on, today),
        waiting and is_due_soon(matter.due_on, today),
        matter.decided_at,
        matter.answer,
    )
