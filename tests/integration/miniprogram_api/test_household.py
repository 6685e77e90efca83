"""A resident's household: members come by the property's approval and go by their own word or its decision."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.features.matters import service as matters
from backend.features.matters.errors import MatterDecided, PersonNotHeard
from backend.features.people import service as people
from backend.features.people.errors import PlateTaken
from backend.features.people.model import Relation
from backend.features.sites import service as sites
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.clock import local_day, utc_now
from backend.kernel.identity import Actor, ActorKind, Role
from backend.kernel.ids import PersonId
from tests.builders.community import MOVED_IN, Community, build_community
from tests.integration.miniprogram_api.phone import Phone, code_of

HEARD = "电话核实，本人已于上月搬走。"


def work_of(platform: Platform, community: Community) -> Any:
    """A transaction of the property's, without a name behind it."""
    actor = Actor(ActorKind.STAFF, None, community.tenant_id, frozenset({Role.PROPERTY_MANAGER}), community.scope)
    return unit_of_work(platform.database, actor)


def decide(platform: Platform, community: Community, matter: dict[str, Any], **word: Any) -> None:
    with work_of(platform, community) as work:
        matters.decide(work, platform.crypto, community.scope, UUID(matter["id"]), **{"answer": "", **word})


def settle(platform: Platform, community: Community, name: str, relation: Relation = Relation.FAMILY) -> PersonId:
    with work_of(platform, community) as work:
        site = sites.get_site(work.session, community.scope, community.site_id)
        person_id = people.add_person(work, platform.crypto, site, name)
        people.add_member(work, community.scope, community.household_id, person_id, relation, MOVED_IN)
    return person_id


def names(phone: Phone, community: Community) -> list[str]:
    answer = phone.get(f"/households/{community.household_id}/members")
    assert answer.status_code == 200, answer.text
    return [member["name"] for member in answer.get_json()["items"]]


def test_a_tenant_is_added_with_an_end_date_once_the_property_approves(
    platform: Platform, community: Community, resident: Phone
) -> None:
    home = f"/households/{community.household_id}"
    tenant = {"name": "李租客", "phone": "138 0000 0003", "relation": "tenant"}
    assert code_of(resident.post(f"{home}/members", tenant)) == (422, "stay_needed")
    until = (local_day(utc_now()) + timedelta(days=200)).isoformat()
    asked = resident.post(f"{home}/members", tenant | {"stay_until_on": until}, key="tenant-1")
    matter = asked.get_json()
    assert (asked.status_code, matter["state"], matter["subject"]) == (201, "open", "李租客")
    assert resident.post(f"{home}/members", tenant | {"stay_until_on": until}, key="tenant-1").get_json() == matter
    assert names(resident, community) == ["王小明"], "nothing opens before the property has said yes"
    decide(platform, community, matter, grant=True, answer="合同已核对。")
    assert names(resident, community) == ["王小明", "李租客"]
    [seen] = resident.get("/matters").get_json()["items"]
    assert (seen["state"], seen["answer"]) == ("granted", "合同已核对。")
    with pytest.raises(MatterDecided):
        decide(platform, community, matter, grant=False, answer="晚了一步，已经同意过。")


def test_a_landlord_or_spouse_cannot_end_anybodys_way_home_alone(
    platform: Platform, community: Community, resident: Phone
) -> None:
    spouse = settle(platform, community, "李小红")
    removal = f"/households/{community.household_id}/members/{spouse}/removal"
    assert code_of(resident.post(removal, {"explanation": "吵架"})) == (422, "explanation_needed")
    matter = resident.post(removal, {"explanation": "已经分居，不住在这里。"}).get_json()
    assert names(resident, community) == ["王小明", "李小红"]
    with pytest.raises(PersonNotHeard):
        decide(platform, community, matter, grant=True, answer=HEARD)
    assert names(resident, community) == ["王小明", "李小红"]
    decide(platform, community, matter, grant=True, answer=HEARD, heard=True)
    assert names(resident, community) == ["王小明"]


def test_ones_own_removal_is_leaving_and_needs_nobodys_word(
    platform: Platform, community: Community, resident: Phone
) -> None:
    home = f"/households/{community.household_id}"
    own = f"{home}/members/{community.person_id}/removal"
    assert code_of(resident.post(own, {"explanation": "我要搬走了。"})) == (422, "leave_instead")
    today = local_day(utc_now())
    yesterday, tomorrow = (today + timedelta(days=step) for step in (-1, 1))
    assert code_of(resident.post(f"{home}/leave", {"until_on": yesterday.isoformat()})) == (422, "leaving_in_past")
    assert resident.post(f"{home}/leave", {"until_on": tomorrow.isoformat()}).status_code == 204
    [me] = resident.get(f"{home}/members").get_json()["items"]
    assert (me["is_me"], me["until_on"]) == (True, tomorrow.isoformat())
    assert code_of(resident.post(f"{home}/leave", {"until_on": tomorrow.isoformat()})) == (404, "not_found")


