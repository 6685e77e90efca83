"""What a photo at the gate means. Pure: what was read, what is known, and the instants come in.

The machine only ever admits; everything else is a question to a person.
"""

from datetime import datetime, timedelta

from backend.features.devices.model import Direction
from backend.features.passages.model import Admit, AdmitReason, AskGuard, AskReason, Decision, PlateObservation
from backend.features.people.model import Vehicle
from backend.features.visits.model import Visit, VisitFault
from backend.features.visits.rules import fault_of

FRESH = timedelta(seconds=30)
"""Older photos open nothing: the car may be gone and another may stand there."""

_ASK = {
    VisitFault.NOT_YET: AskReason.VISIT_NOT_YET,
    VisitFault.OVER: AskReason.VISIT_OVER,
    VisitFault.USED_UP: AskReason.VISIT_USED_UP,
    VisitFault.CANCELLED: AskReason.VISIT_CANCELLED,
}


def decide(
    direction: Direction,
    observation: PlateObservation,
    vehicle: Vehicle | None,
    visit: Visit | None,
    occurred_at: datetime,
    now: datetime,
) -> Decision:
    """`vehicle` and `visit` are those of the observed plate, if any."""
    if now - occurred_at > FRESH and not observation.said_by_person:
        return AskGuard(AskReason.PHOTO_LATE, visit.id if visit else None)
    if direction is Direction.EXIT:
        return _leaving(observation, vehicle, visit)
    if observation.text is None:
        return AskGuard(AskReason.NO_PLATE)
    if not observation.certain:
        return AskGuard(AskReason.PLATE_UNCERTAIN, visit.id if visit else None)
    if vehicle is not None:
        return Admit(AdmitReason.RESIDENT_VEHICLE, vehicle_id=vehicle.id)
    return _visiting(visit, now)


def _leaving(observation: PlateObservation, vehicle: Vehicle | None, visit: Visit | None) -> Decision:
    """Nobody is held inside for a plate that could not be read; but only a sure plate ends a visit."""
    if not observation.certain:
        return Admit(AdmitReason.LEAVING)
    return Admit(AdmitReason.LEAVING, visit.id if visit else None, vehicle.id if vehicle else None)


def _visiting(visit: Visit | None, now: datetime) -> Decision:
    if visit is None:
        return AskGuard(AskReason.UNKNOWN_VEHICLE)
    fault = fault_of(visit, now)
    if fault is None:
        return Admit(AdmitReason.VISITOR, visit_id=visit.id)
    return AskGuard(_ASK[fault], visit.id)
