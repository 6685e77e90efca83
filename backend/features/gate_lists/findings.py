"""What a person has to look at: gaps in what a terminal sends, entries used twice, decisions on what was stale."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from uuid import UUID

from backend.features.devices import service as devices
from backend.features.devices.model import Device, Direction
from backend.features.devices.rules import MAX_DRIFT
from backend.features.gate_lists import store
from backend.features.gate_lists.errors import FindingClosed
from backend.features.gate_lists.model import (
    AckReason,
    FindingKind,
    Judged,
    OfflineCredential,
    OfflineEvent,
    Outcome,
)
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope

FIRST_COUNTER = 1
UNKNOWN_LIST = "offline_list_unknown"
LIST_EXPIRED = "offline_list_expired"


def compare(
    work: Work, device: Device, decision_id: UUID, event: OfflineEvent, judged: Judged, *, entries_were_left: bool
) -> None:
    """Lists what does not fit. The way out, what was refused and what a guard opened are nobody's mistake."""
    if event.occurred_at > work.now + MAX_DRIFT:
        _list(work, device, FindingKind.CLOCK, decision_id, None)
    by_hand = event.shown.credential is OfflineCredential.HAND
    if event.outcome is not Outcome.ADMITTED or device.direction is Direction.EXIT or by_hand:
        return
    if judged.fault is not None:
        kind = FindingKind.STALE if judged.known else FindingKind.UNKNOWN
        _list(work, device, kind, decision_id, judged.fault)
    if not entries_were_left:
        _list(work, device, FindingKind.DOUBLE_USE, decision_id, "visit_used_up")
    unfit = _unfit_list(work, device, event)
    if unfit is not None:
        _list(work, device, FindingKind.EXPIRED_LIST, decision_id, unfit)


def _unfit_list(work: Work, device: Device, event: OfflineEvent) -> str | None:
    """Why the list that was decided by should not have been."""
    version = event.list_version
    issue = None if version is None else store.find_issue(work.session, device.id, version)
    if issue is None or event.occurred_at < issue.issued_at - MAX_DRIFT:
        return UNKNOWN_LIST
    return LIST_EXPIRED if event.occurred_at >= issue.expires_at else None


def _list(work: Work, device: Device, kind: FindingKind, decision_id: UUID, fault: str | None) -> None:
    values = {"kind": kind.value, "key": f"{kind.value}:{decision_id}", "decision_id": decision_id, "fault": fault}
    store.add_finding(work.session, device.id, values | {"site_id": device.site_id, "found_at": work.now})


def settle_gaps(work: Work, device: Device, boot_id: UUID) -> None:
    """Lists the numbers that are missing of a boot, and closes by itself what has come since."""
    counters = devices.counters_of(work.session, device.id, boot_id)
    missing = gaps_in({*counters, *store.unanswered_of(work.session, device.id, boot_id)})
    keys = [f"{FindingKind.GAP.value}:{device.id}:{boot_id}:{first}-{last}" for first, last in missing]
    store.close_filled(work.session, device.id, boot_id, keys, work.now)
    for key, (first, last) in zip(keys, missing, strict=True):
        values = {"kind": FindingKind.GAP.value, "key": key, "boot_id": boot_id}
        range_ = {"from_counter": first, "to_counter": last}
        place = {"site_id": device.site_id, "found_at": work.now}
        store.add_finding(work.session, device.id, values | range_ | place)


def gaps_in(counters: Iterable[int]) -> Sequence[tuple[int, int]]:
    """First and last of each run of numbers that are missing; a boot's first number is 1."""
    known = sorted({FIRST_COUNTER - 1, *counters})
    return [(before + 1, after - 1) for before, after in pairwise(known) if after - before > 1]


def acknowledge(work: Work, within: Scope, finding_id: UUID, reason: AckReason) -> None:
    """A person has looked into it. Raises NotFound, FindingClosed."""
    row = store.find_finding(work.session, within, finding_id)
    if row is None:
        raise NotFound
    if row.closed_at is not None:
        raise FindingClosed
    row.closed_at, row.closed_by, row.ack_reason = work.now, work.actor.id, reason.value
    work.record("gate_list.finding_closed", Subject("offline_finding", row.id), kind=row.kind, reason=reason.value)
