"""A passage as people at the gate see it, with its host, its lane and what the barrier said: one query a list."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from backend.features.accounts.tables import StaffRow
from backend.features.devices.model import CommandOutcome, Direction
from backend.features.devices.tables import DeviceCommandRow, DeviceRow
from backend.features.passages.model import Credential, HandReason, PassageState, VehicleSeen
from backend.features.passages.stored import vehicle_of
from backend.features.passages.tables import PassageRow
from backend.features.people.tables import VehicleRow
from backend.features.sites.tables import GateRow
from backend.features.visits.tables import VisitRow
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import DeviceId, GateId, PassageId, SiteId
from backend.pages.rooms import ROOM_LABEL, join_room


class Barrier(Enum):
    """What is known of the barrier after it was told to open."""

    NOT_TOLD = "not_told"
    TOLD = "told"
    """Its answer may still come."""
    OPENED = "opened"
    FAILED = "failed"
    SILENT = "silent"


@dataclass(frozen=True)
class PassageCard:
    id: PassageId
    site_id: SiteId
    gate_id: GateId
    gate_name: str
    device_id: DeviceId
    lane_name: str
    direction: Direction
    credential: Credential
    has_photo: bool
    plate: str | None = field(repr=False)
    plate_colour: str | None
    confidence_0_1: float | None
    alternatives: tuple[tuple[str, float], ...] = field(repr=False)
    """Other readings of the plate and their confidence, the likeliest first."""
    state: PassageState
    reason: str | None
    """An AdmitReason, AskReason, PassFault or VisitFault."""
    hand_reason: HandReason | None
    hand_words: str | None = field(repr=False)
    """The guard's own, beside the preset reason."""
    reason_owed: bool
    decided_by: str | None = field(repr=False)
    """The guard's name, where a person decided."""
    visitor_name: str | None = field(repr=False)
    host_room: str | None
    barrier: Barrier
    occurred_at: datetime
    created_at: datetime
    decided_at: datetime | None
    plate_kind: str | None
    """What the picture shows the plate to be, one of recognition's kinds."""
    vehicle: VehicleSeen
    """What the camera says of the vehicle; its word, shown as such."""
    captures: int
    seen_until: datetime

    @property
    def is_undecided(self) -> bool:
        return self.state in (PassageState.READING, PassageState.WAITING)


def card_query() -> Select[Any]:
    """Passages with whatever a card shows; the caller adds scope, filter, order and limit."""
    query = (
        select(
            PassageRow,
            GateRow.name.label("gate_name"),
            DeviceRow.name.label("lane_name"),
            StaffRow.display_name.label("guard"),
            VisitRow.visitor_name,
            ROOM_LABEL.label("room"),
            DeviceCommandRow.outcome,
            DeviceCommandRow.expires_at.label("told_until"),
        )
        .join(GateRow, GateRow.id == PassageRow.gate_id)
        .join(DeviceRow, DeviceRow.id == PassageRow.device_id)
        .outerjoin(StaffRow, StaffRow.id == PassageRow.decided_by)
        .outerjoin(VisitRow, VisitRow.id == PassageRow.visit_id)
        .outerjoin(VehicleRow, VehicleRow.id == PassageRow.vehicle_id)
        .outerjoin(DeviceCommandRow, _opening())
    )
    return join_room(query, func.coalesce(VisitRow.household_id, VehicleRow.household_id))


def _opening() -> ColumnElement[bool]:
    """The command of the decision; it bears the decision's instant, by which the index finds it."""
    return (DeviceCommandRow.issued_at == PassageRow.decided_at) & (DeviceCommandRow.passage_id == PassageRow.id)


def read_cards(session: Session, query: Select[Any], now: datetime) -> Sequence[PassageCard]:
    return [_card(row, now) for row in session.execute(query)]


def read_card(session: Session, within: Scope, passage_id: UUID, now: datetime) -> PassageCard:
    """Raises NotFound."""
    query = card_query().where(PassageRow.id == passage_id, PassageRow.site_id.in_(within.sites))
    cards = read_cards(session, query, now)
    if not cards:
        raise NotFound
    return cards[0]


def _card(row: Any, now: datetime) -> PassageCard:
    passage: PassageRow = row.PassageRow
    return PassageCard(
        PassageId(passage.id),
        SiteId(passage.site_id),
        GateId(passage.gate_id),
        row.gate_name,
        DeviceId(passage.device_id),
        row.lane_name,
        Direction(passage.direction),
        Credential(passage.credential),
        passage.media_id is not None,
        passage.plate,
        passage.plate_colour,
        passage.confidence,
        tuple((text, score) for text, score in passage.alternatives),
        PassageState(passage.state),
        passage.reason,
        None if passage.hand_reason is None else HandReason(passage.hand_reason),
        passage.hand_words,
        passage.reason_owed,
        row.guard,
        row.visitor_name,
        row.room,
        barrier_state(row.outcome, row.told_until, now),
        passage.occurred_at,
        passage.created_at,
        passage.decided_at,
        passage.plate_kind,
        vehicle_of(passage.vehicle),
        passage.captures,
        passage.seen_until,
    )


def barrier_state(outcome: str | None, told_until: datetime | None, now: datetime) -> Barrier:
    """`told_until` is None where no command was given; without an outcome it tells waiting from silence."""
    if told_until is None:
        return Barrier.NOT_TOLD
    if outcome is None:
        return Barrier.TOLD if now < told_until else Barrier.SILENT
    return Barrier.OPENED if outcome == CommandOutcome.DONE.value else Barrier.FAILED
