"""A class through one day: who is here, who is on leave, who has whom, who has not been collected yet."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from uuid import UUID

from backend.features.accounts import service as accounts
from backend.features.children import service as children
from backend.features.children.model import Child
from backend.features.children.policy import check_may
from backend.features.pickup import store
from backend.features.pickup.gate import FEED
from backend.features.pickup.records import AttendanceState, Release, Step, StepKind
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day, start_of_local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import Permission, Scope
from backend.kernel.ids import StaffId


class DayState(Enum):
    TO_CALL = "to_call"
    """Nobody has said where the child is."""
    ON_LEAVE = "on_leave"
    ABSENT = "absent"
    HERE = "here"
    COLLECTED = "collected"


@dataclass(frozen=True)
class ChildDay:
    child: Child
    state: DayState
    release: Release | None


def mark(work: Work, within: Scope, child_id: UUID, state: AttendanceState) -> None:
    """The teacher's tick of today; a child that has arrived is in her hands. Raises Forbidden, NotFound."""
    check_may(work.actor, Permission.CHILD_RELEASE)
    child = children.get_child(work.session, within, child_id)
    values = {
        "child_id": child.id,
        "day": local_day(work.now),
        "state": state.value,
        "marked_by": work.actor.id,
        "marked_at": work.now,
    }
    store.mark_attendance(work.session, child.site_id, values)
    if state is AttendanceState.PRESENT:
        _hand_to(work, child, StepKind.ARRIVED, work.actor.id)
    work.record("child.attendance", Subject("child", child.id), tenant_id=child.tenant_id, state=state.value)
    work.publish(FEED, child.site_id, child.id)


def hand_over(work: Work, within: Scope, child_id: UUID, to_staff: StaffId) -> None:
    """To the bus, the club, the nurse or the late shift, by name. Raises Forbidden, NotFound."""
    check_may(work.actor, Permission.CHILD_RELEASE)
    child = children.get_child(work.session, within, child_id)
    if child.site_id not in accounts.get_profile(work.session, to_staff).sites:
        raise NotFound
    _hand_to(work, child, StepKind.HANDED_OVER, to_staff)
    work.record("child.handed_over", Subject("child", child.id), tenant_id=child.tenant_id, to=str(to_staff))
    work.publish(FEED, child.site_id, child.id)


def _hand_to(work: Work, child: Child, kind: StepKind, to_staff: UUID | None) -> None:
    from_staff = work.actor.id if kind is StepKind.HANDED_OVER else None
    values = {"child_id": child.id, "kind": kind.value, "from_staff": from_staff, "to_staff": to_staff}
    store.add_step(work.session, child.site_id, values | {"to_person": None, "to_delegation": None, "at": work.now})


def look_at_day(work: Work, within: Scope, class_id: UUID) -> list[ChildDay]:
    """The class as it is now, for its teacher's eyes; the look is on record. Raises NotFound."""
    found = children.look_at_class(work, within, class_id, "class_day")
    ids, day = [child.id for child in found], local_day(work.now)
    marks = store.attendance_of_day(work.session, within, ids, day)
    leave = store.on_leave(work.session, within, ids, day)
    gone = store.releases_of_day(work.session, within, ids, day)
    return [
        ChildDay(child, _state(marks.get(child.id), child.id in leave, child.id in gone), gone.get(child.id))
        for child in found
    ]


def _state(mark: str | None, on_leave: bool, gone: bool) -> DayState:
    """A child who was seen is here, whatever its leave says."""
    if gone:
        return DayState.COLLECTED
    if mark == AttendanceState.PRESENT.value:
        return DayState.HERE
    if on_leave or mark == AttendanceState.LEAVE.value:
        return DayState.ON_LEAVE
    return DayState.ABSENT if mark == AttendanceState.ABSENT.value else DayState.TO_CALL


def custody_chain(work: Work, within: Scope, child_id: UUID, day: date) -> list[Step]:
    """Who had the child on that day, oldest first; the look is on record. Raises NotFound."""
    child = children.look_at_child(work, within, child_id, "custody_chain")
    since = start_of_local_day(day)
    return store.steps_of(work.session, within, child.id, since, start_of_local_day(day + timedelta(days=1)))
