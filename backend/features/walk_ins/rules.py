"""Who is asked about a visitor at the gate, in which order, and who may answer when. Pure."""

import re
from datetime import datetime, timedelta

from backend.features.visit_policies.model import Ringing
from backend.features.walk_ins.errors import NotApproved, PhoneTailInvalid, TooEarlyToDecide
from backend.features.walk_ins.model import GuardReason, Reach, WalkIn, WalkInRefusal, WalkInState

APPROVAL_LASTS = timedelta(minutes=30)
"""Whoever was approved and did not come in is asked about anew."""
SHOWN_FOR = timedelta(hours=2)
"""How long the guard's page shows what is open."""
VISIT_LASTS = timedelta(hours=12)
_TAIL = re.compile(r"[0-9]{4}")

ADMITTING = frozenset(
    {GuardReason.HOST_SAID_YES, GuardReason.BACKUP_SAID_YES, GuardReason.SEEN_IN_PERSON, GuardReason.OFFICIAL_DUTY}
)
PASSED_ON = frozenset({GuardReason.HOST_SAID_YES, GuardReason.BACKUP_SAID_YES, GuardReason.HOST_SAID_NO})
"""What somebody told the guard by telephone: as good as their own press."""

REFUSALS = {
    GuardReason.HOST_SAID_NO: WalkInRefusal.HOST_SAID_NO,
    GuardReason.NO_ANSWER: WalkInRefusal.NO_ANSWER,
    GuardReason.PURPOSE_UNCLEAR: WalkInRefusal.PURPOSE_UNCLEAR,
}


def first_stage(reach: Reach) -> WalkInState:
    return WalkInState.ASKING_HOST if reach.host else next_stage(WalkInState.ASKING_HOST, reach)


def next_stage(state: WalkInState, reach: Reach) -> WalkInState:
    """Whom to ask when nobody has answered in time."""
    if state is WalkInState.ASKING_HOST and reach.backup:
        return WalkInState.ASKING_BACKUP
    return WalkInState.GUARD_DECIDES


def check_guard_may(state: WalkInState, reason: GuardReason) -> None:
    """Raises TooEarlyToDecide."""
    if state is not WalkInState.GUARD_DECIDES and reason not in PASSED_ON:
        raise TooEarlyToDecide


def check_admittable(walk_in: WalkIn, now: datetime) -> None:
    """Raises NotApproved."""
    fresh = walk_in.answered_at is not None and now - walk_in.answered_at <= APPROVAL_LASTS
    if walk_in.state is not WalkInState.APPROVED or not fresh:
        raise NotApproved


def phone_tail(text: str) -> str | None:
    """The last four digits; None for nothing. Raises PhoneTailInvalid."""
    digits = re.sub(r"[\s-]", "", text)
    if not digits:
        return None
    if not _TAIL.fullmatch(digits[-4:]) or not (digits.isascii() and digits.isdecimal()) or len(digits) > 15:
        raise PhoneTailInvalid
    return digits[-4:]


def shown_number(number: str, ringing: Ringing) -> str:
    """As much of a number as the site's policy shows at the gate."""
    return number if ringing is Ringing.WHOLE else f"{number[:3]}****{number[-4:]}"
