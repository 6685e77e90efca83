"""A child goes, by a teacher's hand: one at a time, once a day, with ten seconds to take a wrong tick back."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from backend.features.children import service as children
from backend.features.children.model import Child
from backend.features.children.policy import check_may
from backend.features.people import service as people
from backend.features.pickup import rules, store
from backend.features.pickup.errors import AlreadyReleased, DenialBinds
from backend.features.pickup.gate import FEED
from backend.features.pickup.model import Claim, DelegationId, Doubt, OverrideId, ReleaseId, TwoStaffRelease
from backend.features.pickup.records import Check, Progress, StepKind
from backend.features.pickup.service import claim_of, claims_of_delegate
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import Permission, Scope
from backend.kernel.ids import PersonId


def release(work: Work, within: Scope, check_id: UUID, child_id: UUID, settled: Doubt | None = None) -> ReleaseId:
    """Lets the child go with whoever was at the gate. `settled` says which doubt the teacher has seen to herself.

    What the records say is asked once more: a veto or an order of the last minute counts. Raises Forbidden, NotFound,
    CheckTooOld, DenialBinds, NotConfirmed, AlreadyReleased.
    """
    check_may(work.actor, Permission.CHILD_RELEASE)
    child = children.lock_child(work, within, child_id)
    check = _check(work, within, check_id)
    decision = check.decisions.get(child.id)
    if decision is None:
        raise NotFound
    rules.check_fresh(check.at, work.now)
    rules.check_release(decision, settled)
    if rules.denial_of_person(_claim(work, within, check, child), work.now) is not None:
        raise DenialBinds
    return _let_go(work, within, check, child, settled)


def _let_go(work: Work, within: Scope, check: Check, child: Child, settled: Doubt | None) -> ReleaseId:
    release_id = _add(work, child, {"check_id": check.id, "settled": None if settled is None else settled.value})
    if check.delegation_id is not None:
        used = {"used_at": work.now, "used_check_id": check.id}
        store.change_delegation(work.session, within, check.delegation_id, **used)
    _record(work, child, release_id, person_id=check.person_id, delegation_id=check.delegation_id)
    return release_id


def _add(work: Work, child: Child, values: dict[str, Any]) -> ReleaseId:
    common = {"child_id": child.id, "day": local_day(work.now), "released_by": work.actor.id, "at": work.now}
    release_id = store.add_release(work.session, child.site_id, common | values)
    if release_id is None:
        raise AlreadyReleased
    return release_id


def _record(
    work: Work, child: Child, release_id: ReleaseId, person_id: PersonId | None, delegation_id: DelegationId | None
) -> None:
    to_whom = {"to_person": person_id, "to_delegation": delegation_id}
    step = {"child_id": child.id, "kind": StepKind.RELEASED.value, "from_staff": work.actor.id, "to_staff": None}
    store.add_step(work.session, child.site_id, step | to_whom | {"at": work.now})
    work.record("child.released", Subject("child", child.id), tenant_id=child.tenant_id, release=str(release_id))
    work.publish(FEED, child.site_id, child.id)


def _check(work: Work, within: Scope, check_id: UUID) -> Check:
    found = store.find_check(work.session, within, check_id)
    if found is None:
        raise NotFound
    return found


def _claim(work: Work, within: Scope, check: Check, child: Child) -> Claim:
    """As the records are now. A pass that this very check has used still covers the twin. Raises NotFound."""
    whole_site = Scope.of_sites(within.sites)
    if check.person_id is not None:
        return claim_of(work, whole_site, check.person_id, child.id)
    delegate = None
    if check.delegation_id is not None:
        delegate = store.find_delegate(work.session, whole_site, check.delegation_id)
    if delegate is None:
        raise NotFound
    if delegate.used_check_id == check.id:
        delegate = replace(delegate, state=replace(delegate.state, used_at=None))
    return next(claim for claim in claims_of_delegate(work, whole_site, delegate) if claim.child_id == child.id)


def undo(work: Work, within: Scope, release_id: UUID) -> None:
    """A wrong tick: the child is here again, and a delegate's pass unused.

    Raises Forbidden, NotFound, TooLateToUndo.
    """
    check_may(work.actor, Permission.CHILD_RELEASE)
    found = store.find_release(work.session, within, release_id)
    if found is None:
        raise NotFound
    child = children.lock_child(work, within, found.child_id)
    rules.check_undo(found.at, work.now)
    store.undo_release(work.session, within, found.id, work.now)
    if found.check_id is not None:
        _unuse(work, within, found.check_id)
    step = {"child_id": child.id, "kind": StepKind.UNDONE.value, "from_staff": None, "to_staff": work.actor.id}
    store.add_step(work.session, child.site_id, step | {"to_person": None, "to_delegation": None, "at": work.now})
    work.record("child.release_undone", Subject("child", child.id), tenant_id=child.tenant_id, release=str(found.id))
    work.publish(FEED, child.site_id, child.id)


def _unuse(work: Work, within: Scope, check_id: UUID) -> None:
    check = _check(work, within, check_id)
    if check.delegation_id is not None and not store.releases_of_check(work.session, within, check.id):
        store.change_delegation(work.session, within, check.delegation_id, used_at=None, used_check_id=None)


def ask_second(work: Work, within: Scope, child_id: UUID, person_id: PersonId, wanted: TwoStaffRelease) -> OverrideId:
    """The first of two members of staff, where the system has refused or could not be asked; whoever acts is `by`.

    Nothing has gone yet. Raises Forbidden, NotFound, DenialBinds, NotConfirmed, ReasonTooShort.
    """
    check_may(work.actor, Permission.CHILD_RELEASE)
    child = children.lock_child(work, within, child_id)
    people.get_person_fields(work.session, Scope.of_sites({child.site_id}), person_id)
    _check_two(work, within, child, person_id, replace(wanted, by=work.actor.id, beside=None))
    values = {
        "child_id": child.id,
        "person_id": person_id,
        "called_back": wanted.called_back,
        "identity_checked": wanted.identity_checked,
        "reason": wanted.reason.strip(),
        "asked_by": work.actor.id,
        "asked_at": work.now,
    }
    override_id = store.add_override(work.session, child.site_id, values)
    work.record("pickup.second_asked", Subject("child", child.id), tenant_id=child.tenant_id, id=str(override_id))
    work.publish(FEED, child.site_id, child.id)
    return override_id


def confirm_second(work: Work, within: Scope, override_id: UUID) -> ReleaseId:
    """The second one, from an own account; now the child goes. Raises as `ask_second`; TwoPeopleNeeded, CheckTooOld,
    AlreadyReleased.
    """
    check_may(work.actor, Permission.CHILD_RELEASE)
    asked = store.find_override(work.session, within, override_id)
    if asked is None:
        raise NotFound
    child = children.lock_child(work, within, asked.child_id)
    rules.check_fresh(asked.asked_at, work.now)
    _check_two(work, within, child, asked.person_id, replace(asked.wanted, beside=work.actor.id))
    store.confirm_override(work.session, within, asked.id, work.actor.id, work.now)
    release_id = _add(work, child, {"override_id": asked.id})
    _record(work, child, release_id, person_id=asked.person_id, delegation_id=None)
    return release_id


def _check_two(work: Work, within: Scope, child: Child, person_id: PersonId, wanted: TwoStaffRelease) -> None:
    claim = claim_of(work, Scope.of_sites(within.sites), person_id, child.id)
    rules.check_two_staff(rules.denial_of_person(claim, work.now), wanted)


def progress(work: Work, within: Scope, check_id: UUID) -> Progress:
    """Of the children whom this adult may collect: how many have gone today, with whomever. Raises NotFound."""
    check = _check(work, within, check_id)
    wanted = [child for child, decision in check.decisions.items() if rules.may_leave(decision)]
    gone = store.releases_of_day(work.session, within, wanted, local_day(work.now))
    return Progress(len(gone), len(wanted))
