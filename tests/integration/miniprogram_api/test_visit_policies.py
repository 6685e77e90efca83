"""What a site decides about visitors, as a resident meets it; carers who come again and again; couriers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from backend.features.devices import service as devices
from backend.features.devices.model import Direction
from backend.features.passages import credentials
from backend.features.passes.model import Pass
from backend.features.passes.service import open_pass
from backend.features.sites import service as sites
from backend.features.visit_policies import service as policies
from backend.features.visit_policies.model import Approval, VisitPolicy
from backend.features.visits import announcing
from backend.features.visits import service as visits
from backend.features.visits.errors import VisitDecided
from backend.features.visits.model import RefusalReason
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.clock import local_day, utc_now
from backend.kernel.hours import EVERY_DAY, Hours
from backend.kernel.identity import Actor, system_actor
from tests.builders.community import Community
from tests.integration.miniprogram_api.phone import Phone, code_of
from tests.integration.miniprogram_api.test_visits import announce, wish


def system(community: Community) -> Actor:
    return system_actor(community.tenant_id, {community.site_id})


def decide(platform: Platform, community: Community, policy: VisitPolicy) -> None:
    with unit_of_work(platform.database, system(community)) as work:
        policies.decide(work, community.scope, community.site_id, policy)


def carer(**changes: Any) -> dict[str, Any]:
    today = local_day(utc_now())
    series = {
        "weekdays": [1, 2, 3, 4, 5, 6, 7],
        "from_time": "00:00",
        "until_time": "24:00",
        "first_on": today.isoformat(),
        "last_on": (today + timedelta(days=30)).isoformat(),
        "entries_a_day": 2,
    }
    return {"visitor_name": "陈阿姨", "kind": "carer", "visitor_phone": "13700000007", "series": series | changes}


def at_the_gate(platform: Platform, community: Community, code: str) -> list[str | None]:
    """What three presentations of the code are answered."""
    with unit_of_work(platform.database, system(community)) as work:
        gate_id = sites.add_gate(work, community.site_id, "南门")
        place = {"gate_id": gate_id, "direction": Direction.ENTRY}
        enrolled = devices.enrol(work, platform.crypto, community.tenant_id, community.site_id, "南门进", **place)
    said = []
    for _ in range(3):
        with unit_of_work(platform.database, system(community)) as work:
            device = devices.get_device(work.session, community.scope, enrolled.device_id)
            fault = credentials.check_code(work, platform.crypto, community.scope, device, code)
            said.append(None if fault is None else fault.value)
    return said


def notices(platform: Platform) -> list[str]:
    with platform.database.sessions() as session:
        return list(session.execute(text("SELECT kind FROM notice ORDER BY created_at, id")).scalars())


def test_where_approval_is_asked_for_a_visit_waits_and_says_so(
    platform: Platform, resident: Phone, community: Community
) -> None:
    decide(platform, community, VisitPolicy(Approval.ALWAYS))
    visit = announce(resident, visitor_phone="13700000007")
    assert (visit["state"], visit["pass"]) == ("pending", None)
    assert visit["advice"] == "等待物业审批，通过后访客会收到通行码。"
    assert notices(platform) == [], "no code for a visitor whom nobody has approved"
    with unit_of_work(platform.database, system(community)) as work:
        announcing.approve(work, community.scope, visit["id"])
    shown = resident.get(f"/visits/{visit['id']}").get_json()
    assert shown["state"] == "active" and len(shown["pass"]["code"]) == 6
    assert sorted(notices(platform)) == ["visit_decided", "visitor_pass"]


def test_a_refused_visit_says_why_and_opens_nothing(platform: Platform, resident: Phone, community: Community) -> None:
    decide(platform, community, VisitPolicy(Approval.ALWAYS))
    visit = announce(resident)
    with unit_of_work(platform.database, system(community)) as work:
        code = visits.get(work.session, community.scope, visit["id"]).code
        announcing.refuse(work, community.scope, visit["id"], RefusalReason.TIME_UNSUITABLE)
    assert at_the_gate(platform, community, code)[0] == "visit_refused"
    shown = resident.get(f"/visits/{visit['id']}").get_json()
    assert (shown["state"], shown["refusal"], shown["pass"]) == ("refused", "time_unsuitable", None)
    assert "请改时间后重新预约" in shown["advice"]


def test_of_two_who_decide_at_once_one_is_told(platform: Platform, resident: Phone, community: Community) -> None:
    decide(platform, community, VisitPolicy(Approval.ALWAYS))
    visit = announce(resident)

    def press(approve: bool) -> str:
        try:
            with unit_of_work(platform.database, system(community)) as work:
                if approve:
                    announcing.approve(work, community.scope, visit["id"])
                else:
                    announcing.refuse(work, community.scope, visit["id"], RefusalReason.OTHER)
        except VisitDecided:
            return "late"
        return "done"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(press, [True, False, True, False])) == ["done", "late", "late", "late"]


@pytest.mark.parametrize(
    ("policy", "body", "code"),
    [
        (VisitPolicy(open_visits=1), {}, (409, "visit_limit_reached")),
        (VisitPolicy(visits_a_day=1), {}, (409, "visit_day_limit_reached")),
        (VisitPolicy(longest_series_days=30), carer(), (422, "visit_series_too_long")),
        (VisitPolicy(), carer(weekdays=[]), (422, "visit_series_empty")),
        (VisitPolicy(), carer(last_on="1999-01-01"), (422, "visit_window_empty")),
        (VisitPolicy(), carer(from_time="8:00"), (422, "invalid")),
        (VisitPolicy(), carer(first_on="9999-12-31"), (422, "invalid")),
        (VisitPolicy(), carer() | {"kind": "walk_in"}, (422, "invalid")),
        (VisitPolicy(), carer() | wish(), (422, "invalid")),
    ],
)
def test_a_wish_beyond_the_policy_is_refused_with_its_reason(
    platform: Platform,
    resident: Phone,
    community: Community,
    policy: VisitPolicy,
    body: dict[str, Any],
    code: tuple[int, str],
) -> None:
    announce(resident)
    decide(platform, community, policy)
    assert code_of(resident.post("/visits", body or wish())) == code


def test_in_black_out_hours_nobody_is_announced(platform: Platform, resident: Phone, community: Community) -> None:
    now = utc_now() + timedelta(hours=8)  # as the clock on the wall in China shows it
    begin = (now.hour * 60 + now.minute - 60) % (24 * 60)
    decide(platform, community, VisitPolicy(closed_hours=Hours(EVERY_DAY, begin, (begin + 600) % (24 * 60))))
    assert code_of(resident.post("/visits", wish())) == (422, "visit_in_closed_hours")


def test_a_carer_comes_twice_a_day_and_not_on_her_day_off(
    platform: Platform, resident: Phone, community: Community
) -> None:
    visit = resident.post("/visits", carer()).get_json()
    assert visit["series"]["weekdays"] == [1, 2, 3, 4, 5, 6, 7]
    signed = open_pass(platform.crypto, visit["pass"]["qr_text"])
    assert isinstance(signed, Pass)
    assert signed.uses == 2 and signed.valid_until - signed.valid_from <= timedelta(hours=24, minutes=15)
    assert at_the_gate(platform, community, visit["pass"]["code"]) == [None, None, "visit_day_used_up"]
    today = local_day(utc_now()).isoformat()
    path = f"/visits/{visit['id']}/days-off"
    off = resident.post(path, {"on": today}).get_json()
    assert (off["series"]["except_on"], off["series"]["entries_today"]) == ([today], 2)
    assert code_of(resident.post(path, {"on": today})) == (409, "visit_not_on_that_day")


def test_four_who_show_the_same_code_at_once_use_two_entries(
    platform: Platform, resident: Phone, community: Community
) -> None:
    visit = resident.post("/visits", carer()).get_json()

    def use(_: int) -> bool:
        with unit_of_work(platform.database, system(community)) as work:
            return visits.use_entry(work, community.scope, visit["id"])

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(use, range(4))) == [False, False, True, True]


def test_a_courier_gets_half_an_hour_and_one_entry(platform: Platform, resident: Phone, community: Community) -> None:
    visit = resident.post("/visits/timed", {"plate": "苏B67890"}).get_json()
    assert (visit["kind"], visit["max_entries"]) == ("courier", 1)
    signed = open_pass(platform.crypto, visit["pass"]["qr_text"])
    assert isinstance(signed, Pass) and timedelta(minutes=44) < signed.valid_until - signed.valid_from
    assert at_the_gate(platform, community, visit["pass"]["code"])[:2] == [None, "visit_used_up"]
    assert code_of(resident.post("/visits/timed", {"minutes": 31})) == (422, "visit_timed_too_long")
