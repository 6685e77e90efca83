"""Passes and codes that should not open: each is told why, the guard sees it, and no barrier moves."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import base45
import pytest
from flask import Flask
from sqlalchemy import func, select

from backend.device_api.app import create_app
from backend.features.devices.model import Direction
from backend.features.devices.tables import DeviceCommandRow
from backend.features.passages.tables import PassageRow
from backend.features.passes.model import Pass, PassPurpose
from backend.features.passes.service import sign_pass
from backend.features.sites import service as sites
from backend.features.visits.model import Visit
from backend.features.visits.service import GUESS_WINDOW, WRONG_CODES_ALLOWED
from backend.features.visits.tables import VisitRow
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.key_file import KeyFile
from backend.infrastructure.keys import Purpose, rotate
from backend.kernel.clock import utc_now
from backend.kernel.ids import uuid7
from tests.integration.device_api.ledger import AUDIT, nothing_changes, problem_of
from tests.integration.device_api.terminal import Lane, Terminal

SHOWN_TO_THE_GUARD = {"passage", "feed", "device_event", "device"}
COUNTED = AUDIT | {"code_guess"}


def commands(platform: Platform) -> int:
    with platform.database.sessions() as session:
        return session.execute(select(func.count()).select_from(DeviceCommandRow)).scalar_one()


def entries(platform: Platform) -> int:
    with platform.database.sessions() as session:
        return session.execute(select(func.sum(VisitRow.entries))).scalar_one()


def refused_by_qr(lane: Lane, text: str, gate: Terminal | None = None) -> str:
    """The reason, after a look that the barrier stays shut and only the guard's page changes."""
    with nothing_changes(lane.platform, but=SHOWN_TO_THE_GUARD):
        answer = (gate or lane.entry).check(qr=text).get_json()
    assert answer["admitted"] is False
    return str(answer["reason"])


def at(terminal: Terminal, platform: Platform, later: timedelta) -> Terminal:
    """The same terminal at a platform whose clock, and its own, are ahead by that much."""
    ahead = replace(platform, database=replace(platform.database, clock=lambda: utc_now() + later))
    return replace(terminal, app=create_app(ahead))


def check_later(terminal: Terminal, later: timedelta, **credential: str) -> dict[str, object]:
    now = (utc_now() + later).isoformat()
    answer = terminal.post("/v1/pass-checks", terminal.envelope(sent_at=now, occurred_at=now, **credential))
    found: dict[str, object] = answer.get_json()
    return found


def signed(lane: Lane, visit: Visit, **changes: object) -> str:
    """A pass under this installation's own key that says something else of the visit."""
    value = Pass(visit.id, visit.site_id, 1, visit.valid_from, visit.valid_until, 1, PassPurpose.VISIT)
    return sign_pass(lane.platform.crypto, replace(value, **changes))  # type: ignore[arg-type]


def test_a_genuine_pass_opens_once_and_counts_once(platform: Platform, lane: Lane) -> None:
    visit = lane.expect(entries=2)
    answer = lane.entry.check(qr=lane.qr_of(visit))
    assert answer.get_json()["admitted"] is True
    assert (commands(platform), entries(platform)) == (1, 1)


@pytest.mark.parametrize("place", [0, 1, 2, 20, 36, 40, 44, 46, 47, 48, 111])
def test_a_forged_pass_opens_nothing(lane: Lane, place: int) -> None:
    raw = bytearray(base45.b45decode(lane.qr_of(lane.expect())))
    raw[place] ^= 1
    reasons = {0: "pass_malformed", 1: "pass_unknown_key"}
    assert refused_by_qr(lane, base45.b45encode(bytes(raw)).decode()) == reasons.get(place, "pass_forged")


@pytest.mark.parametrize("text", ["A" * 168, "中" * 168, ":" * 168, "a" * 168, "%2F../" * 28])
def test_any_other_qr_is_no_pass(lane: Lane, text: str) -> None:
    assert refused_by_qr(lane, text) == "pass_malformed"


