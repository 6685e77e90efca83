"""The property's and the school's pages about visitors: rules, approvals, visitors of the staff."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from backend.features.employees import service as employees
from backend.features.employees.model import Duty, EmployeeFields
from backend.features.sites import service as sites
from backend.features.visit_policies import service as policies
from backend.features.visit_policies.model import Approval, Ringing, VisitPolicy
from backend.infrastructure.http.platform import Platform
from backend.kernel.clock import LOCAL_ZONE, local_day
from backend.kernel.hours import EVERY_DAY, Hours
from backend.kernel.identity import Role
from backend.portals.campus.app import create_app as create_campus
from tests.integration.portals.gatehouse import Gatehouse, Staff, build_gatehouse, events_of, logged_in

FORM = {
    "approval": "outside_hours",
    "free_from": "08:00",
    "free_until": "20:00",
    "closed_from": "23:00",
    "closed_until": "06:00",
    "open_visits": "5",
    "visits_a_day": "10",
    "longest_window_days": "3",
    "longest_series_days": "90",
    "courier_minutes": "20",
    "answer_seconds": "45",
    "ringing": "off",
}


@pytest.fixture
def manager(house: Gatehouse, portal: Flask) -> Staff:
    return logged_in(portal, house.hire("manager", Role.PROPERTY_MANAGER, "赵经理"))


def policy_of(house: Gatehouse) -> VisitPolicy:
    with house.work() as work:
        return policies.current(work.session, house.within, house.community.site_id)


def test_a_site_decides_how_it_receives_visitors(house: Gatehouse, manager: Staff) -> None:
    assert "还没有修改过" in manager.read("/visit-policy")
    answer = manager.press(f"/visit-policy/{house.community.site_id}", **FORM)
    assert events_of(answer)["toast"]["kind"] == "good"
    assert policy_of(house) == VisitPolicy(
        Approval.OUTSIDE_HOURS,
        Hours(EVERY_DAY, 480, 1200),
        Hours(EVERY_DAY, 1380, 360),
        *(5, 10, 3, 90, 20, 45),
        Ringing.OFF,
    )
    with house.platform.database.sessions() as session:
        facts = session.execute(
            text("SELECT facts FROM audit_entry WHERE action = 'visit_policy.decided' ORDER BY sequence")
        )
        assert facts.scalar_one()["answer_seconds"] == "60 > 45"


@pytest.mark.parametrize(
    "changes",
    [
        {"answer_seconds": "14"},
        {"answer_seconds": "-1"},
        {"answer_seconds": "9" * 30},
        {"approval": "maybe"},
        {"free_from": "8"},
        {"closed_until": ""},
        {"closed_from": "00:00", "closed_until": "00:00"},
    ],
)
def test_a_rule_that_cannot_be_changes_nothing(house: Gatehouse, manager: Staff, changes: dict[str, str]) -> None:
    assert manager.press(f"/visit-policy/{house.community.site_id}", **FORM | changes).status_code == 422
    assert policy_of(house) == VisitPolicy()


def test_a_manager_decides_for_no_other_tenant(house: Gatehouse, manager: Staff) -> None:
    other = build_gatehouse(house.platform, "别处花园")
    assert manager.press(f"/visit-policy/{other.community.site_id}", **FORM).status_code == 404
    assert policy_of(other) == VisitPolicy()


def test_the_office_approves_what_waits_and_a_guard_only_sees_it(
    house: Gatehouse, portal: Flask, manager: Staff
) -> None:
    with house.work() as work:
        policies.decide(work, house.within, house.community.site_id, VisitPolicy(Approval.ALWAYS))
    first, second = house.expect("陈访客"), house.expect("孙访客")
    guard = logged_in(portal, house.hire("guard", Role.GUARD))
    assert "等待审批" in guard.read("/visits") and "通过</button>" not in guard.read("/visits")
    assert guard.press(f"/visits/{first.id}/approve").status_code == 403
    answer = manager.press(f"/visits/{first.id}/approve").get_data(as_text=True)
    assert "陈访客" not in answer and "孙访客" in answer
    manager.press(f"/visits/{second.id}/refuse", reason="details_missing")
    assert manager.press(f"/visits/{second.id}/approve").status_code == 409
    assert "未通过" in manager.read("/visits")


def test_a_teacher_announces_a_parent_and_the_school_approves(house: Gatehouse, platform: Platform) -> None:
    campus = create_campus(platform)
    with house.work() as work:
        site = sites.get_site(work.session, house.within, house.community.site_id)
        new = EmployeeFields("周老师", Duty.TEACHER, "13600000005")
        employee_id = employees.add_employee(work, platform.crypto, site, new)
        policies.decide(work, house.within, site.id, VisitPolicy(Approval.ALWAYS))
        soon = (work.now + timedelta(hours=1)).astimezone(LOCAL_ZONE)
    teacher = logged_in(campus, house.hire("teacher", Role.TEACHER, "周老师"))
    principal = logged_in(campus, house.hire("principal", Role.SCHOOL_MANAGER, "吴园长"))
    until = soon + timedelta(hours=2)
    form = {"valid_from": soon.strftime("%Y-%m-%dT%H:%M"), "valid_until": until.strftime("%Y-%m-%dT%H:%M")}
    form |= {"name": "钱家长", "phone": "13700000008", "employee": str(employee_id)}
    answer = teacher.press("/announcements", **form)
    assert events_of(answer)["toast"]["text"] == "已提交，等学校审批。"
    assert "周老师" in answer.get_data(as_text=True)
    with platform.database.sessions() as session:
        visit_id = session.execute(text("SELECT id FROM visit")).scalar_one()
    assert teacher.press(f"/visits/{visit_id}/approve").status_code == 403
    assert principal.press(f"/announcements/{visit_id}/cancel").status_code == 404, "only one's own"
    assert events_of(principal.press(f"/visits/{visit_id}/approve"))["toast"]["kind"] == "good"
    assert "钱家长" in principal.read(f"/visits?day={local_day(soon)}")
    assert teacher.press("/announcements", **form | {"employee": "x"}).status_code == 422
    assert teacher.press("/announcements", **form | {"valid_from": "9999-99-99"}).status_code == 422
    assert teacher.press(f"/announcements/{visit_id}/cancel").status_code == 200
