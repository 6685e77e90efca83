"""Rights to one's own data: see, copy, correct, delete, know who looked, consent and withdraw, close the account."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from backend.features.consents.model import ConsentPurpose
from backend.features.people import service as people
from backend.features.people.model import PersonFields
from backend.features.residents import service as residents_service
from backend.features.residents.model import BindingReason
from backend.features.visits import service as visits
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.audit.looks import record_look
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.clock import local_day, utc_now
from backend.kernel.identity import Actor, ActorKind, Role
from backend.portals.shared.looks import LookPurpose, record_list
from tests.builders.community import Community
from tests.drivers.sandbox import Sandbox
from tests.integration.miniprogram_api.phone import Phone, code_of
from tests.integration.miniprogram_api.test_household import decide, work_of
from tests.integration.portals.gatehouse import Gatehouse, build_lanes, certain
from workers.keeper import LeaseKeeper
from workers.registry import COMMON
from workers.running import Runner


@pytest.fixture
def house(platform: Platform, community: Community, resident: Phone) -> Gatehouse:
    """The resident's own community with lanes at its gate."""
    with platform.database.sessions() as session:
        resident_id = session.execute(text("SELECT resident_id FROM binding")).scalar_one()
    return build_lanes(platform, community, resident_id)


def make_copies(platform: Platform) -> None:
    """What the default worker does."""
    runner = Runner(platform, COMMON, LeaseKeeper(platform.database), "test")
    with platform.database.sessions() as session:
        waiting = "SELECT id FROM outbox_job WHERE finished_at IS NULL AND kind = 'rights.make_export'"
        ids = session.execute(text(waiting)).scalars().all()
    assert ids and all(runner.run(job_id) for job_id in ids)


def sections_of(body: bytes) -> dict[str, list[dict[str, Any]]]:
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        assert "我的数据" in file.read("my-data.html").decode()
        document = json.loads(file.read("my-data.json"))
    return {section["kind"]: section["items"] for section in document["sections"]}


def test_a_copy_of_everything_is_made_by_a_worker_and_fetched_by_its_owner_alone(
    platform: Platform, community: Community, house: Gatehouse, resident: Phone, stranger: Phone
) -> None:
    house.car(certain("苏A12345"))
    resident.post("/me/consents", {"purpose": "passage_photos", "given": True, "version": 1})
    asked = resident.post("/me/data-exports")
    assert (asked.status_code, asked.get_json()["state"]) == (202, "making")
    path = f"/me/data-exports/{asked.get_json()['id']}/file"
    assert code_of(resident.get(path)) == (409, "export_not_ready")
    make_copies(platform)
    assert code_of(stranger.get(path)) == (404, "not_found")
    answer = resident.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    found = sections_of(answer.data)
    assert found["person"][0]["name"] == "王小明" and found["person"][0]["phone"] == community.phone
    assert found["residency"][0]["room"] == "3幢2单元501"
    assert [car["plate"] for car in found["vehicle"]] == ["苏A12345"]
    assert [(one["kind"], one["who"]) for one in found["passage"]] == [("vehicle", "苏A12345")]
    assert found["consent"][0]["purpose"] == "passage_photos"
    with platform.database.sessions() as session:
        [sealed] = session.execute(text("SELECT content FROM data_export")).scalars()
    assert b"PK" not in bytes(sealed)[:64] and "王小明".encode() not in bytes(sealed), "sealed where it lies"


def test_a_copy_ends_after_three_days_and_there_are_three_a_day(platform: Platform, resident: Phone) -> None:
    ids = [resident.post("/me/data-exports").get_json()["id"] for _ in range(3)]
    assert code_of(resident.post("/me/data-exports")) == (429, "too_many_exports")
    make_copies(platform)
    with platform.database.sessions.begin() as session:
        session.execute(text("UPDATE data_export SET expires_at = now() WHERE id = :id"), {"id": ids[0]})
    assert code_of(resident.get(f"/me/data-exports/{ids[0]}/file")) == (410, "export_expired")
    assert sorted(one["state"] for one in resident.get("/me/data-exports").get_json()["items"]) == [
        "expired",
        "ready",
        "ready",
    ]


