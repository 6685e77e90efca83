"""The list of passages with its filters, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import Session

from backend.features.passages.model import PassageState
from backend.features.passages.tables import PassageRow
from backend.kernel.clock import start_of_local_day
from backend.kernel.identity import Scope
from backend.kernel.paging import Cursor, Page, PageRequest, page_of
from backend.kernel.plates import normalise_plate
from backend.pages.passage_cards import PassageCard, card_query, read_cards


@dataclass(frozen=True)
class PassageFilter:
    day: date | None = None
    """A calendar day in China."""
    gate_id: UUID | None = None
    states: Sequence[PassageState] = ()
    plate_part: str = field(default="", repr=False)


def list_passages(
    session: Session, within: Scope, wanted: PassageFilter, request: PageRequest, now: datetime
) -> Page[PassageCard]:
    query = _filtered(card_query().where(PassageRow.site_id.in_(within.sites)), wanted)
    if request.after is not None:
        query = query.where(tuple_(PassageRow.created_at, PassageRow.id) < (request.after.at, request.after.id))
    query = query.order_by(PassageRow.created_at.desc(), PassageRow.id.desc()).limit(request.limit + 1)
    return page_of(read_cards(session, query, now), request, lambda card: Cursor(card.created_at, card.id))


def _filtered(query: Select[Any], wanted: PassageFilter) -> Select[Any]:
    if wanted.day is not None:
        start, end = start_of_local_day(wanted.day), start_of_local_day(wanted.day + timedelta(days=1))
        query = query.where(PassageRow.created_at >= start, PassageRow.created_at < end)
    if wanted.gate_id is not None:
        query = query.where(PassageRow.gate_id == wanted.gate_id)
    if wanted.states:
        query = query.where(PassageRow.state.in_([state.value for state in wanted.states]))
    else:
        query = query.where(PassageRow.state != PassageState.JOINED.value)
    if wanted.plate_part:
        query = query.where(PassageRow.plate.contains(normalise_plate(wanted.plate_part), autoescape=True))
    return query
