"""Classes, children and who stands by them. Whoever looks at a child's record is on record, too."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.accounts import service as accounts
from backend.features.children import rules, store
from backend.features.children.errors import AlreadyGuardian, ClassTaken, CustodyOver
from backend.features.children.model import (
    Child,
    CustodyFact,
    CustodyFactId,
    CustodyGround,
    Guardian,
    GuardianRelation,
)
from backend.features.children.policy import check_may
from backend.features.children.tables import ChildRow, ClassGrantRow, CustodyFactRow, GuardianRow, SchoolClassRow
from backend.features.people import service as people
from backend.features.people.model import PersonFields
from backend.features.sites.model import Site
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.audit.looks import record_look
from backend.infrastructure.crypto import digest
from backend.infrastructure.inserting import add_if_absent
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import NOTHING, ActorKind, Permission, Scope
from backend.kernel.identity_numbers import DocumentKind
from backend.kernel.ids import ChildId, ClassId, PersonId, StaffId, uuid7

HASH_BYTES = 8


def reach_of(work: Work) -> Scope:
    """How far a member of staff reaches among children: who keeps the registers all of the own sites, a teacher the
    classes that a manager has granted her and only until then, everybody else nobody.
    """
    actor = work.actor
    if actor.may(Permission.CHILD_MANAGE) or actor.kind is ActorKind.SYSTEM:
        return actor.scope
    if not actor.may(Permission.CHILD_READ) or actor.id is None:
        return NOTHING
    granted = store.granted_classes(work.session, actor.scope, StaffId(actor.id), work.now)
    return replace(actor.scope, classes=frozenset(granted))


def reach_of_parent(session: Session, within: Scope, person_ids: Iterable[UUID], now: datetime) -> Scope:
    """The own children of these persons: of nobody who was revoked or is kept from the child."""
    ids = list(person_ids)
    facts = store.custody_facts(session, within, ids)
    kept = {(fact.child_id, fact.person_id) for fact in facts if rules.binds(fact, now)}
    standing = store.guardianships_of(session, within, ids, local_day(now))
    own = {g.child_id for g in standing if g.revoked_at is None and (g.child_id, g.person_id) not in kept}
    return replace(within, children=frozenset(own))


def add_class(work: Work, within: Scope, site: Site, name: str) -> ClassId:
    """Raises Forbidden, NotFound, ClassTaken."""
    check_may(work.actor, Permission.CHILD_MANAGE)
    if not within.reaches_site(site.id):
        raise NotFound
    row = SchoolClassRow(id=uuid7(), site_id=site.id, name=name, created_at=work.now)
    if not add_if_absent(work.session, row):
        raise ClassTaken
    work.record("class.added", Subject("class", row.id), tenant_id=site.tenant_id)
    return ClassId(row.id)


def grant_class(work: Work, within: Scope, class_id: UUID, staff_id: StaffId, until_at: datetime) -> None:
    """A manager's approval that this teacher looks at this class until then; an earlier one ends with it.

    Raises Forbidden, NotFound, GrantTooLong.
    """
    check_may(work.actor, Permission.CHILD_MANAGE)
    rules.check_grant(until_at, work.now)
    found = store.find_class(work.session, within, class_id)
    if found is None or found.site_id not in accounts.get_profile(work.session, staff_id).sites:
        raise NotFound
    _end_grants(work, within, class_id, staff_id)
    work.session.add(
        ClassGrantRow(
            id=uuid7(),
            site_id=found.site_id,
            class_id=found.id,
            staff_id=staff_id,
            approved_by=work.actor.id,
            from_at=work.now,
            until_at=until_at,
        )
    )
    work.record("class.granted", Subject("class", found.id), staff=str(staff_id), until=until_at.isoformat())


def revoke_grant(work: Work, within: Scope, class_id: UUID, staff_id: StaffId) -> None:
    """At once. Raises Forbidden, NotFound."""
    check_may(work.actor, Permission.CHILD_MANAGE)
    if not _end_grants(work, within, class_id, staff_id):
        raise NotFound
    work.record("class.grant_revoked", Subject("class", class_id), staff=str(staff_id))


def _end_grants(work: Work, within: Scope, class_id: UUID, staff_id: StaffId) -> int:
    rows = store.grant_rows(work.session, within, class_id, staff_id)
    for row in rows:
        row.revoked_at = work.now
    return len(rows)


def add_child(work: Work, within: Scope, site: Site, class_id: UUID, name: str, born_on: date) -> ChildId:
    """Raises Forbidden, NotFound, NameInvalid, BirthImplausible."""
    check_may(work.actor, Permission.CHILD_MANAGE)
    rules.check_birth(born_on, local_day(work.now))
    found = store.find_class(work.session, within, class_id)
    if found is None or found.site_id != site.id:
        raise NotFound
    place = {"tenant_id": site.tenant_id, "site_id": site.id, "class_id": found.id}
    name = people.normalise_name(name)
    row = ChildRow(id=uuid7(), name=name, born_on=born_on.isoformat(), created_at=work.now, **place)
    work.session.add(row)
    work.session.flush()
    work.record("child.added", Subject("child", row.id), tenant_id=site.tenant_id)
    return ChildId(row.id)


def end_stay(work: Work, within: Scope, child_id: UUID, left_on: date) -> None:
    """`left_on` is the first day on which the child does not come. Raises Forbidden, NotFound."""
    check_may(work.actor, Permission.CHILD_MANAGE)
    row = _child_row(work, within, child_id)
    row.left_on = left_on
    work.record("child.left", Subject("child", row.id))


def _child_row(work: Work, within: Scope, child_id: UUID) -> ChildRow:
    row = store.find_child_row(work.session, within, child_id)
    if row is None:
        raise NotFound
    return row


def look_at_child(work: Work, within: Scope, child_id: UUID, purpose: str) -> Child:
    """For somebody's eyes: the look is recorded. Raises NotFound."""
    child = get_child(work.session, within, child_id)
    record_look(work, Subject("child", child.id), purpose)
    return child


