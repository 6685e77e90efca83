"""Who may collect: the matrix of each child and adult, delegates for one day, and leave."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from backend.features.children import service as children
from backend.features.children.policy import check_may
from backend.features.passes.model import Pass, PassPurpose
from backend.features.passes.service import sign_pass
from backend.features.people import service as people
from backend.features.pickup import rules, store
from backend.features.pickup.errors import DelegationOver, IdTailInvalid
from backend.features.pickup.model import Authorisation, AuthorisationId, Claim, DelegationId, Standing
from backend.features.pickup.records import Delegate, DelegateWish
from backend.features.pickup.tables import AuthorisationRow, DelegationChildRow, DelegationRow, LeaveRow
from backend.features.sites import service as sites
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import Permission, Scope
from backend.kernel.ids import ChildId, PersonId, SiteId, uuid7


def add_line(work: Work, within: Scope, child_id: UUID, person_id: UUID, line: Authorisation) -> AuthorisationId:
    """One line of the matrix, yes or no. Raises Forbidden, NotFound unless the person stands by the child,
    PeriodEmpty.
    """
    check_may(work.actor, Permission.CHILD_MANAGE)
    rules.check_line(line)
    child = children.get_child(work.session, within, child_id)
    if person_id not in {one.person_id for one in children.guardians_of(work.session, within, [child.id])}:
        raise NotFound
    row = AuthorisationRow(
        id=uuid7(),
        site_id=child.site_id,
        child_id=child.id,
        person_id=person_id,
        allows=line.allows,
        weekdays=sum(1 << (day - 1) for day in line.weekdays),
        from_time=line.from_time,
        until_time=line.until_time,
        from_on=line.from_on,
        until_on=line.until_on,
        created_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    work.record("pickup.line_added", Subject("child", child.id), person=str(person_id), allows=line.allows)
    return AuthorisationId(row.id)


def end_line(work: Work, within: Scope, authorisation_id: UUID) -> None:
    """From today on. Raises Forbidden, NotFound."""
    check_may(work.actor, Permission.CHILD_MANAGE)
    row = store.find_authorisation_row(work.session, within, authorisation_id)
    if row is None:
        raise NotFound
    children.get_child(work.session, within, row.child_id)
    row.until_on = local_day(work.now)
    work.record("pickup.line_ended", Subject("child", row.child_id), person=str(row.person_id))


def name_delegate(
    work: Work, crypto: Crypto, within: Scope, guardian: PersonId, wish: DelegateWish
) -> tuple[DelegationId, str]:
    """A guardian's word for one day; the second value is the single-use pass as the text of a QR.

    The other guardians see it at once and may veto. Raises NotFound for a child that is not the guardian's own,
    NameInvalid, IdTailInvalid, DelegationWindow.
    """
    rules.check_delegation(wish.valid_from, wish.valid_until, work.now)
    tail = wish.id_tail.strip().upper()
    if len(tail) != rules.ID_TAIL or not (tail.isascii() and tail.isalnum()):
        raise IdTailInvalid(length=rules.ID_TAIL)
    site_id = _site_of_own(work, within, guardian, wish.child_ids)
    row = DelegationRow(
        id=uuid7(),
        site_id=site_id,
        named_by=guardian,
        name=people.normalise_name(wish.name),
        id_tail=tail,
        photo_id=wish.photo_id,
        valid_from=wish.valid_from,
        valid_until=wish.valid_until,
        created_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    work.session.add_all(DelegationChildRow(delegation_id=row.id, child_id=child_id) for child_id in wish.child_ids)
    work.record("pickup.delegate_named", Subject("pickup_delegation", row.id), person=str(guardian))
    return DelegationId(row.id), _pass_text(work, crypto, row)


def _site_of_own(work: Work, within: Scope, guardian: PersonId, child_ids: frozenset[ChildId]) -> SiteId:
    """Of one school, all of them: nobody names a delegate for others' children."""
    own = children.reach_of_parent(work.session, within, [guardian], work.now)
    site_ids = {children.get_child(work.session, own, child_id).site_id for child_id in child_ids}
    if len(site_ids) != 1:
        raise NotFound
    return site_ids.pop()


