"""Checks, releases and what else a day leaves behind. Children themselves are found through their own feature, whose
scope knows of classes and parents; what hangs on a child is asked for by the ids that were found there.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from backend.features.pickup.model import (
    Admit,
    AskTeacher,
    Authorisation,
    CardState,
    CheckId,
    Decision,
    Delegation,
    DelegationId,
    Denial,
    Doubt,
    Factor,
    OverrideId,
    Refuse,
    ReleaseId,
    TwoStaffRelease,
)
from backend.features.pickup.records import Check, Delegate, Override, Release, Step, StepKind
from backend.features.pickup.tables import (
    AttendanceRow,
    AuthorisationRow,
    CustodyStepRow,
    DelegationChildRow,
    DelegationRow,
    LeaveRow,
    OverrideRow,
    PickupCheckRow,
    PickupDecisionRow,
    ReleaseRow,
)
from backend.infrastructure.inserting import insert_if_absent, insert_row
from backend.kernel.identity import Scope
from backend.kernel.ids import ChildId, PersonId, SiteId, uuid7


def authorisations_of(session: Session, within: Scope, person_id: UUID) -> dict[UUID, list[Authorisation]]:
    """The lines of the matrix of one adult, by child."""
    mine = select(AuthorisationRow).where(
        AuthorisationRow.site_id.in_(within.sites), AuthorisationRow.person_id == person_id
    )
    found: dict[UUID, list[Authorisation]] = {}
    for row in session.scalars(mine):
        period = (row.from_time, row.until_time, row.from_on, row.until_on)
        found.setdefault(row.child_id, []).append(Authorisation(row.allows, _days(row.weekdays), *period))
    return found


def _days(bits: int) -> frozenset[int]:
    return frozenset(day for day in range(1, 8) if bits >> (day - 1) & 1)


def find_authorisation_row(session: Session, within: Scope, authorisation_id: UUID) -> AuthorisationRow | None:
    """Locked, for who is about to change it."""
    mine = select(AuthorisationRow).where(
        AuthorisationRow.id == authorisation_id, AuthorisationRow.site_id.in_(within.sites)
    )
    return session.scalar(mine.with_for_update())


def find_delegate(session: Session, within: Scope, delegation_id: UUID) -> Delegate | None:
    """Locked: of a veto and a release at once, one comes first."""
    mine = select(DelegationRow).where(DelegationRow.id == delegation_id, DelegationRow.site_id.in_(within.sites))
    row = session.scalar(mine.with_for_update())
    return None if row is None else _delegates(session, [row])[0]


def delegates_of(session: Session, within: Scope, child_ids: Iterable[UUID], now: datetime) -> list[Delegate]:
    """Those whose window is not over, whoever has named them; vetoed and used ones included."""
    about = select(DelegationChildRow.delegation_id).where(DelegationChildRow.child_id.in_(list(child_ids)))
    mine = select(DelegationRow).where(
        DelegationRow.id.in_(about), DelegationRow.site_id.in_(within.sites), DelegationRow.valid_until > now
    )
    return _delegates(session, list(session.scalars(mine.order_by(DelegationRow.id))))


def _delegates(session: Session, rows: list[DelegationRow]) -> list[Delegate]:
    children: dict[UUID, set[ChildId]] = {row.id: set() for row in rows}
    pairs = select(DelegationChildRow).where(DelegationChildRow.delegation_id.in_(list(children)))
    for pair in session.scalars(pairs):
        children[pair.delegation_id].add(ChildId(pair.child_id))
    return [
        Delegate(
            DelegationId(row.id),
            SiteId(row.site_id),
            PersonId(row.named_by),
            frozenset(children[row.id]),
            row.name,
            row.id_tail,
            row.photo_id,
            Delegation(row.valid_from, row.valid_until, row.vetoed_at, row.used_at),
            None if row.used_check_id is None else CheckId(row.used_check_id),
        )
        for row in rows
    ]


def change_delegation(session: Session, within: Scope, delegation_id: UUID, **values: Any) -> None:
    mine = update(DelegationRow).where(DelegationRow.id == delegation_id, DelegationRow.site_id.in_(within.sites))
    session.execute(mine.values(**values))


def add_check(session: Session, site_id: SiteId, values: dict[str, Any], decisions: dict[ChildId, Decision]) -> CheckId:
    check_id = CheckId(uuid7())
    insert_row(session, PickupCheckRow, {"id": check_id, "site_id": site_id} | values)
    for child_id, decision in decisions.items():
        insert_row(session, PickupDecisionRow, {"check_id": check_id, "child_id": child_id} | _written(decision))
    return check_id


def _written(decision: Decision) -> dict[str, str | None]:
    match decision:
        case Admit():
            return {"outcome": "admit", "reason": None}
        case AskTeacher():
            return {"outcome": "ask", "reason": decision.doubt.value}
        case Refuse():
            return {"outcome": "refuse", "reason": decision.denial.value}


def find_check(session: Session, within: Scope, check_id: UUID) -> Check | None:
    row = session.scalar(
        select(PickupCheckRow).where(PickupCheckRow.id == check_id, PickupCheckRow.site_id.in_(within.sites))
    )
    if row is None:
        return None
    factor = Factor(row.factor)
    kept = session.scalars(select(PickupDecisionRow).where(PickupDecisionRow.check_id == row.id))
    return Check(
        CheckId(row.id),
        SiteId(row.site_id),
        None if row.person_id is None else PersonId(row.person_id),
        None if row.delegation_id is None else DelegationId(row.delegation_id),
        row.photo_id,
        CardState(row.card_state),
        factor,
        None if row.list_age_seconds is None else timedelta(seconds=row.list_age_seconds),
        row.occurred_at,
        row.at,
        row.admitted,
        row.alerts_head,
        {ChildId(one.child_id): _read(one, factor) for one in kept},
    )


def _read(row: PickupDecisionRow, factor: Factor) -> Decision:
    if row.outcome == "admit":
        return Admit(factor)
    return AskTeacher(Doubt(row.reason)) if row.outcome == "ask" else Refuse(Denial(row.reason))


def wrong_pins_since(session: Session, within: Scope, credential_id: UUID, since: datetime) -> int:
    wrong = select(func.count()).where(
        PickupCheckRow.site_id.in_(within.sites),
        PickupCheckRow.credential_id == credential_id,
        PickupCheckRow.at > since,
        PickupCheckRow.factor == Factor.PIN_WRONG.value,
    )
    return session.scalars(wrong).one()


def acknowledge(session: Session, within: Scope, check_id: UUID, staff_id: UUID | None, now: datetime) -> bool:
    """False where somebody else was first, or nothing was to be seen to."""
    mine = update(PickupCheckRow).where(
        PickupCheckRow.id == check_id,
        PickupCheckRow.site_id.in_(within.sites),
        PickupCheckRow.alerts_head,
        PickupCheckRow.acknowledged_at.is_(None),
    )
    done = session.execute(mine.values(acknowledged_at=now, acknowledged_by=staff_id))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def add_release(session: Session, site_id: SiteId, values: dict[str, Any]) -> ReleaseId | None:
    """None where the child has gone today; waits for a parallel one to commit or fail first."""
    release_id = ReleaseId(uuid7())
    new = insert_if_absent(session, ReleaseRow, {"id": release_id, "site_id": site_id} | values)
    return release_id if new else None


def find_release(session: Session, within: Scope, release_id: UUID) -> Release | None:
    """One that was not undone, locked."""
    mine = select(ReleaseRow).where(
        ReleaseRow.id == release_id, ReleaseRow.site_id.in_(within.sites), ReleaseRow.undone_at.is_(None)
    )
    row = session.scalar(mine.with_for_update())
    return None if row is None else _release(row)


def undo_release(session: Session, within: Scope, release_id: UUID, now: datetime) -> None:
    mine = update(ReleaseRow).where(ReleaseRow.id == release_id, ReleaseRow.site_id.in_(within.sites))
    session.execute(mine.values(undone_at=now))


def releases_of_check(session: Session, within: Scope, check_id: UUID) -> list[Release]:
    mine = select(ReleaseRow).where(ReleaseRow.check_id == check_id, ReleaseRow.site_id.in_(within.sites))
    return [_release(row) for row in session.scalars(mine.where(ReleaseRow.undone_at.is_(None)))]


def releases_of_day(session: Session, within: Scope, child_ids: Iterable[UUID], day: date) -> dict[UUID, Release]:
    mine = select(ReleaseRow).where(
        ReleaseRow.site_id.in_(within.sites), ReleaseRow.day == day, ReleaseRow.undone_at.is_(None)
    )
    rows = session.scalars(mine.where(ReleaseRow.child_id.in_(list(child_ids))))
    return {row.child_id: _release(row) for row in rows}


def _release(row: ReleaseRow) -> Release:
    settled = None if row.settled is None else Doubt(row.settled)
    check_id = None if row.check_id is None else CheckId(row.check_id)
    return Release(ReleaseId(row.id), ChildId(row.child_id), check_id, row.day, settled, row.at)


def add_override(session: Session, site_id: SiteId, values: dict[str, Any]) -> OverrideId:
    override_id = OverrideId(uuid7())
    insert_row(session, OverrideRow, {"id": override_id, "site_id": site_id} | values)
    return override_id


def find_override(session: Session, within: Scope, override_id: UUID) -> Override | None:
    """One that nobody has confirmed yet, locked."""
    mine = select(OverrideRow).where(
        OverrideRow.id == override_id, OverrideRow.site_id.in_(within.sites), OverrideRow.confirmed_at.is_(None)
    )
    row = session.scalar(mine.with_for_update())
    if row is None:
        return None
    wanted = TwoStaffRelease(row.asked_by, None, row.called_back, row.identity_checked, row.reason)
    pair = (ChildId(row.child_id), PersonId(row.person_id))
    return Override(OverrideId(row.id), *pair, wanted, row.asked_at)


def confirm_override(session: Session, within: Scope, override_id: UUID, by: UUID | None, now: datetime) -> None:
    mine = update(OverrideRow).where(OverrideRow.id == override_id, OverrideRow.site_id.in_(within.sites))
    session.execute(mine.values(confirmed_by=by, confirmed_at=now))


def mark_attendance(session: Session, site_id: SiteId, values: dict[str, Any]) -> None:
    """The latest word of the day counts."""
    if insert_if_absent(session, AttendanceRow, {"site_id": site_id} | values, "child_id", "day"):
        return
    mine = update(AttendanceRow).where(
        AttendanceRow.child_id == values["child_id"],
        AttendanceRow.day == values["day"],
        AttendanceRow.site_id == site_id,
    )
    session.execute(mine.values(values))


def attendance_of_day(session: Session, within: Scope, child_ids: Iterable[UUID], day: date) -> dict[UUID, str]:
    mine = select(AttendanceRow).where(AttendanceRow.site_id.in_(within.sites), AttendanceRow.day == day)
    rows = session.scalars(mine.where(AttendanceRow.child_id.in_(list(child_ids))))
    return {row.child_id: row.state for row in rows}


def on_leave(session: Session, within: Scope, child_ids: Iterable[UUID], day: date) -> set[UUID]:
    mine = select(LeaveRow.child_id).where(
        LeaveRow.site_id.in_(within.sites), LeaveRow.from_on <= day, LeaveRow.until_on > day
    )
    return set(session.scalars(mine.where(LeaveRow.child_id.in_(list(child_ids)))))


def add_step(session: Session, site_id: SiteId, values: dict[str, Any]) -> None:
    insert_row(session, CustodyStepRow, {"id": uuid7(), "site_id": site_id} | values)


def steps_of(session: Session, within: Scope, child_id: UUID, since: datetime, until: datetime) -> list[Step]:
    """Oldest first."""
    mine = select(CustodyStepRow).where(CustodyStepRow.site_id.in_(within.sites), CustodyStepRow.child_id == child_id)
    rows = session.scalars(
        mine.where(CustodyStepRow.at >= since, CustodyStepRow.at < until).order_by(CustodyStepRow.id)
    )
    return [
        Step(StepKind(row.kind), row.at, row.from_staff, row.to_staff, row.to_person, row.to_delegation) for row in rows
    ]