def look_at_class(work: Work, within: Scope, class_id: UUID, purpose: str) -> list[Child]:
    """The children of a class, as one entry of the log with a short hash of each. Raises NotFound."""
    if store.find_class(work.session, within, class_id) is None:
        raise NotFound
    found = store.list_class(work.session, within, class_id, local_day(work.now))
    hashes = [digest(child.id.bytes)[:HASH_BYTES].hex() for child in found]
    work.record("child.listed", Subject("class", class_id), purpose=purpose, subjects=hashes)
    return found


def get_child(session: Session, within: Scope, child_id: UUID) -> Child:
    """For a decision, not for somebody's eyes. Raises NotFound."""
    child = store.children_by_id(session, within, [child_id]).get(child_id)
    if child is None:
        raise NotFound
    return child


def lock_child(work: Work, within: Scope, child_id: UUID) -> Child:
    """Until this work ends nobody lets the child go, records custody or revokes a guardian. Raises NotFound."""
    return store.child_of(_child_row(work, within, child_id))


def add_guardian(work: Work, within: Scope, child_id: UUID, person_id: PersonId, relation: GuardianRelation) -> None:
    """Raises Forbidden, NotFound unless both are of one site within reach, AlreadyGuardian."""
    check_may(work.actor, Permission.CHILD_MANAGE)
    child = _child_row(work, within, child_id)
    fields = people.get_person_fields(work.session, Scope.of_sites([store.child_of(child).site_id]), person_id)
    row = GuardianRow(
        id=uuid7(),
        site_id=child.site_id,
        child_id=child.id,
        person_id=person_id,
        relation=relation.value,
        of_age_on=_of_age_on(fields),
        created_at=work.now,
    )
    if not add_if_absent(work.session, row):
        raise AlreadyGuardian
    work.record("guardian.added", Subject("child", child.id), person=str(person_id))


def _of_age_on(fields: PersonFields) -> date | None:
    """A resident's number has the birth in it (GB 11643); other documents have not."""
    if fields.document is None or fields.document.kind is not DocumentKind.RESIDENT_CARD:
        return None
    digits = fields.document.number[6:14]
    return rules.of_age_on(date(int(digits[:4]), int(digits[4:6]), int(digits[6:])))