def test_every_kind_of_data_says_why_until_when_and_what_makes_it_go(resident: Phone, stranger: Phone) -> None:
    kinds = {one["kind"]: one for one in resident.get("/me/data").get_json()["items"]}
    assert kinds["person"]["deletion"] == "on_request" and kinds["person"]["count"] == 1
    assert (kinds["account"]["deletion"], kinds["passage"]["deletion"]) == ("with_account", "kept")
    assert "180 天" in kinds["passage"]["kept"]
    assert all(one["title"] and one["basis"] and one["kept"] for one in kinds.values())
    nobodys = {one["kind"]: one["count"] for one in stranger.get("/me/data").get_json()["items"]}
    assert {kind for kind, count in nobodys.items() if count} == {"account"}


def test_a_wrong_number_is_corrected_by_the_property_within_its_term(
    platform: Platform, community: Community, resident: Phone
) -> None:
    assert code_of(resident.post("/me/corrections", {"field": "phone", "value": "123"})) == (422, "phone_invalid")
    wish = {"field": "phone", "value": "139 0000 0077", "explanation": "换号了。"}
    matter = resident.post("/me/corrections", wish).get_json()
    assert matter["subject"] == "13900000077"
    decide(platform, community, matter, grant=True, answer="已核对。")
    with platform.database.sessions() as session:
        fields = people.get_person_fields(session, community.scope, community.person_id)
        assert fields == PersonFields("王小明", "13900000077")
        found = people.memberships_by_phone(
            session, community.rooms[0], people.phone_hash(platform.crypto, "13900000077"), local_day(utc_now())
        )
    assert [member.person_id for member in found] == [community.person_id], "found by the new number"
    bad_day = {"field": "stay_until", "value": "明年"}
    assert resident.post("/me/corrections", bad_day).status_code == 422


def test_deletion_takes_what_need_not_be_kept_and_no_more(
    platform: Platform, community: Community, resident: Phone
) -> None:
    said = {"explanation": "不希望保存我的手机号。"}
    decide(platform, community, resident.post("/me/deletions", said).get_json(), grant=True)
    on_file = fields_of(platform, community)
    assert (on_file.name, on_file.phone) == ("王小明", None), "who lives here has a name on the register"
    with work_of(platform, community) as work:
        today = local_day(work.now)
        people.end_membership(work, community.scope, community.household_id, community.person_id, today)
        [binding] = residents_service.identities(work.session, bound(platform))
        residents_service.end_binding(work, community.scope, binding.id, BindingReason.MOVED_OUT)
    decide(platform, community, resident.post("/me/deletions", said).get_json(), grant=True)
    assert fields_of(platform, community) == PersonFields("已删除"), "the right does not end with the home"


def fields_of(platform: Platform, community: Community) -> PersonFields:
    with platform.database.sessions() as session:
        return people.get_person_fields(session, community.scope, community.person_id)


def bound(platform: Platform) -> UUID:
    with platform.database.sessions() as session:
        return UUID(str(session.execute(text("SELECT resident_id FROM binding")).scalar_one()))


def test_nobody_asks_for_anothers_data(community: Community, resident: Phone) -> None:
    wish = {"field": "name", "value": "张三", "person_id": str(uuid4())}
    assert code_of(resident.post("/me/corrections", wish)) == (404, "not_found")
    assert resident.post("/me/corrections", wish | {"person_id": str(community.person_id)}).status_code == 201


def test_a_resident_learns_who_looked_by_role_and_purpose_and_nobodys_name(
    platform: Platform, community: Community, house: Gatehouse, resident: Phone, stranger: Phone
) -> None:
    member = house.hire("lookout", Role.PROPERTY_MANAGER, name="李经理")
    passage_id = house.car(certain("苏A12345"))
    actor = Actor(ActorKind.STAFF, member.id, community.tenant_id, frozenset({Role.PROPERTY_MANAGER}), community.scope)
    with unit_of_work(platform.database, actor) as work:
        record_look(work, Subject("person", community.person_id), LookPurpose.REGISTER_CHECK.value)
        record_look(work, Subject("passage", passage_id), LookPurpose.GATE_DUTY.value)
        record_list(work, "person", [uuid4(), community.person_id], LookPurpose.REGISTER_CHECK)
        record_list(work, "person", [uuid4()], LookPurpose.REGISTER_CHECK)
        record_look(work, Subject("person", uuid4()), LookPurpose.REGISTER_CHECK.value)
    first = resident.get("/me/looks", limit=2)
    assert "李经理" not in first.text and str(member.id) not in first.text
    page = first.get_json()
    rest = resident.get("/me/looks", limit=2, cursor=page["next"]).get_json()
    seen = {(one["action"], one["purpose"], *one["by"]) for one in page["items"] + rest["items"]}
    assert seen == {
        ("person.looked", "register_check", "property_manager"),
        ("passage.looked", "gate_duty", "property_manager"),
        ("person.listed", "register_check", "property_manager"),
    }
    assert rest["next"] is None
    assert stranger.get("/me/looks").get_json()["items"] == []


