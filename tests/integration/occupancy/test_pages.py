"""Who is inside, the list for an evacuation, and the gaps of the record, as the guard's pages show them."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from backend.device_api.app import create_app as create_device_api
from backend.infrastructure.http.platform import Platform
from backend.kernel.clock import local_day, utc_now
from backend.kernel.identity import Role
from tests.integration.device_api.terminal import Terminal
from tests.integration.portals.gatehouse import Gatehouse, Staff, build_gatehouse, certain, logged_in, uncertain

VISITOR = "苏B88888"


def let_in(house: Gatehouse, plate: str | None = None, seed: int = 0) -> UUID:
    """A car that nobody announced, opened by hand."""
    passage_id = house.car(certain(plate), seed=seed)
    house.open_by_hand(passage_id)
    return passage_id


def age(platform: Platform, passage_id: UUID, hours: float) -> None:
    """As if it had happened so many hours earlier."""
    columns = ("occurred_at", "created_at", "decided_at", "seen_until")
    change = ", ".join(f"{column} = {column} - :by" for column in columns)
    with platform.database.sessions.begin() as session:
        session.execute(
            text(f"UPDATE passage SET {change} WHERE id = :id"), {"by": timedelta(hours=hours), "id": passage_id}
        )


def listed(staff: Staff) -> dict[str, Any]:
    answer = staff.get("/evacuation/list.json")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.get_json()
    return body


def send(staff: Staff, ticks: Any) -> TestResponse:
    return staff.client.post("/evacuation/ticks", json={"ticks": ticks}, headers={"X-CSRFToken": staff.token()})


def tick(passage_id: UUID | str, *, safe: bool = True, minutes_ago: float = 0) -> dict[str, Any]:
    at = (utc_now() - timedelta(minutes=minutes_ago)).isoformat()
    return {"id": str(uuid4()), "passage_id": str(passage_id), "safe": safe, "at": at}


def rows(platform: Platform, query: str) -> list[Any]:
    with platform.database.sessions() as session:
        return list(session.execute(text(query)).all())


def test_a_visitor_is_inside_until_the_car_has_left_and_a_resident_never_is(house: Gatehouse, guard: Staff) -> None:
    house.expect("陈访客", VISITOR)
    house.open_by_hand(house.car(uncertain("苏A12345"), seed=1))  # lives here; read with doubt, let in by hand
    house.car(certain(VISITOR), seed=2)
    page = guard.read("/inside")
    assert "陈访客" in page and "3幢2单元501" in page and "苏A·12345" not in page and "超时</span>" not in page
    house.car(uncertain(VISITOR), seed=3, lane=house.exit)  # read with doubt, and let out all the same
    assert "现在没有访客在内" in guard.read("/inside")


def test_whoever_stays_beyond_the_window_is_listed_and_marked_left_by_hand(
    house: Gatehouse, guard: Staff, platform: Platform
) -> None:
    house.expect("陈访客", VISITOR, starts_in_hours=-1, hours=3)
    car = house.car(certain(VISITOR))
    assert "没有超时未离开的访客" in guard.read("/inside?only=overstaying")
    with platform.database.sessions.begin() as session:
        session.execute(text("UPDATE visit SET valid_until = now() - interval '1 minute'"))
    assert "陈访客" in guard.read("/inside?only=overstaying")
    for _ in range(2):
        answer = guard.press(f"/inside/{car}/left?only=overstaying")
        assert answer.status_code == 200 and "没有超时未离开的访客" in answer.text
    assert len(rows(platform, "SELECT 1 FROM departure")) == 1
    assert len(rows(platform, "SELECT 1 FROM audit_entry WHERE action = 'passage.left_by_hand'")) == 1
    waiting = house.car(certain("苏E99999"), seed=5)
    assert guard.press(f"/inside/{waiting}/left").status_code == 409, "nobody came in with it"


def test_barriers_opened_for_nobody_in_particular_are_counted_beside_the_list(house: Gatehouse, guard: Staff) -> None:
    house.emergency()
    page = guard.read("/inside")
    assert "另有 1 次手动放行没有登记来人" in page and "现在没有访客在内" in page
    assert listed(guard)["unknown_entries"] == 1


def test_the_evacuation_list_has_names_hosts_and_plates_and_no_numbers(house: Gatehouse, guard: Staff) -> None:
    visit = house.expect("陈访客", VISITOR)
    house.car(certain(VISITOR))
    let_in(house, "苏E99999", seed=1)
    answer = guard.get("/evacuation/list.json")
    first, second = answer.get_json()["people"]
    assert (first["name"], first["room"], first["plates"], first["count"]) == ("陈访客", "3幢2单元501", [VISITOR], 1)
    assert (second["name"], second["building"], second["plates"]) == ("", "", ["苏E99999"])
    assert house.community.phone not in answer.text and visit.code not in answer.text


def test_a_tick_sent_twice_or_late_is_one_and_the_last_one_made_counts(
    house: Gatehouse, guard: Staff, platform: Platform
) -> None:
    car = let_in(house, "苏E99999")
    age(platform, car, 1)
    earlier, later = tick(car, minutes_ago=5), tick(car, safe=False, minutes_ago=1)
    for batch in ([later], [earlier, later], [earlier]):
        answer = send(guard, batch)
        assert answer.get_json()["taken"] == [one["id"] for one in batch]
    assert len(rows(platform, "SELECT 1 FROM evacuation_tick")) == 2
    assert listed(guard)["people"][0]["safe_at"] is None, "unticked after it was ticked"
    send(guard, [tick(car)])
    assert listed(guard)["people"][0]["safe_by"] == "李保安"


def test_a_tick_about_a_stranger_does_not_hold_up_the_others(
    house: Gatehouse, guard: Staff, platform: Platform
) -> None:
    theirs = let_in(build_gatehouse(platform, "别处花园"), "浙F66666")
    mine = let_in(house, "苏E99999", seed=1)
    answer = send(guard, [tick(theirs), tick(uuid4()), tick(mine)])
    assert answer.status_code == 200 and len(answer.get_json()["taken"]) == 3
    assert [row.passage_id for row in rows(platform, "SELECT * FROM evacuation_tick")] == [mine]


def test_ticks_that_no_phone_of_ours_makes_are_refused(guard: Staff, platform: Platform) -> None:
    good = tick(uuid4())
    ends_of_the_calendar = ["2026-11-23", "9999-12-31T23:59:59-23:59"]
    wrong = [good | {"at": at} for at in ends_of_the_calendar] + [good | {"safe": "yes"}, good | {"id": "x"}]
    for ticks in (None, {}, [1], [{}], *([one] for one in wrong), [good] * 201):
        assert send(guard, ticks).status_code == 422
    assert rows(platform, "SELECT 1 FROM evacuation_tick") == []
    assert send(guard, [good] * 200).status_code == 200, "as many as a phone sends at once"


def test_another_tenants_visitors_are_on_no_page(house: Gatehouse, guard: Staff, platform: Platform) -> None:
    other = build_gatehouse(platform, "别处花园")
    other.expect("外人", VISITOR)
    theirs = other.car(certain(VISITOR))
    let_in(other, "浙F66666", seed=1)
    for address in ("/inside", "/gaps", "/evacuation/list.json"):
        page = guard.read(address)
        assert "外人" not in page and "浙F" not in page and str(theirs) not in page
    assert guard.press(f"/inside/{theirs}/left").status_code == 404


def test_the_worker_of_the_list_is_a_script_for_who_may_see_the_list(guard: Staff, portal: Flask) -> None:
    answer = guard.get("/evacuation/worker.js")
    assert answer.mimetype == "text/javascript" and "no-cache" in answer.headers["Cache-Control"]
    assert portal.test_client().get("/evacuation/worker.js").status_code == 302


def test_gaps_are_found_filtered_and_paged(house: Gatehouse, guard: Staff, platform: Platform) -> None:
    first = let_in(house, "苏E99999", seed=1)
    age(platform, first, 30)
    let_in(house, "苏E99999", seed=2)  # came again, and had never left
    house.car(certain("浙F66666"), seed=3, lane=house.exit)  # left, and had never come
    left_open = let_in(house, "鲁B77777", seed=4)
    age(platform, left_open, 26)
    alarm(house, "tailgated")
    alarm(house, "forced")
    page = guard.read("/gaps")
    for said in ("两次进场之间没有出场记录", "有出场，没有进场记录", "进场后一直没有出场记录", "设备数到两人或两车"):
        assert f"<b>{said}" in page or f"<b>一次开门，{said}" in page
    assert page.count("data-gap=") == 5
    assert "手动放行 <b>75%</b>（3/4）" in page
    only = guard.read("/gaps?kind=no_exit&hours=25")
    assert re.findall(r'data-gap="([^"]+)"', only) == [str(left_open)]
    assert "这些天没有发现缺口" in guard.read("/gaps?kind=no_exit&hours=48")
    yesterday = local_day(utc_now()) - timedelta(days=3)
    assert "这些天没有发现缺口" in guard.read(f"/gaps?first={yesterday}&last={yesterday}")
    for bad in ("first=2026-02-30", "first=2026-01-01&last=2026-09-01", "kind=x", "hours=0.5", "hours=9999", "gate=x"):
        assert guard.get(f"/gaps?{bad}").status_code == 422


def alarm(house: Gatehouse, kind: str) -> None:
    """The entry lane's controller reports it."""
    terminal = _terminal(house)
    answer = terminal.post("/v1/door-events", terminal.envelope(kind=kind))
    assert answer.status_code == 200, answer.text


