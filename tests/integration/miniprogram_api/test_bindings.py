from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from backend.features.people import service as people
from backend.features.residents import service as residents
from backend.features.residents.errors import BindingDecided, ReasonNeeded
from backend.features.residents.model import BindingReason, BindingState
from backend.features.residents.tables import BindingAttemptRow, BindingRow
from backend.infrastructure.audit.tables import AuditEntryRow
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope, system_actor
from backend.kernel.paging import PageRequest
from tests.builders.community import Community, build_community
from tests.integration.miniprogram_api.phone import Phone


def ask(phone: Phone, room_id: object, key: str | None = None) -> tuple[int, str]:
    answer = phone.post("/bindings", {"room_id": str(room_id)}, key)
    return answer.status_code, answer.get_json().get("code") or answer.get_json()["state"]


def test_a_number_on_file_asks_to_be_bound_and_waits(candidate: Phone, community: Community) -> None:
    assert ask(candidate, community.rooms[0]) == (201, "pending")
    assert candidate.get("/households/current").get_json() == {"items": []}


def test_a_second_request_for_the_same_home_is_the_first_one(candidate: Phone, community: Community) -> None:
    first, second = (candidate.post("/bindings", {"room_id": str(community.rooms[0])}).get_json() for _ in range(2))
    assert first == second
    assert candidate.get("/bindings").get_json()["items"] == [first]


def test_the_approved_resident_sees_home_and_vehicles(resident: Phone, community: Community) -> None:
    [home] = resident.get("/households/current").get_json()["items"]
    assert (home["site"], home["room"]) == ("安邻花园", "3幢2单元501")
    assert [vehicle["plate"] for vehicle in home["vehicles"]] == ["苏A12345"]


def test_without_a_shared_number_nobody_is_bound(stranger: Phone, community: Community) -> None:
    assert ask(stranger, community.rooms[0]) == (409, "phone_needed")


def test_a_number_not_on_file_a_foreign_room_and_no_room_get_the_same_answer(
    stranger: Phone, community: Community
) -> None:
    stranger.share_number()
    occupied, empty, nowhere = (
        stranger.post("/bindings", {"room_id": str(room)}) for room in (*community.rooms[:2], uuid4())
    )
    documents = [answer.get_json() | {"instance": ""} for answer in (occupied, empty, nowhere)]
    assert documents[0]["code"] == "phone_not_on_file"
    assert documents[0] == documents[1] == documents[2]


def test_guesses_are_counted_though_refused_and_end_after_five(
    platform: Platform, stranger: Phone, community: Community
) -> None:
    stranger.share_number()
    answers = [ask(stranger, community.rooms[0]) for _ in range(6)]
    assert answers == [(422, "phone_not_on_file")] * 5 + [(429, "too_many_binding_attempts")]
    with platform.database.sessions() as session:
        assert session.scalar(select(func.count()).select_from(BindingAttemptRow)) == 5
        recorded = select(func.count()).where(AuditEntryRow.action == "binding.not_on_file")
        assert session.scalar(recorded) == 5


def test_the_property_refuses_with_a_reason_that_the_resident_sees(
    platform: Platform, candidate: Phone, community: Community
) -> None:
    binding_id = candidate.post("/bindings", {"room_id": str(community.rooms[0])}).get_json()["id"]
    with unit_of_work(platform.database, system_actor(community.tenant_id)) as work, pytest.raises(ReasonNeeded):
        residents.decide_binding(work, community.scope, binding_id, approve=False)
    with unit_of_work(platform.database, system_actor(community.tenant_id)) as work:
        residents.decide_binding(work, community.scope, binding_id, approve=False, reason=BindingReason.NUMBER_OUTDATED)
    [seen] = candidate.get("/bindings").get_json()["items"]
    assert (seen["state"], seen["reason"]) == ("refused", "number_outdated")
    assert ask(candidate, community.rooms[0]) == (201, "pending")


def test_a_binding_is_decided_once(platform: Platform, resident: Phone, community: Community) -> None:
    [bound] = resident.get("/bindings").get_json()["items"]
    with unit_of_work(platform.database, system_actor()) as work, pytest.raises(BindingDecided):
        residents.decide_binding(work, community.scope, bound["id"], approve=False, reason=BindingReason.NOT_A_MEMBER)


def test_another_propertys_staff_neither_see_nor_decide_a_binding(
    platform: Platform, candidate: Phone, community: Community
) -> None:
    binding_id = candidate.post("/bindings", {"room_id": str(community.rooms[0])}).get_json()["id"]
    elsewhere = build_community(platform, "别处小区", phone="13800000002").scope
    with unit_of_work(platform.database, system_actor()) as work:
        assert not residents.list_bindings(work.session, elsewhere, None, PageRequest()).items
        assert residents.list_bindings(work.session, community.scope, BindingState.PENDING, PageRequest()).items
        with pytest.raises(NotFound):
            residents.decide_binding(work, elsewhere, binding_id, approve=True)


def test_a_member_who_moved_out_reaches_nothing_at_the_next_request(
    platform: Platform, resident: Phone, community: Community
) -> None:
    with unit_of_work(platform.database, system_actor(community.tenant_id)) as work:
        people.end_membership(work, community.scope, community.household_id, community.person_id, date(2021, 1, 1))
    assert resident.get("/households/current").get_json() == {"items": []}


def test_a_binding_taken_back_ends_at_the_next_request(
    platform: Platform, resident: Phone, community: Community
) -> None:
    [bound] = resident.get("/bindings").get_json()["items"]
    with unit_of_work(platform.database, system_actor(community.tenant_id)) as work:
        residents.end_binding(work, community.scope, bound["id"], BindingReason.MOVED_OUT)
    assert resident.get("/households/current").get_json() == {"items": []}


def test_two_hundred_parallel_posts_with_one_key_make_one_binding_and_one_answer(
    platform: Platform, candidate: Phone, community: Community
) -> None:
    body = {"room_id": str(community.rooms[0])}
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: candidate.post("/bindings", body, "one-key-for-all"), range(200)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_data() for answer in answers}) == 1
    with platform.database.sessions() as session:
        assert session.scalar(select(func.count()).select_from(BindingRow)) == 1


def test_the_same_key_with_another_body_is_refused(candidate: Phone, community: Community) -> None:
    assert ask(candidate, community.rooms[0], "a-key-for-this")[0] == 201
    assert ask(candidate, community.rooms[1], "a-key-for-this") == (422, "idempotency_key_reused")


def test_one_residents_key_means_nothing_for_another(candidate: Phone, stranger: Phone, community: Community) -> None:
    stranger.share_number()
    assert ask(candidate, community.rooms[0], "a-key-for-this") == (201, "pending")
    assert ask(stranger, community.rooms[0], "a-key-for-this") == (422, "phone_not_on_file")


def test_a_resident_of_two_homes_reaches_both_and_no_third(
    platform: Platform, resident: Phone, community: Community
) -> None:
    second = build_community(platform, "二号小区", phone=community.phone)
    build_community(platform, "三号小区", phone="13800000003")
    binding_id = resident.post("/bindings", {"room_id": str(second.rooms[0])}).get_json()["id"]
    with unit_of_work(platform.database, system_actor(second.tenant_id)) as work:
        residents.decide_binding(work, Scope.of_sites({second.site_id}), binding_id, approve=True)
    homes = resident.get("/households/current").get_json()["items"]
    assert {home["site"] for home in homes} == {"安邻花园", "二号小区"}
