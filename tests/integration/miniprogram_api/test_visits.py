from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from backend.features.devices import service as devices
from backend.features.devices.model import Direction
from backend.features.passages import credentials
from backend.features.passes.model import Pass
from backend.features.passes.service import open_pass
from backend.features.residents import service as residents
from backend.features.residents.model import BindingReason
from backend.features.sites import service as sites
from backend.features.visits.tables import VisitRow
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.clock import utc_now
from backend.kernel.identity import system_actor
from tests.builders.community import Community
from tests.integration.miniprogram_api.phone import Phone, code_of


def wish(**changes: Any) -> dict[str, Any]:
    now = utc_now()
    window = {"valid_from": now.isoformat(), "valid_until": (now + timedelta(hours=4)).isoformat()}
    return {"visitor_name": "陈访客", "plate": "苏b·67890"} | window | changes


def announce(phone: Phone, **changes: Any) -> dict[str, Any]:
    answer = phone.post("/visits", wish(**changes))
    assert answer.status_code == 201, answer.text
    visit: dict[str, Any] = answer.get_json()
    return visit


def test_an_announced_visitor_gets_a_link_a_code_and_a_signed_pass(platform: Platform, resident: Phone) -> None:
    visit = announce(resident)
    assert visit["plate"] == "苏B67890"
    assert visit["pass"]["link"].startswith(f"{platform.settings.origin('pass')}/v/")
    assert len(visit["pass"]["code"]) == 6
    assert len(visit["pass"]["qr_text"]) <= 200
    signed = open_pass(platform.crypto, visit["pass"]["qr_text"])
    assert isinstance(signed, Pass)
    assert resident.get(f"/visits/{visit['id']}").get_json() == visit


def test_times_come_back_as_the_same_instant_with_an_offset(resident: Phone) -> None:
    tomorrow = (utc_now() + timedelta(days=1)).strftime("%Y-%m-%dT")
    visit = announce(resident, valid_from=f"{tomorrow}09:00:00+08:00", valid_until=f"{tomorrow}18:00:00+08:00")
    assert (visit["valid_from"], visit["valid_until"]) == (f"{tomorrow}01:00:00+00:00", f"{tomorrow}10:00:00+00:00")


def test_the_resident_sees_the_visitor_arrive(platform: Platform, resident: Phone, community: Community) -> None:
    visit = announce(resident)
    with unit_of_work(platform.database, system_actor(community.tenant_id, {community.site_id})) as work:
        gate_id = sites.add_gate(work, community.site_id, "南门")
        place = {"gate_id": gate_id, "direction": Direction.ENTRY}
        enrolled = devices.enrol(work, platform.crypto, community.tenant_id, community.site_id, "南门进", **place)
    actor = devices.authenticate(platform.database, platform.crypto, enrolled.token)
    assert actor is not None
    with unit_of_work(platform.database, actor) as work:
        device = devices.get_device(work.session, actor.scope, enrolled.device_id)
        assert credentials.check_code(work, platform.crypto, actor.scope, device, visit["pass"]["code"]) is None
    [seen] = resident.get("/visits").get_json()["items"]
    assert seen["entries"] == 1
    assert [(passage["direction"], passage["gate"]) for passage in seen["passages"]] == [("in", "南门")]


def test_a_cancelled_visit_has_no_pass_any_more_and_is_cancelled_once(resident: Phone) -> None:
    visit = announce(resident)
    cancelled = resident.post(f"/visits/{visit['id']}/cancel")
    assert (cancelled.status_code, cancelled.get_json()["state"]) == (200, "cancelled")
    assert resident.get(f"/visits/{visit['id']}").get_json()["pass"] is None
    assert code_of(resident.post(f"/visits/{visit['id']}/cancel")) == (409, "visit_already_over")


def test_visits_are_listed_newest_first_page_by_page_and_by_state(resident: Phone) -> None:
    made = [announce(resident, visitor_name=f"访客{number}")["id"] for number in range(3)]
    resident.post(f"/visits/{made[0]}/cancel")
    first = resident.get("/visits", limit=2).get_json()
    rest = resident.get("/visits", limit=2, cursor=first["next"]).get_json()
    assert [visit["id"] for visit in first["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None
    assert [visit["id"] for visit in resident.get("/visits", state="cancelled").get_json()["items"]] == made[:1]


def test_another_households_visit_does_not_exist(resident: Phone, stranger: Phone) -> None:
    visit = announce(resident)
    for answer in (
        stranger.get(f"/visits/{visit['id']}"),
        stranger.post(f"/visits/{visit['id']}/cancel"),
        resident.get(f"/visits/{uuid4()}"),
    ):
        assert code_of(answer) == (404, "not_found")
    assert stranger.get("/visits").get_json()["items"] == []
    assert resident.get(f"/visits/{visit['id']}").get_json()["state"] == "active"


def test_nobody_announces_a_visitor_to_another_household(stranger: Phone, community: Community) -> None:
    answer = stranger.post("/visits", wish(household_id=str(community.household_id)))
    assert code_of(answer) == (404, "not_found")


def test_who_is_bound_nowhere_announces_nobody(stranger: Phone) -> None:
    assert code_of(stranger.post("/visits", wish())) == (422, "household_required")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"plate": "不是车牌"}, "plate_implausible"),
        ({"visitor_phone": "12345"}, "phone_invalid"),
        ({"valid_until": "2020-01-01T00:00:00+08:00"}, "visit_window_empty"),
        ({"valid_until": (utc_now() + timedelta(days=9)).isoformat()}, "visit_window_too_long"),
        ({"valid_from": "2026-01-01T00:00:00"}, "invalid"),
        ({"valid_from": "0001-01-01T00:00:00+14:00"}, "invalid"),
        ({"valid_from": "9999-12-31T23:00:00-08:00", "valid_until": "9999-12-31T23:59:59-08:00"}, "invalid"),
        ({"max_entries": 0}, "invalid"),
        ({"max_entries": 10**30}, "invalid"),
        ({"visitor_name": "陈\0"}, "invalid"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(resident: Phone, changes: dict[str, Any], code: str) -> None:
    assert code_of(resident.post("/visits", wish(**changes))) == (422, code)
    assert resident.get("/visits").get_json()["items"] == []


def test_a_phone_that_sends_twice_announces_once(platform: Platform, resident: Phone) -> None:
    body = wish()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: resident.post("/visits", body, "sent-more-than-once"), range(24)))
    assert len({(answer.status_code, answer.get_data()) for answer in answers}) == 1
    with platform.database.sessions() as session:
        assert session.scalar(select(func.count()).select_from(VisitRow)) == 1


def test_a_resident_who_moved_out_no_longer_sees_visits(
    platform: Platform, resident: Phone, community: Community
) -> None:
    visit = announce(resident)
    [bound] = resident.get("/bindings").get_json()["items"]
    with unit_of_work(platform.database, system_actor(community.tenant_id)) as work:
        residents.end_binding(work, community.scope, bound["id"], BindingReason.MOVED_OUT)
    assert code_of(resident.get(f"/visits/{visit['id']}")) == (404, "not_found")
