import hashlib
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from backend.features.residents.model import BindingState
from backend.features.residents.tables import BindingRow
from backend.infrastructure.audit.tables import AuditEntryRow
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day, utc_now
from backend.kernel.identity import Role
from backend.kernel.ids import uuid7
from backend.portals.police.app import create_app as create_police
from tests.integration.portals.gatehouse import (
    Gatehouse,
    Staff,
    build_gatehouse,
    certain,
    events_of,
    logged_in,
)


@pytest.fixture
def manager(house: Gatehouse, portal: Flask) -> Staff:
    return logged_in(portal, house.hire("manager", Role.PROPERTY_MANAGER, "赵经理"))


def entries(house: Gatehouse, action: str) -> list[AuditEntryRow]:
    with house.platform.database.sessions() as session:
        return list(
            session.scalars(
                select(AuditEntryRow).where(AuditEntryRow.action == action).order_by(AuditEntryRow.sequence)
            )
        )


def test_passages_are_found_by_a_part_of_the_plate(house: Gatehouse, manager: Staff) -> None:
    house.car(certain("苏A12345"), seed=1)
    house.car(certain("苏E99999"), seed=2)
    page = manager.read("/passages?plate=e999")
    assert "苏E·99999" in page
    assert "苏A·12345" not in page


def test_a_percent_sign_is_no_wildcard(house: Gatehouse, manager: Staff) -> None:
    house.car(certain("苏A12345"))
    assert "没有符合条件的记录" in manager.read("/passages?plate=%25")


def test_passages_are_found_by_state_day_and_gate(house: Gatehouse, manager: Staff) -> None:
    house.car(certain("苏A12345"), seed=1)
    house.car(certain(None), seed=2)
    today = local_day(utc_now())
    opened = manager.read(f"/passages?state=opened&day={today}&gate={house.gate_id}")
    assert "苏A·12345" in opened
    assert "未读到车牌" not in opened
    assert "没有符合条件的记录" in manager.read(f"/passages?day={today - timedelta(days=1)}")


def test_paging_meets_every_passage_once(house: Gatehouse, manager: Staff) -> None:
    cars = {str(house.emergency()) for _ in range(65)}
    seen: list[str] = []
    address: str | None = "/passages?state=opened"
    while address:
        page = manager.read(address)
        seen += re.findall(r'data-passage="([0-9a-f-]{36})"', page)
        found = re.search(r'href="([^"]+)" rel="next"', page)
        address = found[1].replace("&amp;", "&") if found else None
    assert len(seen) == 65
    assert set(seen) == cars


def test_a_list_is_one_entry_with_a_hash_of_everyone_on_it(house: Gatehouse, manager: Staff) -> None:
    cars = [house.car(certain("苏A12345"), seed=1), house.car(certain("浙F66666"), seed=2)]
    manager.read("/passages")
    (entry,) = entries(house, "passage.listed")
    assert entry.purpose == "register_check"
    assert set(entry.facts["subjects"]) == {hashlib.sha256(car.bytes).hexdigest()[:16] for car in cars}


def test_expected_visitors_are_listed_with_their_state(house: Gatehouse, manager: Staff) -> None:
    house.expect("陈访客", "苏B88888", starts_in_hours=-0.2, hours=0.3)
    house.car(certain("苏B88888"))
    house.expect("王女士", starts_in_hours=-0.1, hours=0.3)
    page = manager.read("/visits")
    assert page.index("陈访客") < page.index("已到 1/1") < page.index("王女士") < page.index("待到访")
    assert "3幢2单元501" in page


def test_a_day_without_visits_says_so(house: Gatehouse, manager: Staff) -> None:
    assert "这一天没有预约的访客" in manager.read("/visits?day=2031-01-01")


