"""What a gate decided alone is kept as it happened, counted once, and compared with what the platform knows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from backend.features.gate_lists import findings
from backend.features.gate_lists.errors import FindingClosed
from backend.features.gate_lists.model import AckReason, OfflineCredential, Outcome
from backend.infrastructure.http.platform import Platform
from backend.kernel.clock import utc_now
from backend.kernel.errors import NotFound
from tests.drivers.offline_gate import OfflineGate, Unreachable
from tests.integration.device_api.ledger import nothing_changes, problem_of
from tests.integration.device_api.terminal import build_lane
from tests.integration.gate_lists.cut_off import CARD, ClientWire, Site, a_decision, a_request

PASS, BY_CARD, BY_PLATE = OfflineCredential.PASS, OfflineCredential.CARD, OfflineCredential.PLATE
DECISIONS = "/v1/offline-decisions"


def entries(site: Site) -> list[int]:
    return [row.entries for row in site.rows("SELECT entries FROM visit ORDER BY id")]


def wire_of(gate: OfflineGate) -> ClientWire:
    assert isinstance(gate.wire, ClientWire)
    return gate.wire


def test_decisions_arrive_in_order_and_are_passages_and_door_events(site: Site) -> None:
    site.issue()
    visit = site.lane.qr_of(site.lane.expect(entries=2))
    gate = site.ready(site.lane.entry)
    site.cut()
    for credential, shown in ((BY_PLATE, "苏A12345"), (PASS, visit), (BY_CARD, CARD), (BY_PLATE, "浙B5K3M7")):
        gate.show(credential, shown)
    gate.open_by_hand()
    with pytest.raises(Unreachable):
        gate.send_all()
    site.cut(up=True)
    assert gate.send_all() == 5 and gate.send_all() == 0
    decided = site.rows("SELECT credential, outcome, list_version FROM offline_decision ORDER BY counter")
    assert [tuple(row) for row in decided] == [
        ("plate", "admitted", 1),
        ("pass", "admitted", 1),
        ("card", "admitted", 1),
        ("plate", "refused", 1),
        ("hand", "admitted", 1),
    ]
    passages = site.rows("SELECT credential, state, reason, plate FROM passage ORDER BY occurred_at")
    assert [tuple(row) for row in passages] == [
        ("plate", "opened", "resident_vehicle", "苏A12345"),
        ("qr", "opened", "visitor", None),
        ("plate", "turned_away", "plate_not_listed", "浙B5K3M7"),
        ("hand", "opened", "guard_opened", None),
    ]
    assert [row.denial for row in site.rows("SELECT denial FROM door_event")] == [None]
    assert entries(site) == [1]
    assert site.findings() == []


def test_one_pass_at_two_gates_that_are_cut_off_is_listed_as_used_twice(site: Site) -> None:
    second = site.second_gate()
    shown = site.lane.qr_of(site.lane.expect(entries=1))
    east, west = site.ready(site.lane.entry), site.ready(second)
    site.cut()
    assert east.show(PASS, shown).outcome is west.show(PASS, shown).outcome is Outcome.ADMITTED
    assert east.show(PASS, shown).reason == "visit_used_up", "each gate counts its own"
    site.cut(up=True)
    east.send_all()
    assert site.findings() == []
    west.send_all()
    assert site.findings() == [("double_use", "visit_used_up", True)]
    assert entries(site) == [1]


def test_what_was_stopped_while_the_gate_could_not_hear_of_it_is_listed(site: Site) -> None:
    card = site.issue()
    early, late = site.lane.expect(), site.lane.expect()
    gate = site.ready(site.lane.entry)
    site.cut()
    assert gate.show(PASS, site.lane.qr_of(early)).outcome is Outcome.ADMITTED
    site.report_lost(card)
    site.lane.cancel(early)
    site.lane.cancel(late)
    site.build()
    assert gate.show(PASS, site.lane.qr_of(late)).outcome is Outcome.ADMITTED
    assert gate.show(BY_CARD, CARD).outcome is Outcome.ADMITTED
    site.cut(up=True)
    gate.send_all()
    assert site.findings() == [("stale", "visit_cancelled", True), ("stale", "card_lost", True)]
    assert entries(site) == [1, 1], "they came in, whatever was called off"


def test_after_its_end_a_list_decides_nothing_and_the_guard_does(site: Site) -> None:
    gate = site.ready(site.lane.entry)
    site.cut()
    site.clocks.ahead = timedelta(hours=24)
    assert gate.show(BY_PLATE, "苏A12345").reason == "offline_list_expired"
    gate.open_by_hand()
    site.clocks.ahead, site.clocks.wrong = timedelta(0), timedelta(seconds=61)
    assert gate.show(BY_PLATE, "苏A12345").reason == "offline_clock_unsure"


def test_a_terminal_that_decides_by_an_old_list_or_none_is_listed(site: Site) -> None:
    site.ready(site.lane.entry)
    ahead = (utc_now() + timedelta(hours=25)).isoformat()
    sent = [
        a_decision(counter=1, occurred_at=ahead),
        a_decision(counter=2, list_version=7),
        a_decision(counter=3, list_version=None),
        a_decision(counter=4, shown="浙B5K3M7"),
    ]
    assert site.lane.entry.post(DECISIONS, a_request(*sent)).status_code == 200
    assert sorted(site.findings(), key=str) == [
        ("clock", None, True),
        ("expired_list", "offline_list_expired", True),
        ("expired_list", "offline_list_unknown", True),
        ("expired_list", "offline_list_unknown", True),
        ("unknown", "unknown_vehicle", True),
    ]


def test_missing_numbers_are_a_gap_until_they_come(site: Site) -> None:
    site.ready(site.lane.entry)
    post = site.lane.entry.post
    post(DECISIONS, a_request(a_decision(counter=2), a_decision(counter=6)))
    rows = site.rows("SELECT from_counter, to_counter FROM offline_finding ORDER BY from_counter")
    assert [tuple(row) for row in rows] == [(1, 1), (3, 5)]
    post(DECISIONS, a_request(a_decision(counter=1), a_decision(counter=4, unanswered=3)))
    still = "SELECT from_counter, to_counter FROM offline_finding WHERE closed_at IS NULL"
    assert [tuple(row) for row in site.rows(still)] == [(5, 5)]
    post(DECISIONS, a_request(a_decision(counter=5)))
    assert [is_open for _, _, is_open in site.findings()] == [False, False, False]


def test_an_entry_whose_answer_was_lost_on_the_way_counts_once(site: Site) -> None:
    shown = site.lane.qr_of(site.lane.expect(entries=2))
    gate = site.ready(site.lane.entry)
    wire_of(gate).answers_lost = True
    assert gate.show(PASS, shown).outcome is Outcome.ADMITTED
    wire_of(gate).answers_lost = False
    gate.send_all()
    assert entries(site) == [1]
    assert len(site.rows("SELECT id FROM passage")) == 1
    wire_of(gate).up = False
    assert gate.show(PASS, shown).outcome is Outcome.ADMITTED
    wire_of(gate).up = True
    gate.send_all()
    assert entries(site) == [2] and site.findings() == []


def test_a_power_cut_loses_neither_decisions_nor_uses_nor_the_list(site: Site) -> None:
    shown = site.lane.qr_of(site.lane.expect(entries=1))
    gate = site.ready(site.lane.entry)
    site.cut()
    assert gate.show(PASS, shown).outcome is Outcome.ADMITTED
    gate.journal.begin_asking(gate.boot_id, {"event_id": str(uuid4())})
    again = site.switch_on(site.lane.entry)
    assert again.boot_id != gate.boot_id
    assert again.show(PASS, shown).reason == "visit_used_up"
    site.cut(up=True)
    assert again.send_all() == 3, "the check that was going on when the power went is told of, too"
    assert entries(site) == [1] and site.findings() == []


def test_the_same_again_changes_nothing_and_another_body_is_kept_apart(site: Site, platform: Platform) -> None:
    site.ready(site.lane.entry)
    decision = a_decision()
    post = site.lane.entry.post
    first = post(DECISIONS, a_request(decision)).get_json()
    with ThreadPoolExecutor(3) as threads:
        for answer in threads.map(lambda _: post(DECISIONS, a_request(decision)), range(3)):
            assert answer.get_json()["results"] == first["results"]
    assert len(site.rows("SELECT id FROM offline_decision")) == len(site.rows("SELECT id FROM passage")) == 1
    changed = post(DECISIONS, a_request(decision | {"shown": "浙B5K3M7"}, a_decision(counter=2)))
    assert [one["receipt"] for one in changed.get_json()["results"]] == ["changed", "kept"]
    assert len(site.rows("SELECT id FROM device_event_conflict")) == 1
    late = a_request(a_decision(counter=3), sent_at=utc_now() - timedelta(minutes=5))
    with nothing_changes(platform):
        assert problem_of(post(DECISIONS, late)) == (422, "device_clock_drift")
        assert post(DECISIONS, a_request(a_decision(shown=""))).status_code == 422
        assert post(DECISIONS, a_request(a_decision(credential="hand"))).status_code == 422
        assert post(DECISIONS, a_request(*(a_decision(counter=n) for n in range(1, 52)))).status_code == 422


def test_passes_cards_and_findings_of_another_tenant_are_unknown(site: Site, platform: Platform) -> None:
    other = Site(build_lane(platform, site.lane.app, "他处花园"), site.folder)
    shown = other.lane.qr_of(other.lane.expect(entries=1))
    other.issue()
    site.ready(site.lane.entry)
    sent = [
        a_decision(counter=1, credential="pass", shown=shown, reason="visitor"),
        a_decision(counter=2, credential="card", shown=CARD, reason="resident_card"),
    ]
    assert site.lane.entry.post(DECISIONS, a_request(*sent)).status_code == 200
    assert site.findings() == [("unknown", "pass_forged", True), ("unknown", "card_unknown", True)]
    assert entries(other) == [0]
    [first, _] = [row.id for row in site.rows("SELECT id FROM offline_finding ORDER BY id")]
    with pytest.raises(NotFound):
        _close(other, first)
    _close(site, first)
    with pytest.raises(FindingClosed):
        _close(site, first)


def _close(site: Site, finding_id: UUID) -> None:
    with site.lane.work() as work:
        findings.acknowledge(work, site.lane.community.scope, finding_id, AckReason.HOST_CONFIRMED)
