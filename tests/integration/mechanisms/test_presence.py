"""Processes say that they are at work; silence shows in the health check and to the doctor."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from backend.device_api.app import create_app
from backend.infrastructure import presence
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import Database
from workers.place import engines_of

PLATES = {"name": "ppocr-onnx", "version": "1", "loaded": True, "available": True, "detail": ""}


def say(database: Database, place: str = "recognition@gate:one", *engines: dict[str, Any]) -> None:
    with database.sessions.begin() as session:
        presence.say(session, place, "recognition", engines)


def fall_silent(database: Database, silence: timedelta) -> None:
    with database.sessions.begin() as session:
        session.execute(text("UPDATE process SET seen_at = seen_at - CAST(:silence AS interval)"), {"silence": silence})


def at_work(database: Database) -> list[str]:
    with database.sessions() as session:
        return [one.place for one in presence.at_work(session, "recognition")]


def test_a_process_is_at_work_until_it_has_been_silent_for_a_while(database: Database) -> None:
    say(database)
    assert at_work(database) == ["recognition@gate:one"]
    fall_silent(database, presence.ABSENT_AFTER)
    assert at_work(database) == []


def test_the_next_process_of_a_place_takes_its_row_over(database: Database) -> None:
    say(database)
    fall_silent(database, presence.ABSENT_AFTER)
    say(database, "recognition@gate:one", PLATES)
    with database.sessions() as session:
        [found] = presence.list_processes(session)
    assert (found.at_work, found.engines) == (True, [PLATES])


def test_a_place_that_is_given_up_is_forgotten_after_a_day(database: Database) -> None:
    say(database, "recognition@old-machine:one")
    fall_silent(database, timedelta(days=1, seconds=1))
    say(database, "recognition@gate:one")
    with database.sessions() as session:
        assert [one.place for one in presence.list_processes(session)] == ["recognition@gate:one"]


def test_the_health_check_names_each_engine_and_stays_ready_without_any(platform: Platform) -> None:
    client = create_app(platform).test_client()
    before = client.get("/readyz")
    say(platform.database, "recognition@gate:one", PLATES)
    after = client.get("/readyz")
    assert (before.status_code, before.json["checks"]["recognition"], before.json["engines"]) == (200, False, [])
    assert (after.status_code, after.json["checks"]["recognition"], after.json["engines"]) == (200, True, [PLATES])


def test_the_recognition_role_tells_the_state_of_its_engine_without_loading_it(platform: Platform) -> None:
    [plates] = engines_of("recognition", platform.settings)
    assert plates["available"] and plates["version"]
    assert engines_of("default", platform.settings) == []
