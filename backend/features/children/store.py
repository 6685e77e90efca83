from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from backend.features.children.model import (
    Child,
    CustodyFact,
    CustodyFactId,
    CustodyGround,
    Guardian,
    GuardianRelation,
    SchoolClass,
)
from backend.features.children.tables import ChildRow, ClassGrantRow, CustodyFactRow, GuardianRow, SchoolClassRow
from backend.kernel.identity import Scope
from backend.kernel.ids import ChildId, ClassId, PersonId, SiteId, StaffId, TenantId


def _reach(within: Scope) -> ColumnElement[bool]:
    """Sites always; a teacher's classes and a parent's children where the scope names them."""
    classes = true() if within.classes is None else ChildRow.class_id.in_(within.classes)
    children = true() if within.children is None else ChildRow.id.in_(within.children)
    return and_(ChildRow.site_id.in_(within.sites), classes, children)


def find_class(session: Session, within: Scope, class_id: UUID) -> SchoolClass | None:
    query = select(SchoolClassRow).where(SchoolClassRow.id == class_id, SchoolClassRow.site_id.in_(within.sites))
    if within.classes is not None:
        query = query.where(SchoolClassRow.id.in_(within.classes))
    row = session.scalar(query)
    return None if row is None else SchoolClass(ClassId(row.id), SiteId(row.site_id), row.name)


def find_child_row(session: Session, within: Scope, child_id: UUID) -> ChildRow | None:
    """Locked, for who is about to change it or what hangs on it."""
    return session.scalar(select(ChildRow).where(ChildRow.id == child_id, _reach(within)).with_for_update())


def children_by_id(session: Session, within: Scope, ids: Iterable[UUID]) -> dict[UUID, Child]:
    rows = session.scalars(select(ChildRow).where(ChildRow.id.in_(list(ids)), _reach(within)))
    return {row.id: child_of(row) for row in rows}


def list_class(session: Session, within: Scope, class_id: UUID, day: date) -> list[Child]:
    """The children who come on that day, in the order in which they were registered."""
    here = or_(ChildRow.left_on.is_(None), ChildRow.left_on > day)
    rows = session.scalars(select(ChildRow).where(ChildRow.class_id == class_id, _reach(within), here))
    return [child_of(row) for row in sorted(rows, key=lambda row: row.id)]


def child_of(row: ChildRow) -> Child:
    born_on = date.fromisoformat(row.born_on)
    place = (TenantId(row.tenant_id), SiteId(row.site_id), ClassId(row.class_id))
    return Child(ChildId(row.id), *place, row.name, born_on, row.left_on)


def find_guardian_row(session: Session, within: Scope, child_id: UUID, person_id: UUID) -> GuardianRow | None:
    """Locked, for who is about to change it."""
    mine = select(GuardianRow).join(ChildRow, ChildRow.id == GuardianRow.child_id).where(_reach(within))
    pair = (GuardianRow.child_id == child_id, GuardianRow.person_id == person_id)
    return session.scalar(mine.where(*pair).with_for_update(of=GuardianRow))


def guardians_of(session: Session, within: Scope, child_ids: Iterable[UUID]) -> list[Guardian]:
    """Revoked ones included."""
    mine = select(GuardianRow).join(ChildRow, ChildRow.id == GuardianRow.child_id).where(_reach(within))
    rows = session.scalars(mine.where(GuardianRow.child_id.in_(list(child_ids))).order_by(GuardianRow.id))
    return [_guardian(row) for row in rows]


def guardianships_of(session: Session, within: Scope, person_ids: Iterable[UUID], day: date) -> list[Guardian]:
    """What these adults are to the children who come on that day; revoked ones included."""
    here = or_(ChildRow.left_on.is_(None), ChildRow.left_on > day)
    mine = select(GuardianRow).join(ChildRow, ChildRow.id == GuardianRow.child_id).where(_reach(within), here)
    rows = session.scalars(mine.where(GuardianRow.person_id.in_(list(person_ids))).order_by(GuardianRow.id))
    return [_guardian(row) for row in rows]


def _guardian(row: GuardianRow) -> Guardian:
    pair = (ChildId(row.child_id), PersonId(row.person_id))
    return Guardian(*pair, GuardianRelation(row.relation), row.revoked_at, row.of_age_on)


def custody_facts(session: Session, within: Scope, person_ids: Iterable[UUID]) -> list[CustodyFact]:
    """Everything that was ever recorded of these persons and children within reach; `rules.binds` says what holds."""
    mine = select(CustodyFactRow).join(ChildRow, ChildRow.id == CustodyFactRow.child_id).where(_reach(within))
    rows = session.scalars(mine.where(CustodyFactRow.person_id.in_(list(person_ids))).order_by(CustodyFactRow.id))
    return [fact_of(row) for row in rows]


def find_fact_row(session: Session, within: Scope, fact_id: UUID) -> CustodyFactRow | None:
    """Locked, for who is about to change it."""
    mine = select(CustodyFactRow).join(ChildRow, ChildRow.id == CustodyFactRow.child_id).where(_reach(within))
    return session.scalar(mine.where(CustodyFactRow.id == fact_id).with_for_update(of=CustodyFactRow))


def fact_of(row: CustodyFactRow) -> CustodyFact:
    pair = (ChildId(row.child_id), PersonId(row.person_id))
    ground = CustodyGround(row.ground)
    return CustodyFact(CustodyFactId(row.id), *pair, ground, row.recorded_at, row.document_at, row.ended_at)


def granted_classes(session: Session, within: Scope, staff_id: StaffId, now: datetime) -> set[ClassId]:
    rows = session.scalars(
        select(ClassGrantRow.class_id).where(
            ClassGrantRow.staff_id == staff_id,
            ClassGrantRow.site_id.in_(within.sites),
            ClassGrantRow.from_at <= now,
            ClassGrantRow.until_at > now,
            ClassGrantRow.revoked_at.is_(None),
        )
    )
    return {ClassId(class_id) for class_id in rows}


def grant_rows(session: Session, within: Scope, class_id: UUID, staff_id: StaffId) -> list[ClassGrantRow]:
    """Those not taken back, locked."""
    mine = select(ClassGrantRow).where(
        ClassGrantRow.class_id == class_id,
        ClassGrantRow.staff_id == staff_id,
        ClassGrantRow.site_id.in_(within.sites),
        ClassGrantRow.revoked_at.is_(None),
    )
    return list(session.scalars(mine.with_for_update()))