def revoke_guardian(work: Work, within: Scope, child_id: UUID, person_id: UUID) -> None:
    """May not collect from the next check on. Raises Forbidden, NotFound."""
    _change_guardian(work, within, child_id, person_id, work.now)
    work.record("guardian.revoked", Subject("child", child_id), person=str(person_id))


def restore_guardian(work: Work, within: Scope, child_id: UUID, person_id: UUID) -> None:
    """Raises Forbidden, NotFound."""
    _change_guardian(work, within, child_id, person_id, None)
    work.record("guardian.restored", Subject("child", child_id), person=str(person_id))


def _change_guardian(work: Work, within: Scope, child_id: UUID, person_id: UUID, revoked_at: datetime | None) -> None:
    check_may(work.actor, Permission.CHILD_MANAGE)
    lock_child(work, within, child_id)
    row = store.find_guardian_row(work.session, within, child_id, person_id)
    if row is None:
        raise NotFound
    row.revoked_at = revoked_at


def guardians_of(session: Session, within: Scope, child_ids: Iterable[UUID]) -> list[Guardian]:
    return store.guardians_of(session, within, child_ids)


def guardianships_of(session: Session, within: Scope, person_id: UUID, day: date) -> list[Guardian]:
    return store.guardianships_of(session, within, [person_id], day)


def collects(session: Session, within: Scope, person_id: UUID, day: date) -> bool:
    """Whether the person stands by any child who comes on that day, and so may hold a card."""
    return any(one.revoked_at is None for one in store.guardianships_of(session, within, [person_id], day))


def custody_facts(session: Session, within: Scope, person_ids: Iterable[UUID]) -> list[CustodyFact]:
    """For decisions alone: whom they name is told to nobody but the head."""
    return store.custody_facts(session, within, person_ids)


def record_custody(
    work: Work, within: Scope, child_id: UUID, person_id: PersonId, ground: CustodyGround, document: str | None
) -> CustodyFactId:
    """From now on the person is kept from the child. The person hears and sees nothing of it.

    Raises Forbidden, NotFound, DocumentNeeded.
    """
    check_may(work.actor, Permission.CUSTODY_DECIDE)
    rules.check_document(ground, document)
    child = _child_row(work, within, child_id)
    people.get_person_fields(work.session, Scope.of_sites([store.child_of(child).site_id]), person_id)
    row = CustodyFactRow(
        id=uuid7(),
        site_id=child.site_id,
        child_id=child.id,
        person_id=person_id,
        ground=ground.value,
        document=None if document is None else document.strip(),
        document_at=None if document is None else work.now,
        recorded_at=work.now,
        recorded_by=work.actor.id,
    )
    work.session.add(row)
    work.session.flush()
    work.record("custody.recorded", Subject("custody_fact", row.id), ground=ground.value)
    return CustodyFactId(row.id)


def add_document(work: Work, within: Scope, fact_id: UUID, document: str) -> None:
    """The paper that the head's decision waited for. Raises Forbidden, NotFound, CustodyOver, DocumentNeeded."""
    row = _open_fact(work, within, fact_id)
    rules.check_document(CustodyGround.COURT_ORDER, document)
    row.document, row.document_at = document.strip(), work.now
    work.record("custody.documented", Subject("custody_fact", row.id))


def end_custody(work: Work, within: Scope, fact_id: UUID) -> None:
    """Raises Forbidden, NotFound, CustodyOver."""
    row = _open_fact(work, within, fact_id)
    row.ended_at = work.now
    work.record("custody.ended", Subject("custody_fact", row.id))


def _open_fact(work: Work, within: Scope, fact_id: UUID) -> CustodyFactRow:
    check_may(work.actor, Permission.CUSTODY_DECIDE)
    row = store.find_fact_row(work.session, within, fact_id)
    if row is None:
        raise NotFound
    if not rules.binds(store.fact_of(row), work.now):
        raise CustodyOver
    return row
