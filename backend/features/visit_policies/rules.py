"""What a site may decide about its visitors, and when a visit needs its word. Pure."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from backend.features.visit_policies.errors import ClosedAllDay, PolicyOutOfRange
from backend.features.visit_policies.model import Approval, VisitPolicy
from backend.kernel.hours import DAY_MINUTES, minute_text

RANGES: dict[str, tuple[int, int]] = {
    "open_visits": (1, 200),
    "visits_a_day": (1, 200),
    "longest_window_days": (1, 30),
    "longest_series_days": (1, 366),
    "courier_minutes": (5, 240),
    "answer_seconds": (15, 600),
}


def check(policy: VisitPolicy) -> None:
    """Raises PolicyOutOfRange with the field and its range, ClosedAllDay."""
    for name, (least, most) in RANGES.items():
        if not least <= getattr(policy, name) <= most:
            raise PolicyOutOfRange(field=name, least=least, most=most)
    closed = policy.closed_hours
    if closed is not None and closed.end_minute - closed.from_minute >= DAY_MINUTES:
        raise ClosedAllDay


def needs_approval(policy: VisitPolicy, start: datetime, end: datetime) -> bool:
    """Whether what lasts from `start` to `end` waits for the property's word."""
    match policy.approval:
        case Approval.ALWAYS:
            return True
        case Approval.NEVER:
            return False
        case Approval.OUTSIDE_HOURS:
            return not policy.free_hours.holds(start, end)


def differences(before: VisitPolicy, after: VisitPolicy) -> dict[str, str]:
    """`field → before > after` of what changed, in codes and digits: for the audit log."""
    old, new = _plain(before), _plain(after)
    return {name: f"{old[name]} > {new[name]}" for name in old if old[name] != new[name]}


def _plain(policy: VisitPolicy) -> dict[str, str]:
    fields: dict[str, Any] = asdict(policy)
    fields |= {"approval": policy.approval.value, "ringing": policy.ringing.value}
    for name in ("free_hours", "closed_hours"):
        hours = getattr(policy, name)
        fields[name] = "" if hours is None else f"{minute_text(hours.from_minute)}-{minute_text(hours.until_minute)}"
    return {name: str(value) for name, value in fields.items()}
