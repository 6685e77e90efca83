"""The decision at the kindergarten's gate. Values in, values out.

Whatever denies comes first, the gravest reason alone. What is left may hold doubts: without any the adult is admitted,
one is for the teacher to settle, two at once are too many for one person.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import Enum
from typing import assert_never

from backend.features.children.rules import any_binds
from backend.features.credentials.model import Assurance
from backend.features.pickup.errors import (
    CheckTooOld,
    DelegationWindow,
    DenialBinds,
    LeaveTooLong,
    NotConfirmed,
    PeriodEmpty,
    ReasonTooShort,
    TooLateToUndo,
    TwoPeopleNeeded,
)
from backend.features.pickup.model import (
    Admit,
    Alerted,
    AskTeacher,
    Authorisation,
    CardState,
    Claim,
    Decision,
    Denial,
    Doubt,
    Factor,
    Refuse,
    Shown,
    Standing,
    TwoStaffRelease,
)
from backend.kernel.clock import LOCAL_ZONE

LIST_LIFE = timedelta(hours=24)
"""An older list decides nothing alone: what was revoked since is not on it."""
UNDO_WITHIN = timedelta(seconds=10)
LONGEST_DELEGATION = timedelta(hours=24)
LONGEST_LEAVE = timedelta(days=92)
SHORTEST_REASON = 4
ID_TAIL = 4
CHECK_LIFE = timedelta(minutes=30)
"""Who came longer ago is not who stands here now."""
PIN_TRIES = 5
PIN_WINDOW = timedelta(minutes=15)
PROMPT = timedelta(seconds=30)
"""A check that takes longer to arrive opens nothing: somebody else stands at the gate by now."""

PROVEN = frozenset({Factor.FACE_MATCH, Factor.PIN_RIGHT, Factor.PORTRAIT_SAME})
MISMATCHED = frozenset({Factor.FACE_OTHER, Factor.PORTRAIT_OTHER})
BINDING = frozenset({Denial.CUSTODY, Denial.RULE, Denial.REVOKED, Denial.MINOR})
"""What not even two members of staff set aside."""
HARMLESS = frozenset({Denial.MINOR, Denial.CARD_STOPPED, Denial.CARD_ENDED, Denial.CARD_UNKNOWN, Denial.NOT_TODAY})
"""Refused as well, but nothing to call the head for."""
_BY_CARD = {
    CardState.LOST: Denial.CARD_LOST,
    CardState.STOPPED: Denial.CARD_STOPPED,
    CardState.ENDED: Denial.CARD_ENDED,
    CardState.UNKNOWN: Denial.CARD_UNKNOWN,
}


class Ruling(Enum):
    """What the matrix says of one child, one person, one instant."""

    ALLOWED = "allowed"
    DENIED = "denied"
    OTHER_HOURS = "other_hours"
    """Today, but not now."""
    NOT_TODAY = "not_today"


def decide(shown: Shown, claim: Claim) -> Decision:
    """Whether this child may go with the holder of what was shown."""
    ruling = ruling_of(claim, shown.at)
    denial = denial_of_person(claim, shown.at) or _BY_CARD.get(shown.card) or _by_proof(shown, claim, ruling)
    if denial is not None:
        return Refuse(denial)
    doubts = _doubts(shown, claim, ruling)
    match len(doubts):
        case 0:
            return Admit(shown.factor)
        case 1:
            return AskTeacher(next(iter(doubts)))
        case _:
            return Refuse(_gravest(doubts))


def ruling_of(claim: Claim, at: datetime) -> Ruling:
    if claim.standing is not Standing.DELEGATE:
        return ruling_at(claim.authorisations, at)
    if claim.delegation is None:
        return Ruling.NOT_TODAY
    within = claim.delegation.valid_from <= at < claim.delegation.valid_until
    return Ruling.ALLOWED if within else Ruling.OTHER_HOURS


def ruling_at(lines: Iterable[Authorisation], at: datetime) -> Ruling:
    """The word of the matrix; one denial outweighs every permission."""
    there = at.astimezone(LOCAL_ZONE)
    today = [line for line in lines if _is_of(line, there.date())]
    now = [line for line in today if line.from_time <= there.time() < line.until_time]
    if any(not line.allows for line in now):
        return Ruling.DENIED
    if now:
        return Ruling.ALLOWED
    return Ruling.OTHER_HOURS if any(line.allows for line in today) else Ruling.NOT_TODAY


def _is_of(line: Authorisation, day: date) -> bool:
    begun = line.from_on <= day and (line.until_on is None or day < line.until_on)
    return begun and day.isoweekday() in line.weekdays


def denial_of_person(claim: Claim, at: datetime) -> Denial | None:
    """What is against the person, whatever they hold in their hand; asked again when the child is about to go."""
    if any_binds(claim.custody, at):
        return Denial.CUSTODY
    if ruling_of(claim, at) is Ruling.DENIED:
        return Denial.RULE
    if claim.standing is Standing.REVOKED:
        return Denial.REVOKED
    if claim.is_minor:
        return Denial.MINOR
    if claim.delegation is not None and claim.delegation.vetoed_at is not None:
        return Denial.VETOED
    if claim.delegation is not None and claim.delegation.used_at is not None:
        return Denial.USED
    return None


def _by_proof(shown: Shown, claim: Claim, ruling: Ruling) -> Denial | None:
    if claim.standing is Standing.NOBODY:
        return Denial.NOT_THIS_CHILD
    if shown.factor in MISMATCHED:
        return Denial.MISMATCH
    if shown.factor is Factor.PIN_LOCKED:
        return Denial.PIN_LOCKED
    return Denial.NOT_TODAY if ruling is Ruling.NOT_TODAY else None


def _doubts(shown: Shown, claim: Claim, ruling: Ruling) -> set[Doubt]:
    found = {Doubt.OUTSIDE_HOURS} if ruling is Ruling.OTHER_HOURS else set()
    if claim.standing is Standing.DELEGATE:
        # No template ties a pass to a person, so the teacher looks, whatever the machine has seen.
        found.add(Doubt.CHECK_DELEGATE)
    else:
        found |= _doubts_about_holder(shown)
    if _may_be_stale(shown, claim):
        found.add(Doubt.CALL_BACK)
    return found


def _doubts_about_holder(shown: Shown) -> set[Doubt]:
    found = set() if shown.factor in PROVEN else {Doubt.COMPARE_PORTRAIT}
    only_suggests = shown.factor is Factor.FACE_MATCH and not shown.face_certified
    if only_suggests or shown.assurance is Assurance.LOW:
        found.add(Doubt.CONFIRM_PERSON)
    return found


def _may_be_stale(shown: Shown, claim: Claim) -> bool:
    """A list of the morning does not know of a veto at noon, nor an old one of anything."""
    if shown.list_age is None:
        return False
    return claim.standing is Standing.DELEGATE or shown.list_age > LIST_LIFE


def _gravest(doubts: set[Doubt]) -> Denial:
    if Doubt.OUTSIDE_HOURS in doubts:
        return Denial.OUTSIDE_HOURS
    return Denial.OFFLINE if Doubt.CALL_BACK in doubts else Denial.IDENTITY


def admits(decisions: Iterable[Decision]) -> bool:
    """The gate opens for who may collect at least one child."""
    return any(isinstance(one, Admit) for one in decisions)


def may_leave(decision: Decision) -> bool:
    """With this adult, now or once a teacher has settled a doubt."""
    return not isinstance(decision, Refuse)


def alerted_by(decision: Decision) -> frozenset[Alerted]:
    """Who is told, on their own screen and without a sound at the gate."""
    match decision:
        case Admit():
            return frozenset()
        case AskTeacher(doubt=Doubt.OUTSIDE_HOURS):
            return frozenset(Alerted)
        case AskTeacher():
            return frozenset({Alerted.CLASS_TEACHER})
        case Refuse():
            return frozenset({Alerted.CLASS_TEACHER}) if decision.denial in HARMLESS else frozenset(Alerted)
        case _:
            assert_never(decision)


def check_release(decision: Decision, settled: Doubt | None) -> None:
    """Whether a teacher may let the child go who has settled this doubt. Raises NotConfirmed, DenialBinds."""
    match decision:
        case Admit():
            return
        case AskTeacher():
            if settled is not decision.doubt:
                raise NotConfirmed
        case Refuse():
            raise DenialBinds
        case _:
            assert_never(decision)


def check_two_staff(denial: Denial | None, wanted: TwoStaffRelease) -> None:
    """`denial` is what is against the person. Raises DenialBinds, TwoPeopleNeeded, NotConfirmed, ReasonTooShort."""
    if denial in BINDING:
        raise DenialBinds
    if wanted.by == wanted.beside:
        raise TwoPeopleNeeded
    if not (wanted.called_back and wanted.identity_checked):
        raise NotConfirmed
    if len(wanted.reason.strip()) < SHORTEST_REASON:
        raise ReasonTooShort(at_least=SHORTEST_REASON)


def check_fresh(checked_at: datetime, now: datetime) -> None:
    """Raises CheckTooOld."""
    if now - checked_at > CHECK_LIFE:
        raise CheckTooOld


def check_undo(released_at: datetime, now: datetime) -> None:
    """Raises TooLateToUndo: afterwards the child has gone, and its coming back is an event of its own."""
    if now - released_at > UNDO_WITHIN:
        raise TooLateToUndo(seconds=int(UNDO_WITHIN.total_seconds()))


def check_line(line: Authorisation) -> None:
    """Raises PeriodEmpty for a line that covers no minute of any day."""
    lasts = line.until_on is None or line.until_on > line.from_on
    if not (line.weekdays and line.weekdays <= frozenset(range(1, 8)) and line.from_time < line.until_time and lasts):
        raise PeriodEmpty


def check_delegation(valid_from: datetime, valid_until: datetime, now: datetime) -> None:
    """For one day, and one that is not over. Raises DelegationWindow."""
    if not valid_from < valid_until or valid_until <= now or valid_until - valid_from > LONGEST_DELEGATION:
        raise DelegationWindow(longest_hours=int(LONGEST_DELEGATION.total_seconds() // 3600))


def check_leave(from_on: date, until_on: date) -> None:
    """Raises LeaveTooLong."""
    if not from_on < until_on <= from_on + LONGEST_LEAVE:
        raise LeaveTooLong(longest_days=LONGEST_LEAVE.days)
