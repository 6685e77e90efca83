"""What the platform would have said at the instant at which a terminal decided alone."""

from dataclasses import replace
from datetime import datetime

from backend.features.credentials import doors
from backend.features.credentials.model import Denial
from backend.features.devices.model import Device, Direction
from backend.features.gate_lists import store
from backend.features.gate_lists.model import Judged, OfflineCredential, OfflineEvent, Outcome
from backend.features.passes.model import Pass, PassFault
from backend.features.passes.rules import fault_at
from backend.features.passes.service import open_pass
from backend.features.people import offline as registers
from backend.features.sites import service as sites
from backend.features.visits import offline as standing
from backend.features.visits import service as visits
from backend.features.visits.model import Visit, VisitState
from backend.features.visits.rules import fault_of
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import VehicleId

VEHICLE_RETIRED = "vehicle_retired"
VEHICLE_UNKNOWN = "unknown_vehicle"


def judge(work: Work, crypto: Crypto, within: Scope, device: Device, event: OfflineEvent) -> Judged:
    """What is not of this site is unknown here. A card at a door is kept among the door's events."""
    match event.shown.credential:
        case OfflineCredential.PASS:
            return _pass(work, crypto, within, device, event)
        case OfflineCredential.CARD:
            return _card(work, crypto, within, device, event)
        case OfflineCredential.PLATE:
            return _plate(work, within, event)
        case OfflineCredential.HAND:
            return Judged()


def _pass(work: Work, crypto: Crypto, within: Scope, device: Device, event: OfflineEvent) -> Judged:
    opened = open_pass(crypto, event.shown.text)
    if isinstance(opened, PassFault):
        return Judged(opened.value, known=False)
    visit = _visit(work, within, opened)
    if visit is None:
        return Judged(PassFault.FORGED.value, known=False)
    fault = None if device.direction is Direction.EXIT else _fault(work, within, device, opened, visit, event)
    return Judged(fault, visit_id=visit.id)


def _visit(work: Work, within: Scope, opened: Pass) -> Visit | None:
    try:
        return visits.get(work.session, within, opened.id)
    except NotFound:
        return None


def _fault(work: Work, within: Scope, device: Device, opened: Pass, visit: Visit, event: OfflineEvent) -> str | None:
    """Of window, gate and state; whether entries were left is found by counting them."""
    if device.gate_id is not None:
        gate = sites.get_gate(work.session, within, device.gate_id)
        not_by_pass = fault_at(opened, gate.site_id, gate.bit, event.occurred_at)
        if not_by_pass is not None:
            return not_by_pass.value
    uncounted = standing.uncounted(visit)
    if not visit.is_active and not _called_off(work, within, visit, event.occurred_at):
        uncounted = replace(uncounted, state=VisitState.ACTIVE)
    fault = fault_of(uncounted, event.occurred_at)
    return None if fault is None else fault.value


def _called_off(work: Work, within: Scope, visit: Visit, at: datetime) -> bool:
    """Seen by the makers of lists, who look every few seconds; never seen by them counts as called off all along."""
    seen_at = store.revoked_at(work.session, within, visit.id)
    return seen_at is None or seen_at <= at


def _card(work: Work, crypto: Crypto, within: Scope, device: Device, event: OfflineEvent) -> Judged:
    admitted = event.outcome is Outcome.ADMITTED
    shown = event.shown.text
    credential_id, denial = doors.note_offline(work, crypto, within, device, shown, event.occurred_at, admitted)
    fault = None if denial is None else denial.value
    return Judged(fault, known=denial is not Denial.UNKNOWN, credential_id=credential_id)


def _plate(work: Work, within: Scope, event: OfflineEvent) -> Judged:
    vehicle, registered = registers.vehicle_at(work.session, within, event.shown.text, event.occurred_at)
    if vehicle is None:
        return Judged(VEHICLE_UNKNOWN, known=False)
    return Judged(None if registered else VEHICLE_RETIRED, vehicle_id=VehicleId(vehicle.id))