def _terminal(house: Gatehouse) -> Terminal:
    app = create_device_api(house.platform)
    token = uuid4().hex
    hashed = house.platform.crypto.look_up_hash(token, "device-token")
    with house.platform.database.sessions.begin() as session:
        session.execute(
            text("UPDATE device SET token_hash = :hashed WHERE id = :id"), {"hashed": hashed, "id": house.entry}
        )
    return Terminal(app, house.entry, token)


def test_a_car_right_behind_another_is_a_gap_without_a_name(house: Gatehouse, guard: Staff, platform: Platform) -> None:
    first = let_in(house, "苏E99999", seed=1)
    second = house.car(certain("浙F66666"), seed=2)
    age(platform, first, 0.1)
    with platform.database.sessions.begin() as session:
        after = "SELECT decided_at + interval '4 seconds' FROM passage WHERE id = :first"
        session.execute(
            text(f"UPDATE passage SET occurred_at = ({after}) WHERE id = :second"), {"first": first, "second": second}
        )
    page = guard.read("/gaps?kind=followed")
    assert re.findall(r'data-gap="([^"]+)"', page) == [str(second)]
    assert "不说明任何人有问题" in page


def test_gaps_page_through_without_a_repeat(house: Gatehouse, guard: Staff) -> None:
    for number in range(33):
        house.car(certain(f"浙F{60000 + number}"), seed=number % 2, lane=house.exit)
    seen: list[str] = []
    address: str | None = "/gaps?kind=exit_without_entry"
    while address:
        page = guard.read(address)
        seen += re.findall(r'data-gap="([0-9a-f-]{36})"', page)
        found = re.search(r'href="([^"]+)" rel="next"', page)
        address = found[1].replace("&amp;", "&") if found else None
    assert len(seen) == len(set(seen)) == 33


def test_who_may_not_see_passages_sees_none_of_it(house: Gatehouse, portal: Flask) -> None:
    clerk = logged_in(portal, house.hire("clerk", Role.PROPERTY_CLERK))
    for address in ("/inside", "/evacuation/", "/evacuation/list.json", "/gaps", "/identity"):
        assert clerk.get(address).status_code == 403