def test_a_car_waits_for_approval_or_not_as_the_site_has_it(
    platform: Platform, community: Community, resident: Phone
) -> None:
    path = f"/households/{community.household_id}/vehicles"
    assert code_of(resident.post(path, {"plate": "苏12345"})) == (422, "plate_implausible")
    waiting = resident.post(path, {"plate": "苏b·88888"}).get_json()
    assert (waiting["vehicle"], waiting["matter"]["subject"]) == (None, "苏B88888")
    decide(platform, community, waiting["matter"], grant=True)
    with work_of(platform, community) as work:
        sites.set_vehicles_by_approval(work, community.scope, community.site_id, by_approval=False)
    added = resident.post(path, {"plate": "苏C77777"}).get_json()
    assert (added["vehicle"]["plate"], added["matter"]) == ("苏C77777", None)
    assert code_of(resident.post(path, {"plate": "苏C77777"})) == (409, "plate_taken")
    assert resident.post(f"/vehicles/{added['vehicle']['id']}/remove").status_code == 204
    [home] = resident.get("/households/current").get_json()["items"]
    assert {car["plate"] for car in home["vehicles"]} == {"苏A12345", "苏B88888"}


def test_a_plate_that_was_taken_meanwhile_leaves_the_request_open(
    platform: Platform, community: Community, resident: Phone
) -> None:
    path = f"/households/{community.household_id}/vehicles"
    first, second = (resident.post(path, {"plate": "苏B88888"}).get_json()["matter"] for _ in range(2))
    decide(platform, community, first, grant=True)
    with pytest.raises(PlateTaken):
        decide(platform, community, second, grant=True)
    assert resident.get(f"/matters/{second['id']}").get_json()["state"] == "open"
    assert resident.post(f"/matters/{second['id']}/withdraw").get_json()["state"] == "withdrawn"
    assert resident.post(f"/matters/{second['id']}/withdraw").get_json()["state"] == "withdrawn"
    assert code_of(resident.post(f"/matters/{first['id']}/withdraw")) == (409, "matter_decided")


def test_the_twenty_first_open_request_is_one_too_many(resident: Phone) -> None:
    said = {"explanation": "请删除我的手机号。"}
    for _ in range(20):
        assert resident.post("/me/deletions", said).status_code == 201
    assert code_of(resident.post("/me/deletions", said)) == (409, "too_many_matters")


def test_the_neighbours_home_is_no_home(platform: Platform, community: Community, resident: Phone) -> None:
    """Of the same site and of another tenant alike; nor is a car, a member or a request of theirs."""
    with work_of(platform, community) as work:
        neighbour = people.add_household(work, community.scope, community.rooms[1])
        car = people.add_vehicle(work, community.scope, neighbour, "苏D66666")
    stranger = settle(platform, community, "周同住")
    elsewhere = build_community(platform, "别处花园", phone="13800000055", plate="苏E55555")
    today = local_day(utc_now()).isoformat()
    for home in (neighbour, elsewhere.household_id, uuid4()):
        path = f"/households/{home}"
        for answer in (
            resident.get(f"{path}/members"),
            resident.post(f"{path}/members", {"name": "赵六", "relation": "family"}),
            resident.post(f"{path}/members/{stranger}/removal", {"explanation": "不认识这个人。"}),
            resident.post(f"{path}/leave", {"until_on": today}),
            resident.post(f"{path}/vehicles", {"plate": "苏F12345"}),
        ):
            assert code_of(answer) == (404, "not_found")
    own = f"/households/{community.household_id}/members/{elsewhere.person_id}/removal"
    assert code_of(resident.post(own, {"explanation": "不认识这个人。"})) == (404, "not_found")
    assert code_of(resident.post(f"/vehicles/{car}/remove")) == (404, "not_found")
    assert code_of(resident.get(f"/matters/{uuid4()}")) == (404, "not_found")


def test_whoever_was_only_asked_in_reads_and_changes_nothing(community: Community, candidate: Phone) -> None:
    """The number is on file, but the property has not approved the binding."""
    assert code_of(candidate.get(f"/households/{community.household_id}/members")) == (404, "not_found")
    wish = {"field": "phone", "value": "13900000001"}
    assert code_of(candidate.post("/me/corrections", wish)) == (409, "identity_needed")