def _pass_text(work: Work, crypto: Crypto, row: DelegationRow) -> str:
    within = Scope.of_sites({SiteId(row.site_id)})
    gates = sum(1 << gate.bit for gate in sites.list_gates(work.session, within))
    window = (row.valid_from, row.valid_until)
    return sign_pass(crypto, Pass(row.id, SiteId(row.site_id), gates, *window, 1, PassPurpose.PICKUP))


def delegates_of_own(work: Work, within: Scope, guardian: PersonId) -> list[Delegate]:
    """Whoever is named for the guardian's own children, by whomever: what the other guardian is shown."""
    own = children.reach_of_parent(work.session, within, [guardian], work.now)
    return store.delegates_of(work.session, own, own.children or (), work.now)


def veto(work: Work, within: Scope, guardian: PersonId, delegation_id: UUID) -> None:
    """Any guardian of one of the children, the one who has named the delegate too; saying it again changes nothing.

    Raises NotFound, DelegationOver.
    """
    delegate = store.find_delegate(work.session, within, delegation_id)
    own = children.reach_of_parent(work.session, within, [guardian], work.now)
    if delegate is None or not delegate.child_ids & (own.children or frozenset()):
        raise NotFound
    if delegate.state.vetoed_at is not None:
        return
    if delegate.state.used_at is not None or delegate.state.valid_until <= work.now:
        raise DelegationOver
    store.change_delegation(work.session, within, delegate.id, vetoed_at=work.now, vetoed_by=guardian)
    work.record("pickup.delegate_vetoed", Subject("pickup_delegation", delegate.id), person=str(guardian))


def ask_leave(work: Work, within: Scope, guardian: PersonId, child_id: UUID, from_on: date, until_on: date) -> None:
    """The child does not come on these days. Raises NotFound, LeaveTooLong."""
    rules.check_leave(from_on, until_on)
    own = children.reach_of_parent(work.session, within, [guardian], work.now)
    child = children.get_child(work.session, own, child_id)
    row = LeaveRow(id=uuid7(), site_id=child.site_id, child_id=child.id, asked_by=guardian, created_at=work.now)
    row.from_on, row.until_on = from_on, until_on
    work.session.add(row)
    work.record("pickup.leave_asked", Subject("child", child.id), person=str(guardian))


def claims_of_person(work: Work, within: Scope, person_id: PersonId) -> list[Claim]:
    """What the records say of one adult and every child who comes here and whom they have ever stood by, or whom they
    are kept from without ever having stood by it: that they are here at all is for the head to know.
    """
    day = local_day(work.now)
    facts = children.custody_facts(work.session, within, [person_id])
    lines = store.authorisations_of(work.session, within, person_id)
    claims = {fact.child_id: Claim(fact.child_id, Standing.NOBODY) for fact in facts}
    for one in children.guardianships_of(work.session, within, person_id, day):
        standing = Standing.GUARDIAN if one.revoked_at is None else Standing.REVOKED
        is_minor = one.of_age_on is not None and day < one.of_age_on
        line = tuple(lines.get(one.child_id, ()))
        claims[one.child_id] = Claim(one.child_id, standing, is_minor, authorisations=line)
    return [
        replace(claim, custody=tuple(fact for fact in facts if fact.child_id == child_id))
        for child_id, claim in claims.items()
    ]


def claim_of(work: Work, within: Scope, person_id: PersonId, child_id: ChildId) -> Claim:
    """Of one child; of an adult whom nothing ties to it, too."""
    found = (claim for claim in claims_of_person(work, within, person_id) if claim.child_id == child_id)
    return next(found, Claim(child_id, Standing.NOBODY))


def claims_of_delegate(work: Work, within: Scope, delegate: Delegate) -> list[Claim]:
    """A delegation falls with the guardian who has given it."""
    own = children.reach_of_parent(work.session, within, [delegate.named_by], work.now).children or frozenset()
    return [
        Claim(child_id, Standing.DELEGATE if child_id in own else Standing.REVOKED, delegation=delegate.state)
        for child_id in sorted(delegate.child_ids)
    ]