def test_a_pass_of_another_site_opens_nothing(lane: Lane, elsewhere: Lane) -> None:
    assert refused_by_qr(lane, elsewhere.qr_of(elsewhere.expect())) == "pass_wrong_site"


def test_another_sites_visit_under_this_sites_name_opens_nothing(lane: Lane, elsewhere: Lane) -> None:
    theirs = elsewhere.expect()
    assert refused_by_qr(lane, signed(lane, theirs, site_id=lane.community.site_id)) == "pass_forged"


def test_a_signed_pass_of_no_visit_opens_nothing(lane: Lane) -> None:
    assert refused_by_qr(lane, signed(lane, lane.expect(), id=uuid7())) == "pass_forged"


def test_a_pass_opens_the_gates_that_it_names_only(lane: Lane) -> None:
    visit = lane.expect()
    with lane.work() as work:
        north = sites.add_gate(work, lane.community.site_id, "北门")
    other = lane.enrol("北门进口", north, Direction.ENTRY)
    assert refused_by_qr(lane, signed(lane, visit, gates=0b01), other) == "pass_wrong_gate"
    assert lane.entry.check(qr=signed(lane, visit, gates=0b01)).get_json()["admitted"] is True


def test_a_pass_before_its_time_opens_nothing(lane: Lane) -> None:
    assert refused_by_qr(lane, lane.qr_of(lane.expect(starts_in=1))) == "visit_not_yet"


def test_a_pass_cannot_widen_its_visits_window(lane: Lane) -> None:
    visit = lane.expect(starts_in=1)
    wide = signed(lane, visit, valid_from=visit.valid_from - timedelta(days=9))
    assert refused_by_qr(lane, wide) == "visit_not_yet"


def test_a_narrower_pass_ends_before_its_visit(lane: Lane) -> None:
    visit = lane.expect()
    assert refused_by_qr(lane, signed(lane, visit, valid_until=utc_now() - timedelta(minutes=1))) == "pass_over"


def test_an_expired_pass_and_its_code_open_nothing(platform: Platform, lane: Lane) -> None:
    visit = lane.expect()
    late = timedelta(hours=3)
    terminal = at(lane.entry, platform, late)
    for credential in ({"qr": lane.qr_of(visit)}, {"code": visit.code}):
        assert check_later(terminal, late, **credential)["reason"] == "visit_over"
    assert commands(platform) == 0


def test_a_cancelled_pass_and_its_code_open_nothing(platform: Platform, lane: Lane) -> None:
    visit = lane.expect()
    qr = lane.qr_of(visit)
    lane.cancel(visit)
    assert refused_by_qr(lane, qr) == "visit_cancelled"
    assert lane.entry.check(code=visit.code).get_json()["reason"] == "visit_cancelled"
    assert commands(platform) == 0


def test_a_used_up_pass_opens_the_way_in_no_more_and_the_way_out_still(platform: Platform, lane: Lane) -> None:
    visit = lane.expect()
    assert lane.entry.check(code=visit.code).get_json()["admitted"] is True
    assert refused_by_qr(lane, lane.qr_of(visit)) == "visit_used_up"
    assert lane.entry.check(code=visit.code).get_json()["reason"] == "visit_used_up"
    assert lane.exit.check(qr=lane.qr_of(visit)).get_json()["admitted"] is True
    assert (commands(platform), entries(platform)) == (2, 1)


def test_a_pass_outlives_a_rotation_of_its_key(platform: Platform, lane: Lane) -> None:
    qr = lane.qr_of(lane.expect())
    rotate(platform.settings.keys_file, Purpose.PASSES, utc_now())
    assert len(KeyFile(platform.settings.keys_file).current().versions(Purpose.PASSES)) >= 2
    assert lane.entry.check(qr=qr).get_json()["admitted"] is True


