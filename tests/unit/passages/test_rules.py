"""The decision at the gate, as a whole table: direction × reading × vehicle × visit × age of the photo."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from backend.features.devices.model import Direction
from backend.features.passages.model import Admit, AdmitReason, AskGuard, AskReason, Decision, PlateObservation
from backend.features.passages.rules import FRESH, decide
from backend.features.people.model import Vehicle
from backend.features.visits.model import Visit, VisitState
from backend.features.visits.rules import EARLY
from backend.kernel.ids import HouseholdId, ResidentId, SiteId, TenantId, VehicleId, VisitId

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PLATE = "苏A12345"
CERTAIN = PlateObservation(PLATE, True, 0.99, "test")
UNCERTAIN = PlateObservation(PLATE, False, 0.6, "test")
UNREAD = PlateObservation(None, False, 0.0, "test")
VEHICLE = Vehicle(VehicleId(UUID(int=1)), SiteId(UUID(int=2)), HouseholdId(UUID(int=3)), PLATE)
VISIT = Visit(
    VisitId(UUID(int=4)),
    TenantId(UUID(int=5)),
    SiteId(UUID(int=2)),
    HouseholdId(UUID(int=3)),
    ResidentId(UUID(int=6)),
    "陈访客",
    None,
    PLATE,
    NOW - timedelta(hours=1),
    NOW + timedelta(hours=1),
    2,
    0,
    VisitState.ACTIVE,
    "123456",
    "link",
    NOW,
)
NOT_YET = replace(VISIT, valid_from=NOW + EARLY + SECOND)
OVER = replace(VISIT, valid_until=NOW)
USED_UP = replace(VISIT, entries=2)
CANCELLED = replace(VISIT, state=VisitState.CANCELLED)


def entering(
    observation: PlateObservation, vehicle: Vehicle | None = None, visit: Visit | None = None, at: datetime = NOW
) -> Decision:
    return decide(Direction.ENTRY, observation, vehicle, visit, at, NOW)


def leaving(
    observation: PlateObservation, vehicle: Vehicle | None = None, visit: Visit | None = None, at: datetime = NOW
) -> Decision:
    return decide(Direction.EXIT, observation, vehicle, visit, at, NOW)


@pytest.mark.parametrize(
    ("observation", "vehicle", "visit", "expected"),
    [
        (UNREAD, None, None, AskGuard(AskReason.NO_PLATE)),
        (UNCERTAIN, None, None, AskGuard(AskReason.PLATE_UNCERTAIN)),
        (UNCERTAIN, VEHICLE, None, AskGuard(AskReason.PLATE_UNCERTAIN)),
        (UNCERTAIN, None, VISIT, AskGuard(AskReason.PLATE_UNCERTAIN, VISIT.id)),
        (UNCERTAIN, VEHICLE, VISIT, AskGuard(AskReason.PLATE_UNCERTAIN, VISIT.id)),
        (CERTAIN, None, None, AskGuard(AskReason.UNKNOWN_VEHICLE)),
        (CERTAIN, VEHICLE, None, Admit(AdmitReason.RESIDENT_VEHICLE, vehicle_id=VEHICLE.id)),
        (CERTAIN, VEHICLE, VISIT, Admit(AdmitReason.RESIDENT_VEHICLE, vehicle_id=VEHICLE.id)),
        (CERTAIN, VEHICLE, CANCELLED, Admit(AdmitReason.RESIDENT_VEHICLE, vehicle_id=VEHICLE.id)),
        (CERTAIN, None, VISIT, Admit(AdmitReason.VISITOR, visit_id=VISIT.id)),
        (CERTAIN, None, NOT_YET, AskGuard(AskReason.VISIT_NOT_YET, VISIT.id)),
        (CERTAIN, None, OVER, AskGuard(AskReason.VISIT_OVER, VISIT.id)),
        (CERTAIN, None, USED_UP, AskGuard(AskReason.VISIT_USED_UP, VISIT.id)),
        (CERTAIN, None, CANCELLED, AskGuard(AskReason.VISIT_CANCELLED, VISIT.id)),
    ],
)
def test_who_may_come_in(
    observation: PlateObservation, vehicle: Vehicle | None, visit: Visit | None, expected: Decision
) -> None:
    assert entering(observation, vehicle, visit) == expected


VISITS = (None, VISIT, NOT_YET, OVER, USED_UP, CANCELLED)


@pytest.mark.parametrize(
    ("observation", "vehicle", "visit"), list(product((CERTAIN, UNCERTAIN, UNREAD), (None, VEHICLE), VISITS))
)
def test_nobody_is_held_inside_and_only_a_sure_plate_ends_a_visit(
    observation: PlateObservation, vehicle: Vehicle | None, visit: Visit | None
) -> None:
    known = observation.certain
    visit_id = visit.id if known and visit else None
    vehicle_id = vehicle.id if known and vehicle else None
    assert leaving(observation, vehicle, visit) == Admit(AdmitReason.LEAVING, visit_id, vehicle_id)


@pytest.mark.parametrize(
    ("direction", "observation", "vehicle", "visit"),
    list(product(Direction, (CERTAIN, UNCERTAIN, UNREAD), (None, VEHICLE), VISITS)),
)
def test_an_old_photo_opens_nothing_in_either_direction(
    direction: Direction, observation: PlateObservation, vehicle: Vehicle | None, visit: Visit | None
) -> None:
    late = decide(direction, observation, vehicle, visit, NOW - FRESH - SECOND, NOW)
    assert late == AskGuard(AskReason.PHOTO_LATE, visit.id if visit else None)


def test_a_photo_is_fresh_for_thirty_seconds_and_from_a_clock_a_little_ahead() -> None:
    for at in (NOW - FRESH, NOW - FRESH + SECOND, NOW, NOW + SECOND):
        assert entering(CERTAIN, VEHICLE, at=at) == Admit(AdmitReason.RESIDENT_VEHICLE, vehicle_id=VEHICLE.id)


def test_the_machine_never_admits_on_an_uncertain_plate_at_the_way_in() -> None:
    for observation, vehicle, visit in product((UNCERTAIN, UNREAD), (None, VEHICLE), VISITS):
        assert isinstance(entering(observation, vehicle, visit), AskGuard)
