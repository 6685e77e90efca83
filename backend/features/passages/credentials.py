"""A visitor on foot, or with a car that nobody announced: the QR of the pass, or its six-digit code."""

from uuid import UUID

from backend.features.devices.model import Device, Direction
from backend.features.passages.errors import NotAGate
from backend.features.passages.model import AdmitReason, Credential, PassageState
from backend.features.passages.service import add_passage, get_locked, open_up
from backend.features.passes.model import PassFault
from backend.features.passes.rules import fault_at
from backend.features.passes.service import open_pass
from backend.features.sites import service as sites
from backend.features.visits import service as visits
from backend.features.visits.model import Visit, VisitFault
from backend.features.visits.rules import fault_of
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import GateId

Fault = PassFault | VisitFault


def check_pass(work: Work, crypto: Crypto, within: Scope, device: Device, text: str) -> Fault | None:
    """Opens for a genuine pass of a visit that admits now; otherwise says why not, and the guard sees it.

    Raises NotAGate.
    """
    gate_id = _gate_of(device)
    opened = open_pass(crypto, text)
    if isinstance(opened, PassFault):
        return _ask(work, device, Credential.QR, opened, None)
    gate = sites.get_gate(work.session, within, gate_id)
    fault = fault_at(opened, gate.site_id, gate.bit, work.now)
    if fault is PassFault.WRONG_SITE:
        return _ask(work, device, Credential.QR, fault, None)
    return _use(work, within, device, Credential.QR, _visit(work, within, opened.id), fault)


def _gate_of(device: Device) -> GateId:
    if device.gate_id is None or device.direction is None:
        raise NotAGate
    return device.gate_id


def _visit(work: Work, within: Scope, visit_id: UUID) -> Visit | None:
    try:
        return visits.get(work.session, within, visit_id)
    except NotFound:
        return None


def check_code(work: Work, crypto: Crypto, within: Scope, device: Device, code: str) -> Fault | None:
    """Raises NotFound (and counts it) for a code that no open visit has, TooManyGuesses, NotAGate."""
    _gate_of(device)
    visit = visits.get_by_code(work, crypto, within, device.id, code)
    return _use(work, within, device, Credential.CODE, visit, None)


def _use(
    work: Work, within: Scope, device: Device, credential: Credential, visit: Visit | None, fault: Fault | None
) -> Fault | None:
    if visit is None:
        return _ask(work, device, credential, PassFault.FORGED, None)
    leaving = device.direction is Direction.EXIT
    fault = None if leaving else fault_of(visit, work.now) or fault
    if fault is None and not leaving and not visits.use_entry(work, within, visit.id):
        fault = VisitFault.USED_UP
    if fault is not None:
        return _ask(work, device, credential, fault, visit)
    values = {"occurred_at": work.now, "visit_id": visit.id}
    passage_id = add_passage(work, device, credential, PassageState.WAITING, values)
    reason = AdmitReason.LEAVING if leaving else AdmitReason.VISITOR
    open_up(work, within, get_locked(work, within, passage_id), visit.id, reason=reason.value)
    return None


def _ask(work: Work, device: Device, credential: Credential, fault: Fault, visit: Visit | None) -> Fault:
    values = {"occurred_at": work.now, "reason": fault.value, "visit_id": visit.id if visit else None}
    add_passage(work, device, credential, PassageState.WAITING, values)
    return fault
