"""The page about what gates decided alone, for those who may look into it, and nobody else."""

import re

from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Role
from backend.portals.property.app import create_app
from tests.integration.gate_lists.cut_off import Site, a_decision, a_request
from tests.integration.portals.gatehouse import build_gatehouse, events_of, logged_in


def test_findings_are_paged_filtered_and_closed_once_by_those_of_the_site(site: Site, platform: Platform) -> None:
    site.ready(site.lane.entry)
    strangers = [a_decision(counter=n, shown=f"浙B5K3{n:02}") for n in range(1, 50) if n != 9]
    assert site.lane.entry.post("/v1/offline-decisions", a_request(*strangers)).status_code == 200
    house = build_gatehouse(platform, "他处花园")
    here = [site.lane.community.site_id]
    portal = create_app(platform)
    guard = logged_in(portal, house.hire("guard", Role.GUARD, sites=here))
    first = guard.read("/offline")
    assert first.count('data-finding="unknown"') + first.count('data-finding="gap"') == 30
    assert "查无此凭证" in first and "东门进口" in first and "已确认" in first
    [older] = re.findall(r'href="(/offline\?[^"]*after=[^"]*)"', first)
    second = guard.read(older.replace("&amp;", "&"))
    assert second.count("data-finding=") == 19
    assert set(re.findall(r"findings/([0-9a-f-]+)/close", first)).isdisjoint(
        re.findall(r"findings/([0-9a-f-]+)/close", second)
    )
    gap = guard.read("/offline?kind=gap")
    assert gap.count("data-finding=") == 1 and "缺第 9 条。" in gap
    assert "断网期间的放行有 49 条待核对" in guard.read("/doors")
    [address] = re.findall(r'hx-post="(/offline/findings/[^"?]+)', gap)
    stranger = logged_in(portal, house.hire("stranger", Role.GUARD))
    assert stranger.press(address, reason="no_concern").status_code == 404
    assert "data-finding" not in stranger.read("/offline")
    clerk = logged_in(portal, house.hire("clerk", Role.PROPERTY_CLERK, sites=here))
    assert [clerk.get("/offline").status_code, clerk.press(address, reason="no_concern").status_code] == [403, 403]
    assert guard.press(address, reason="money").status_code == 422
    pressed = guard.press(f"{address}?kind=gap", reason="device_checked")
    assert "没有需要核对的记录。" in pressed.get_data(as_text=True)
    assert events_of(guard.press(address, reason="no_concern"))["toast"]["kind"] == "warn"
    closed = guard.read("/offline?state=closed")
    assert "设备已检查" in closed and "李保安" in closed
    assert guard.get("/offline?kind=nothing").status_code == 422
