"""The property's page of what residents ask: by its last day, answered with one press."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import text

from backend.features.matters import service as matters
from backend.features.matters.model import Details, Matter, Place
from backend.features.people import service as people
from backend.features.people.model import Relation
from backend.features.sites import service as sites
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.identity import Actor, ActorKind, Role, Scope
from backend.kernel.ids import PersonId
from tests.builders.community import MOVED_IN
from tests.integration.portals.gatehouse import Gatehouse, Staff, events_of, logged_in


def asking(house: Gatehouse) -> Any:
    """A transaction of the resident's."""
    scope = Scope(frozenset({house.community.site_id}), frozenset({house.community.household_id}))
    tenant = house.community.tenant_id
    actor = Actor(ActorKind.RESIDENT, house.resident_id, tenant, frozenset({Role.RESIDENT}), scope)
    return unit_of_work(house.platform.database, actor)


def ask_for_car(house: Gatehouse, plate: str = "苏B88888") -> Matter:
    with asking(house) as work:
        return matters.ask_to_add_vehicle(work, work.actor.scope, house.community.household_id, plate)


def ask_to_delete(house: Gatehouse) -> Matter:
    home = house.community
    with asking(house) as work:
        place = Place(home.tenant_id, home.site_id, home.household_id, home.person_id)
        return matters.ask_to_delete(work, place, "不希望保存我的手机号。")


def ask_to_remove_spouse(house: Gatehouse) -> Matter:
    home = house.community
    with house.work() as work:
        site = sites.get_site(work.session, home.scope, home.site_id)
        spouse = people.add_person(work, house.platform.crypto, site, "李小红")
        people.add_member(work, home.scope, home.household_id, spouse, Relation.FAMILY, MOVED_IN)
    with asking(house) as work:
        own: set[PersonId] = {home.person_id}
        scope = work.actor.scope
        return matters.ask_to_remove_member(work, scope, home.household_id, spouse, own, "已经分居，不住在这里。")


def manager(house: Gatehouse, portal: Flask) -> Staff:
    return logged_in(portal, house.hire("manager", Role.PROPERTY_MANAGER, name="陈经理"))


def test_requests_stand_in_the_order_of_their_last_day_and_late_ones_say_so(house: Gatehouse, portal: Flask) -> None:
    ask_to_delete(house)
    late = ask_for_car(house, "苏C77777")
    ask_for_car(house)
    with house.platform.database.sessions.begin() as session:
        day = late.due_on - timedelta(days=30)
        session.execute(text("UPDATE matter SET due_on = :day WHERE id = :id"), {"day": day, "id": late.id})
    staff = manager(house, portal)
    page = staff.read("/matters")
    places = [page.index(asked) for asked in ("添加车辆 苏C·77777", "添加车辆 苏B·88888", "删除 王小明 的登记资料")]
    assert places == sorted(places)
    assert page.count("已过期限") == 1 and "最迟答复" in page
    assert "苏B·88888" not in staff.read("/matters?late=1")
    assert "苏C·77777" not in staff.read("/matters?kind=delete")


def test_what_is_granted_happens_and_leaves_the_list(house: Gatehouse, portal: Flask) -> None:
    matter = ask_for_car(house)
    staff = manager(house, portal)
    answer = staff.press(f"/matters/{matter.id}/grant", answer="行驶证已核对。")
    assert "已同意并办理" in events_of(answer)["toast"]["text"]
    assert "没有待答复的申请" in answer.get_data(as_text=True)
    with house.platform.database.sessions() as session:
        assert people.find_vehicle_by_plate(session, house.within, "苏B88888") is not None
    granted = staff.read("/matters?state=granted")
    assert "行驶证已核对。" in granted and "苏B·88888" in granted
    assert staff.press(f"/matters/{matter.id}/refuse", answer="太晚了，不能改。").status_code == 409


def test_a_refusal_without_a_reason_and_a_removal_unheard_are_sent_back(house: Gatehouse, portal: Flask) -> None:
    car, spouse = ask_for_car(house), ask_to_remove_spouse(house)
    staff = manager(house, portal)
    assert staff.press(f"/matters/{car.id}/refuse", answer="不").status_code == 422
    told = {"answer": "电话核实，本人已搬走。"}
    assert staff.press(f"/matters/{spouse.id}/grant", **told).status_code == 422
    assert staff.press(f"/matters/{spouse.id}/grant", **told, heard="1").status_code == 200
    assert staff.press(f"/matters/{car.id}/refuse", answer="行驶证不是本户的。").status_code == 200


def test_guards_and_clerks_do_not_decide_and_another_tenant_finds_nothing(
    house: Gatehouse, portal: Flask, platform: Platform
) -> None:
    matter = ask_for_car(house)
    for role in (Role.GUARD, Role.PROPERTY_CLERK):
        staff = logged_in(portal, house.hire(role.value.replace("_", "-"), role))
        assert staff.get("/matters").status_code == 403
        assert staff.press(f"/matters/{matter.id}/grant").status_code == 403
    with unit_of_work(platform.database, Actor(ActorKind.STAFF, None)) as work:
        details = matters.get_own(work.session, house.resident_id, matter.id).details
    assert details == Details(plate="苏B88888")