def ask_for_binding(work: Work, house: Gatehouse) -> str:
    community = house.community
    binding = BindingRow(
        id=uuid7(),
        resident_id=house.resident_id,
        household_id=community.household_id,
        person_id=community.person_id,
        tenant_id=community.tenant_id,
        site_id=community.site_id,
        state=BindingState.PENDING.value,
        requested_at=work.now,
    )
    work.session.add(binding)
    return str(binding.id)


def test_a_binding_is_shown_beside_what_is_on_file_and_approved(house: Gatehouse, manager: Staff) -> None:
    with house.work() as work:
        binding = ask_for_binding(work, house)
    page = manager.read("/bindings")
    assert "王小明" in page
    assert "业主" in page
    assert "尾号 0001" in page
    assert house.community.phone not in page
    answer = manager.press(f"/bindings/{binding}/approve")
    assert "没有需要处理的申请" in answer.get_data(as_text=True)
    assert "王小明" in manager.read("/bindings?state=approved")
    again = manager.press(f"/bindings/{binding}/approve")
    assert again.status_code == 409
    assert "该申请已处理" in events_of(again)["toast"]["text"]


def test_a_refused_binding_keeps_its_preset_reason(house: Gatehouse, manager: Staff) -> None:
    with house.work() as work:
        binding = ask_for_binding(work, house)
    assert manager.press(f"/bindings/{binding}/refuse", reason="whatever").status_code == 422
    manager.press(f"/bindings/{binding}/refuse", reason="moved_out")
    assert "已经搬走" in manager.read("/bindings?state=refused")


def test_another_communitys_binding_cannot_be_decided(platform: Platform, manager: Staff) -> None:
    other = build_gatehouse(platform, "别处花园")
    with other.work() as work:
        binding = ask_for_binding(work, other)
    assert manager.press(f"/bindings/{binding}/approve").status_code == 404
    assert binding not in manager.read("/bindings")


def test_the_audit_log_is_read_by_actor_area_subject_and_day(house: Gatehouse, manager: Staff) -> None:
    car = house.car(certain("苏E99999"))
    manager.press(f"/gate/passages/{car}/open", reason="delivery")
    today = local_day(utc_now())
    page = manager.read(f"/audit?actor=MANAGER&action=passage.&subject={car}&day={today}")
    assert page.count('class="row-item"') == 1
    assert "赵经理" in page
    assert "放行" in page
    assert "苏E99999" not in page


def test_a_log_in_names_who_logged_in(house: Gatehouse, manager: Staff) -> None:
    page = manager.read("/audit?actor=manager&action=staff.logged_in")
    assert page.count('class="row-item"') == 1
    assert "登录：赵经理" in page


def test_reading_the_audit_log_is_on_record_too(house: Gatehouse, manager: Staff) -> None:
    manager.read("/audit")
    assert [entry.purpose for entry in entries(house, "audit.listed")] == ["supervision"]


def test_the_audit_log_pages_by_sequence(house: Gatehouse, manager: Staff) -> None:
    for _ in range(40):
        house.emergency()
    seen: list[int] = []
    address: str | None = "/audit?action=passage."
    while address:
        page = manager.read(address)
        seen += [int(number) for number in re.findall(r"№ (\d+)", page)]
        found = re.search(r'href="([^"]+)" rel="next"', page)
        address = found[1].replace("&amp;", "&") if found else None
    assert len(seen) == len(set(seen)) == 40
    assert seen == sorted(seen, reverse=True)


def test_a_police_supervisor_reads_the_log_of_the_sites_they_supervise_only(
    house: Gatehouse, platform: Platform
) -> None:
    other = build_gatehouse(platform, "别处花园")
    supervisor = logged_in(create_police(platform), house.hire("chief", Role.POLICE_SUPERVISOR, "周督察"))
    assert "新建小区或校园" in supervisor.read("/audit")
    assert supervisor.get(f"/audit?tenant={other.community.tenant_id}").status_code == 404
    assert "周督察" in supervisor.read("/audit?action=audit.")
