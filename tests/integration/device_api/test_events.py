"""One envelope for every event: repeats are harmless, changes are kept apart, wrong clocks are told the time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from backend.features.devices import service as devices
from backend.features.devices.tables import DeviceEventConflictRow, DeviceEventRow
from backend.features.passages.tables import CaptureRow, PassageRow
from backend.infrastructure.database import Row
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.outbox.tables import OutboxRow
from backend.kernel.clock import utc_now
from tests.integration.device_api.ledger import AUDIT, nothing_changes, problem_of
from tests.integration.device_api.terminal import Lane, Terminal

CAPTURES = "/v1/captures"


def count(platform: Platform, table: type[Row]) -> int:
    with platform.database.sessions() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_capture_is_one_event_one_passage_and_one_job(platform: Platform, gate: Terminal) -> None:
    answer = gate.capture(payload={"plate": "苏A12345"})
    assert answer.status_code == 202
    assert {count(platform, table) for table in (DeviceEventRow, CaptureRow, PassageRow, OutboxRow)} == {1}


def test_a_picture_of_a_car_that_has_driven_on_waits_for_the_live_ones(platform: Platform, gate: Terminal) -> None:
    before = utc_now() - timedelta(minutes=5)
    for changes in ({}, {"occurred_at": before.isoformat()}):
        assert gate.capture(**changes).status_code == 202
    with platform.database.sessions() as session:
        urgent = session.execute(select(OutboxRow.urgent).order_by(OutboxRow.created_at)).scalars().all()
    assert urgent == [True, False]


def test_a_repeat_gets_the_same_bytes_and_counts_once(platform: Platform, gate: Terminal) -> None:
    event = gate.envelope(media_ids=[gate.uploaded()])
    first = gate.post(CAPTURES, event)
    with nothing_changes(platform):
        later = gate.post(CAPTURES, event | {"sent_at": (utc_now() + timedelta(seconds=5)).isoformat()})
    assert (later.status_code, later.data) == (202, first.data)


def test_fifty_at_once_are_one_row_and_one_job(platform: Platform, gate: Terminal) -> None:
    event = gate.envelope(media_ids=[gate.uploaded()])
    with ThreadPoolExecutor(16) as pool:
        answers: list[TestResponse] = list(pool.map(lambda _: gate.post(CAPTURES, event), range(50)))
    assert {(answer.status_code, answer.data) for answer in answers} == {(202, answers[0].data)}
    assert {count(platform, table) for table in (DeviceEventRow, CaptureRow, PassageRow, OutboxRow)} == {1}


def test_a_changed_event_is_refused_and_kept_apart(platform: Platform, gate: Terminal) -> None:
    event = gate.envelope(media_ids=[gate.uploaded()], payload={"plate": "苏A12345"})
    first = gate.post(CAPTURES, event)
    with nothing_changes(platform, but=AUDIT | {"device_event_conflict"}):
        changed = gate.post(CAPTURES, event | {"payload": {"plate": "苏A54321"}})
        assert problem_of(changed) == (409, "event_changed")
    assert changed.get_json()["facts"] == {"event_id": event["event_id"]}
    assert count(platform, DeviceEventConflictRow) == 1
    assert gate.post(CAPTURES, event).data == first.data


def test_an_event_id_serves_one_kind_of_event_only(platform: Platform, gate: Terminal) -> None:
    event = gate.envelope()
    assert gate.post("/v1/pass-checks", event | {"qr": "A" * 168}).status_code == 200
    media_id = gate.uploaded()
    with nothing_changes(platform, but=AUDIT | {"device_event_conflict"}):
        assert problem_of(gate.post(CAPTURES, event | {"media_ids": [media_id]})) == (409, "event_changed")


def test_two_devices_may_make_the_same_event_id(lane: Lane) -> None:
    event_id = str(uuid4())
    for terminal in (lane.entry, lane.exit):
        assert terminal.capture(event_id=event_id).status_code == 202


def test_events_may_come_out_of_order_and_with_gaps(platform: Platform, gate: Terminal) -> None:
    for counter in (9, 3, 3, 100, 0):
        assert gate.capture(counter=counter).status_code == 202
    assert count(platform, CaptureRow) == 5


def test_a_late_event_of_an_offline_gate_is_taken(gate: Terminal) -> None:
    assert gate.capture(occurred_at=(utc_now() - timedelta(days=89)).isoformat()).status_code == 202


@pytest.mark.parametrize(
    ("field", "seconds", "code"),
    [
        ("sent_at", 65, "device_clock_drift"),
        ("sent_at", -65, "device_clock_drift"),
        ("sent_at", -50 * 365 * 86_400, "device_clock_drift"),
        ("occurred_at", 130, "event_in_future"),
        ("occurred_at", 365 * 86_400, "event_in_future"),
        ("occurred_at", -91 * 86_400, "event_too_old"),
    ],
)
def test_a_wrong_clock_is_told_and_nothing_is_stored(
    platform: Platform, gate: Terminal, field: str, seconds: int, code: str
) -> None:
    media_id = gate.uploaded()
    with nothing_changes(platform):
        at = (utc_now() + timedelta(seconds=seconds)).isoformat()
        answer = gate.capture(media_ids=[media_id], **{field: at})
        assert problem_of(answer) == (422, code)
    facts = answer.get_json()["facts"]
    assert "server_time" in facts or code == "event_too_old"


def test_after_its_clock_is_set_the_same_event_is_taken(gate: Terminal) -> None:
    wrong = (utc_now() - timedelta(hours=8)).isoformat()
    event = gate.envelope(media_ids=[gate.uploaded()], sent_at=wrong)
    assert problem_of(gate.post(CAPTURES, event))[0] == 422
    assert gate.post(CAPTURES, event | {"sent_at": utc_now().isoformat()}).status_code == 202


def test_a_picture_serves_one_event(platform: Platform, gate: Terminal) -> None:
    media_id = gate.uploaded()
    assert gate.capture(media_ids=[media_id]).status_code == 202
    with nothing_changes(platform):
        assert problem_of(gate.capture(media_ids=[media_id])) == (404, "not_found")


def test_a_picture_serves_one_of_two_events_at_once(platform: Platform, gate: Terminal) -> None:
    media_id = gate.uploaded()
    events = [gate.envelope(media_ids=[media_id]) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(answer.status_code for answer in pool.map(lambda event: gate.post(CAPTURES, event), events))
    assert statuses == [202] + [404] * 7
    assert count(platform, CaptureRow) == count(platform, DeviceEventRow) == 1


def test_anothers_picture_or_none_is_no_photo(platform: Platform, lane: Lane) -> None:
    of_another = lane.exit.uploaded()
    with nothing_changes(platform):
        for media_id in (of_another, str(uuid4())):
            assert problem_of(lane.entry.capture(media_ids=[media_id])) == (404, "not_found")


def test_a_machine_without_a_gate_opens_nothing(platform: Platform, lane: Lane) -> None:
    visit = lane.expect()
    qr = lane.qr_of(visit)
    for terminal in (lane.enrol("无门", None, None), lane.enrol("无方向", lane.gate_id, None)):
        media_id = terminal.uploaded()
        with nothing_changes(platform):
            refused = [terminal.capture(media_ids=[media_id]), terminal.check(qr=qr), terminal.check(code=visit.code)]
            assert {problem_of(answer) for answer in refused} == {(409, "device_is_no_gate")}


def test_a_revoked_machine_is_nobody(platform: Platform, lane: Lane) -> None:
    with lane.work() as work:
        devices.revoke(work, lane.community.scope, lane.entry.device_id)
    with nothing_changes(platform):
        refused = [lane.entry.upload(b"x"), lane.entry.check(code="123456"), lane.entry.get("/v1/commands")]
        assert {problem_of(answer) for answer in refused} == {(401, "unauthenticated")}
    assert lane.exit.get("/v1/commands").status_code == 200


def test_what_the_camera_says_of_the_vehicle_is_kept_as_its_word(platform: Platform, gate: Terminal) -> None:
    said = {"type": "suv", "colour": "white", "brand": "比亚迪", "heading": "approaching", "speed_kmh": 11.5}
    assert gate.capture(vehicle=said).status_code == 202
    assert gate.capture(occurred_at=(utc_now() - timedelta(minutes=1)).isoformat()).status_code == 202
    with platform.database.sessions() as session:
        kept = session.scalars(select(PassageRow.vehicle).order_by(PassageRow.occurred_at.desc())).all()
    assert kept == [said, {}]


@pytest.mark.parametrize(
    "vehicle",
    [
        {"type": "spaceship"},
        {"colour": "unknown"},
        {"brand": ""},
        {"brand": "x" * 33},
        {"brand": "a\u202eb"},
        {"speed_kmh": -1},
        {"speed_kmh": 251},
        {"speed_kmh": "fast"},
        {"speed_kmh": float("nan")},
        {"occupants": 2},
        {"type": None},
        "suv",
    ],
)
def test_what_no_camera_can_know_is_refused(platform: Platform, gate: Terminal, vehicle: object) -> None:
    media_id = gate.uploaded()
    with nothing_changes(platform):
        status, code = problem_of(gate.capture(media_ids=[media_id], vehicle=vehicle))
    assert (status, code) in ((422, "invalid"), (400, "bad_request"))