def test_a_passage_log_is_ones_own_and_pictures_come_with_consent(
    platform: Platform, community: Community, house: Gatehouse, resident: Phone, stranger: Phone
) -> None:
    house.expect(plate="苏B88888")
    own, _visitors, _others = (house.car(certain(plate)) for plate in ("苏A12345", "苏B88888", "浙C77777"))
    first = resident.get("/passages", limit=1).get_json()
    [rest] = resident.get("/passages", limit=1, cursor=first["next"]).get_json()["items"]
    found = {(one["kind"], one["who"], one["place"], one["has_photo"]) for one in (*first["items"], rest)}
    assert found == {("vehicle", "苏A12345", "东门", False), ("visitor", "陈访客", "东门", False)}
    photo = f"/passages/{own}/photo"
    assert code_of(resident.get(photo)) == (404, "not_found"), "not without consent"
    say(resident, ConsentPurpose.PASSAGE_PHOTOS, given=True)
    assert resident.get(photo).mimetype == "image/jpeg"
    for other in (_visitors, _others):
        assert code_of(resident.get(f"/passages/{other}/photo")) == (404, "not_found")
    assert code_of(stranger.get(photo)) == (404, "not_found")
    assert stranger.get("/passages").get_json()["items"] == []
    say(resident, ConsentPurpose.PASSAGE_PHOTOS, given=False)
    assert code_of(resident.get(photo)) == (404, "not_found"), "withdrawn at once"


def test_what_a_family_did_before_a_tenant_came_is_not_the_tenants_to_see(
    platform: Platform, house: Gatehouse, resident: Phone
) -> None:
    house.car(certain("苏A12345"))
    with platform.database.sessions.begin() as session:
        tomorrow = local_day(utc_now()) + timedelta(days=1)
        session.execute(text("UPDATE household_member SET from_on = :day"), {"day": tomorrow})
        assert resident.get("/passages").get_json()["items"] != []
    assert resident.get("/passages").get_json()["items"] == []


def say(phone: Phone, purpose: ConsentPurpose, *, given: bool) -> None:
    answer = phone.post("/me/consents", {"purpose": purpose.value, "given": given, "version": 1})
    assert (answer.status_code, answer.get_json()["given"]) == (200, given), answer.text


def test_a_consent_is_to_the_present_words_and_a_no_needs_none(resident: Phone) -> None:
    usual = {one["purpose"]: one["given"] for one in resident.get("/me/consents").get_json()["items"]}
    assert usual == {"visitor_notices": True, "passage_photos": False}
    old = {"purpose": "passage_photos", "given": True, "version": 2}
    assert code_of(resident.post("/me/consents", old)) == (409, "consent_text_outdated")
    assert resident.post("/me/consents", old | {"given": False}).status_code == 200


def test_a_closed_account_opens_nothing_and_keeps_nothing_of_its_owner(
    platform: Platform, app: Flask, wechat: Sandbox, community: Community, house: Gatehouse, resident: Phone
) -> None:
    visit = house.expect()
    resident.post("/me/data-exports")
    resident.post("/me/deletions", {"explanation": "请全部删除。"})
    assert resident.delete("/me").status_code == 204
    assert resident.get("/me").status_code == 401
    with platform.database.sessions() as session:
        states = session.execute(text("SELECT state FROM matter UNION ALL SELECT state FROM binding")).scalars().all()
        assert sorted(states) == ["ended", "withdrawn"]
        assert session.execute(text("SELECT phone FROM resident WHERE phone IS NOT NULL")).all() == []
        assert session.execute(text("SELECT count(*) FROM data_export")).scalar_one() == 0
        assert not visits.get(session, community.scope, visit.id).is_active
    again = Phone(app, wechat, resident.openid, resident.number).log_in()
    assert again.get("/me").get_json()["phone"] is None, "the same WeChat user starts anew"
    assert again.get("/households/current").get_json()["items"] == []
