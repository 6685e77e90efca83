from datetime import UTC, datetime, timedelta
from uuid import uuid4

from backend.features.credentials.model import DoorAlarm
from backend.pages.open_things import CallLine, OpenAlarm, OpenThing, Urgency, in_order

NOW = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)


def call(minutes_ago: int) -> OpenThing:
    since = NOW - timedelta(minutes=minutes_ago)
    return OpenThing(Urgency.PERSON, since, call=CallLine(uuid4(), "单元门", "501", since, True, False, True, False))


def alarm(minutes_ago: int, urgency: Urgency = Urgency.ALARM) -> OpenThing:
    since = NOW - timedelta(minutes=minutes_ago)
    return OpenThing(urgency, since, alarm=OpenAlarm(uuid4(), "侧门", DoorAlarm.FORCED, since))


def test_a_person_comes_before_an_alarm_and_an_alarm_before_paper() -> None:
    paper, forced, waits = alarm(90, Urgency.REVIEW), alarm(60), call(1)
    assert in_order([paper, forced, waits]) == [waits, forced, paper]


def test_among_equals_the_longest_waiting_comes_first() -> None:
    newer, older = call(1), call(5)
    assert in_order([newer, older]) == in_order([older, newer]) == [older, newer]
