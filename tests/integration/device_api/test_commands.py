"""The barrier opens for the passage it was told of, soon or never."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from backend.device_api.app import create_app
from backend.infrastructure.http.platform import Platform
from backend.kernel.clock import utc_now
from tests.integration.device_api.ledger import nothing_changes, problem_of
from tests.integration.device_api.terminal import Lane


def acknowledge(lane: Lane, command_id: str, outcome: str = "done", *, by_exit: bool = False) -> int:
    terminal = lane.exit if by_exit else lane.entry
    return terminal.post(f"/v1/commands/{command_id}/acknowledgement", {"outcome": outcome}).status_code


def opened(lane: Lane) -> str:
    visit = lane.expect()
    assert lane.entry.check(qr=lane.qr_of(visit)).get_json()["admitted"] is True
    [command] = lane.entry.commands()
    return str(command["id"])


def test_a_command_waits_for_its_own_device_only(lane: Lane) -> None:
    opened(lane)
    assert lane.exit.commands() == []


def test_an_acknowledged_command_is_gone_and_a_second_word_is_harmless(platform: Platform, lane: Lane) -> None:
    command_id = opened(lane)
    assert acknowledge(lane, command_id) == 204
    assert lane.entry.commands() == []
    with nothing_changes(platform):
        assert acknowledge(lane, command_id, "failed") == 204


def test_nobody_speaks_for_another_device(platform: Platform, lane: Lane) -> None:
    command_id = opened(lane)
    with nothing_changes(platform):
        assert acknowledge(lane, command_id, by_exit=True) == 404
        assert acknowledge(lane, str(uuid4())) == 404
    assert len(lane.entry.commands()) == 1


def test_an_outcome_that_is_none_is_refused(platform: Platform, lane: Lane) -> None:
    command_id = opened(lane)
    with nothing_changes(platform):
        answer = lane.entry.post(f"/v1/commands/{command_id}/acknowledgement", {"outcome": "exploded"})
        assert problem_of(answer) == (422, "invalid")


def test_a_command_is_void_after_fifteen_seconds(platform: Platform, lane: Lane) -> None:
    opened(lane)
    later = replace(platform.database, clock=lambda: utc_now() + timedelta(seconds=16))
    late_app = create_app(replace(platform, database=later))
    assert replace(lane.entry, app=late_app).commands() == []
