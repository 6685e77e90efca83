"""The guard's part of a walk-in: passing on a word, deciding by hand, letting in, and ringing the host."""

from uuid import UUID

from backend.features.passages import desk as gate
from backend.features.people import service as people
from backend.features.sites import service as sites
from backend.features.visit_policies import service as policies
from backend.features.visit_policies.model import Ringing
from backend.features.visits import announcing
from backend.features.visits.model import Host, Visit, VisitKind, VisitState, VisitWish
from backend.features.walk_ins import rules, store
from backend.features.walk_ins.errors import NobodyToRing, NotApproved, RingingOff, WalkInAnswered
from backend.features.walk_ins.model import Answerer, GuardReason, Ring, WalkIn, WalkInState
from backend.features.walk_ins.service import get_locked, settle
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.identity import Scope

MOST_NUMBERS = 3


def decide(work: Work, within: Scope, walk_in_id: UUID, reason: GuardReason) -> None:
    """What somebody said by telephone at any time; the guard's own word once nobody has answered.

    Raises NotFound, WalkInAnswered, TooEarlyToDecide.
    """
    walk_in = get_locked(work, within, walk_in_id)
    if not walk_in.is_open:
        raise WalkInAnswered
    rules.check_guard_may(walk_in.state, reason)
    state = WalkInState.APPROVED if reason in rules.ADMITTING else WalkInState.REFUSED
    refusal = rules.REFUSALS.get(reason)
    settle(
        work,
        walk_in,
        state,
        answerer=Answerer.GUARD.value,
        reason=reason.value,
        refusal=None if refusal is None else refusal.value,
        decided_by=work.actor.id,
    )


def note_left(work: Work, within: Scope, walk_in_id: UUID) -> None:
    """The visitor did not wait. Raises NotFound, WalkInAnswered."""
    walk_in = get_locked(work, within, walk_in_id)
    if not walk_in.is_open and walk_in.state is not WalkInState.APPROVED:
        raise WalkInAnswered
    settle(work, walk_in, WalkInState.LEFT, decided_by=work.actor.id)


def admit(work: Work, crypto: Crypto, within: Scope, walk_in_id: UUID) -> None:
    """Opens once for an approved visitor, who is a visit of the home from then on. Raises NotFound, NotApproved."""
    walk_in = get_locked(work, within, walk_in_id)
    rules.check_admittable(walk_in, work.now)
    visit = _visit(work, crypto, within, walk_in)
    if not gate.admit_visit(work, within, walk_in.device_id, walk_in.passage_id, visit.id):
        raise NotApproved
    store.change(work.session, within, walk_in.id, state=WalkInState.ADMITTED.value, visit_id=visit.id)
    work.record("walk_in.admitted", Subject("walk_in", walk_in.id), visit=str(visit.id))
    work.publish("walk_in", walk_in.site_id, walk_in.id)


def _visit(work: Work, crypto: Crypto, within: Scope, walk_in: WalkIn) -> Visit:
    said_by = walk_in.answered_by if walk_in.answerer is Answerer.HOST else None
    stranger = walk_in.stranger
    window = (work.now, work.now + rules.VISIT_LASTS)
    wish = VisitWish(stranger.name, None, stranger.plate, *window, 1, VisitKind.WALK_IN)
    site = sites.get_site(work.session, within, walk_in.site_id)
    policy = policies.current(work.session, within, site.id)
    host = Host(walk_in.household_id, resident_id=said_by)
    return announcing.add(work, crypto, within, site, host, wish, policy, VisitState.ACTIVE)


def ring(work: Work, within: Scope, walk_in_id: UUID) -> list[Ring]:
    """Numbers of the home, the owner's first, then the backup contact's; that they were asked for is on record.

    Raises NotFound, RingingOff, NobodyToRing.
    """
    walk_in = get_locked(work, within, walk_in_id)
    ringing = policies.current(work.session, within, walk_in.site_id).ringing
    if ringing is Ringing.OFF:
        raise RingingOff
    members = people.members_of(work.session, within, walk_in.household_id, local_day(work.now))
    numbers = list(dict.fromkeys(member.phone for member in members if member.phone))[:MOST_NUMBERS]
    found = [Ring(number, rules.shown_number(number, ringing)) for number in numbers]
    backup = store.find_backup(work.session, within, walk_in.household_id)
    if backup is not None:
        found.append(Ring(backup.phone, rules.shown_number(backup.phone, ringing), is_backup=True))
    if not found:
        raise NobodyToRing
    store.change(work.session, within, walk_in.id, rung_at=work.now)
    work.record("walk_in.rung", Subject("walk_in", walk_in.id), tenant_id=walk_in.tenant_id, numbers=len(found))
    return found