def test_the_last_entry_goes_to_one_of_two_gates_at_once(platform: Platform, lane: Lane) -> None:
    visit = lane.expect(entries=3)
    terminals = [lane.enrol(f"东门{number}", lane.gate_id, Direction.ENTRY) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda terminal: terminal.check(code=visit.code).get_json(), terminals))
    assert sorted(answer["reason"] for answer in answers) == ["admitted"] * 3 + ["visit_used_up"] * 5
    assert (commands(platform), entries(platform)) == (3, 3)


def wrong_code(visit: Visit) -> str:
    return f"{(int(visit.code) + 1) % 10**6:06d}"


def test_a_wrong_code_is_counted_and_changes_nothing_else(platform: Platform, lane: Lane) -> None:
    visit = lane.expect()
    with nothing_changes(platform, but=COUNTED):
        assert problem_of(lane.entry.check(code=wrong_code(visit))) == (404, "not_found")


def test_another_sites_code_is_a_wrong_one(platform: Platform, lane: Lane, elsewhere: Lane) -> None:
    theirs = elsewhere.expect()
    with nothing_changes(platform, but=COUNTED):
        assert problem_of(lane.entry.check(code=theirs.code)) == (404, "not_found")


@pytest.fixture
def guessed_out(lane: Lane) -> Visit:
    """A visit whose gate has had as many wrong codes as it may."""
    visit = lane.expect()
    for _ in range(WRONG_CODES_ALLOWED):
        assert problem_of(lane.entry.check(code=wrong_code(visit))) == (404, "not_found")
    return visit


def test_after_ten_wrong_codes_even_the_right_one_waits(platform: Platform, lane: Lane, guessed_out: Visit) -> None:
    restarted = replace(lane.entry, app=create_app(platform))
    with nothing_changes(platform):
        for code in (wrong_code(guessed_out), guessed_out.code):
            for terminal in (lane.entry, restarted):
                answer = terminal.check(code=code)
                assert problem_of(answer) == (429, "code_guesses_exhausted")
                assert int(answer.headers["Retry-After"]) > 0


def test_once_the_window_has_passed_the_right_code_opens(platform: Platform, lane: Lane, guessed_out: Visit) -> None:
    later = GUESS_WINDOW + timedelta(minutes=1)
    assert check_later(at(lane.entry, platform, later), later, code=guessed_out.code)["admitted"] is True


def test_guesses_at_one_gate_do_not_shut_another(lane: Lane, guessed_out: Visit) -> None:
    assert lane.exit.check(code=guessed_out.code).get_json()["admitted"] is True


def test_a_pass_is_read_though_codes_are_guessed_out(lane: Lane, guessed_out: Visit) -> None:
    assert lane.entry.check(qr=lane.qr_of(guessed_out)).get_json()["admitted"] is True


def test_guesses_at_once_gain_no_more_than_the_connections_there_are(platform: Platform, lane: Lane) -> None:
    visit = lane.expect()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: lane.entry.check(code=wrong_code(visit)).status_code, range(60)))
    assert set(answers) == {404, 429}
    assert answers.count(404) <= WRONG_CODES_ALLOWED + platform.settings.pool_size
    assert lane.entry.check(code=visit.code).status_code == 429


def test_what_is_refused_is_shown_to_the_guard_with_its_reason(platform: Platform, lane: Lane) -> None:
    lane.entry.check(qr="A" * 168)
    with platform.database.sessions() as session:
        [row] = session.scalars(select(PassageRow))
    assert (row.state, row.reason, row.credential) == ("waiting", "pass_malformed", "qr")


def test_the_visitors_display_says_it_in_chinese(device_app: Flask, lane: Lane) -> None:
    said = [lane.entry.check(qr="A" * 168), lane.entry.check(qr=lane.qr_of(lane.expect()))]
    for answer in said:
        assert any("\u4e00" <= character <= "\u9fff" for character in answer.get_json()["text"])
