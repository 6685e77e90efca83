"""Residents who ask to be bound to a household, beside what the property has on file about them."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from backend.features.people.model import Relation
from backend.features.people.tables import HouseholdMemberRow, PersonRow
from backend.features.residents.model import BindingReason, BindingState
from backend.features.residents.tables import BindingRow
from backend.features.sites.tables import SiteRow
from backend.kernel.identity import Scope
from backend.kernel.paging import Cursor, Page, PageRequest, page_of
from backend.pages.rooms import ROOM_LABEL, join_room


@dataclass(frozen=True)
class BindingCard:
    id: UUID
    site_name: str
    room: str
    person_name: str = field(repr=False)
    phone: str | None = field(repr=False)
    """The number on file, the last four digits only."""
    relation: Relation | None
    state: BindingState
    reason: BindingReason | None
    requested_at: datetime
    decided_at: datetime | None


def list_bindings(session: Session, within: Scope, state: BindingState, request: PageRequest) -> Page[BindingCard]:
    member = (HouseholdMemberRow.household_id == BindingRow.household_id) & (
        HouseholdMemberRow.person_id == BindingRow.person_id
    )
    query = (
        select(BindingRow, PersonRow, SiteRow.name, ROOM_LABEL, HouseholdMemberRow.relation)
        .join(PersonRow, PersonRow.id == BindingRow.person_id)
        .join(SiteRow, SiteRow.id == BindingRow.site_id)
        .outerjoin(HouseholdMemberRow, member & HouseholdMemberRow.until_on.is_(None))
        .where(BindingRow.site_id.in_(within.sites), BindingRow.state == state.value)
    )
    if request.after is not None:
        query = query.where(tuple_(BindingRow.requested_at, BindingRow.id) < (request.after.at, request.after.id))
    newest = (BindingRow.requested_at.desc(), BindingRow.id.desc())
    query = join_room(query, BindingRow.household_id).order_by(*newest)
    rows = session.execute(query.limit(request.limit + 1))
    return page_of([_card(*row) for row in rows], request, lambda card: Cursor(card.requested_at, card.id))


def _card(binding: BindingRow, person: PersonRow, site: str, room: str, relation: str | None) -> BindingCard:
    return BindingCard(
        binding.id,
        site,
        room,
        person.name,
        None if person.phone is None else person.phone[-4:],
        None if relation is None else Relation(relation),
        BindingState(binding.state),
        None if binding.reason is None else BindingReason(binding.reason),
        binding.requested_at,
        binding.decided_at,
    )
