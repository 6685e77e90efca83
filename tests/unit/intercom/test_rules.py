from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from backend.features.intercom import rules
from backend.features.intercom.errors import CallOver, CallStillRinging, CallTaken, WordsNeeded
from backend.features.intercom.model import (
    Call,
    CallId,
    CallState,
    OpenReason,
    Ring,
    RingId,
    RingState,
    Way,
)
from backend.kernel.errors import Refusal
from backend.kernel.ids import DeviceId, HouseholdId, ResidentId, SiteId, StaffId, TenantId

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
WANG, LI = ResidentId(uuid4()), ResidentId(uuid4())


def a_call(state: CallState = CallState.RINGING, **changes: object) -> Call:
    ends_at = NOW + rules.RINGS_FOR
    ids = (CallId(uuid4()), TenantId(uuid4()), SiteId(uuid4()), DeviceId(uuid4()), HouseholdId(uuid4()), None)
    return replace(Call(*ids, state, NOW, ends_at, ends_at), **changes)  # type: ignore[arg-type]


def a_ring(state: RingState, way: Way = Way.WECHAT) -> Ring:
    return Ring(RingId(uuid4()), CallId(uuid4()), SiteId(uuid4()), way, None, None, state)


def refusal_of(call: Call, who: UUID, wanted: CallState = CallState.OPENED, after: float = 1) -> type[Refusal]:
    with pytest.raises(Refusal) as caught:
        rules.takes_decision(call, wanted, who, NOW + timedelta(seconds=after))
    return caught.type


def test_a_call_rings_for_45_seconds_whatever_the_workers_do() -> None:
    assert rules.state_now(a_call(), NOW + timedelta(seconds=44)) is CallState.RINGING
    assert rules.state_now(a_call(), NOW + timedelta(seconds=45)) is CallState.MISSED
    assert rules.state_now(a_call(CallState.OPENED), NOW + timedelta(days=1)) is CallState.OPENED


def test_the_first_word_wins_and_its_repeat_changes_nothing() -> None:
    assert rules.takes_decision(a_call(), CallState.OPENED, WANG, NOW)
    opened = a_call(CallState.OPENED, decided_by=WANG)
    assert not rules.takes_decision(opened, CallState.OPENED, WANG, NOW)
    assert refusal_of(opened, LI) is CallTaken
    assert refusal_of(opened, LI, CallState.DECLINED) is CallTaken
    assert refusal_of(opened, WANG, CallState.DECLINED) is CallOver


def test_whoever_answered_decides() -> None:
    answered = a_call(CallState.ANSWERED, answered_by=WANG)
    assert rules.takes_decision(answered, CallState.OPENED, WANG, NOW)
    assert refusal_of(answered, LI) is CallTaken
    assert not rules.takes_answer(answered, WANG, NOW)
    with pytest.raises(CallTaken):
        rules.takes_answer(answered, LI, NOW)


@pytest.mark.parametrize("state", [CallState.RINGING, CallState.MISSED, CallState.CLOSED, CallState.UNKNOWN_ROOM])
def test_a_call_that_is_over_opens_nothing(state: CallState) -> None:
    assert refusal_of(a_call(state), WANG, after=46) is CallOver


def test_a_door_that_the_guard_opened_is_over_for_the_household() -> None:
    assert refusal_of(a_call(CallState.OPENED, guard_id=StaffId(uuid4())), WANG) is CallOver


def test_the_guard_comes_when_the_household_has_not_answered_or_cannot() -> None:
    with pytest.raises(CallStillRinging):
        rules.check_guard(a_call(), NOW)
    with pytest.raises(CallStillRinging):
        rules.check_guard(a_call(CallState.ANSWERED, answered_by=WANG, guard_from=NOW), NOW)
    with pytest.raises(CallOver):
        rules.check_guard(a_call(CallState.DECLINED), NOW)
    rules.check_guard(a_call(), NOW + rules.RINGS_FOR)
    rules.check_guard(a_call(guard_from=NOW), NOW)
    rules.check_guard(a_call(CallState.MISSED), NOW)


def test_other_as_a_reason_needs_words() -> None:
    assert rules.check_words(OpenReason.OTHER, "  送 医\n药 ") == "送 医 药"
    assert rules.check_words(OpenReason.DELIVERY, " ") is None
    assert len(rules.check_words(OpenReason.OTHER, "药" * 500) or "") == rules.LONGEST_WORDS
    with pytest.raises(WordsNeeded):
        rules.check_words(OpenReason.OTHER, " ")


def test_the_telephone_follows_when_no_message_got_through_and_only_once() -> None:
    failed, told, waiting = a_ring(RingState.FAILED), a_ring(RingState.ACCEPTED), a_ring(RingState.PROMISED)
    assert rules.phones_are_next([failed, failed])
    assert not rules.phones_are_next([failed, told])
    assert not rules.phones_are_next([failed, waiting])
    assert not rules.phones_are_next([failed, a_ring(RingState.FAILED, Way.PHONE)])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("501", None),
        ("2-501", 2),
        ("3-2-501", 2),
        ("３幢２单元５０１", 2),
        ("3幢1单元501", 1),
        ("1", None),
        ("", None),
        ("二单元", None),
        ("-", None),
        ("'; --", None),
    ],
)
def test_a_number_means_the_one_room_whose_label_ends_so(typed: str, meant: int | None) -> None:
    rooms = {UUID(int=1): "3幢1单元501", UUID(int=2): "3幢2单元501"}
    assert rules.room_meant(rules.typed_parts(typed), rooms) == (None if meant is None else UUID(int=meant))
