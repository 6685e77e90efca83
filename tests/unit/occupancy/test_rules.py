"""Who is inside, from nothing but entries and exits; and what does not add up on the way."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from backend.features.occupancy.model import Departure, Gap, GapKind, Movement, Sight
from backend.features.occupancy.rules import (
    FOLLOWED_WITHIN,
    SAFE_FOR,
    SETTLED_AFTER,
    due_out,
    follow,
    followers,
    overstays,
    still_safe,
    without_exit,
)
from backend.kernel.ids import DeviceId, GateId, PassageId, SiteId, VisitId

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
SITE, GATE, LANE, OTHER_LANE = SiteId(UUID(int=1)), GateId(UUID(int=2)), DeviceId(UUID(int=3)), DeviceId(UUID(int=4))
VISIT, OTHER = VisitId(UUID(int=11)), VisitId(UUID(int=12))
CAR, OTHER_CAR = "苏E88888", "浙B5K3M7"


def move(number: int, *, entering: bool = True, visit: VisitId | None = None, plate: str | None = None) -> Movement:
    """The passage of that number, so many minutes after the hour."""
    at = NOW + timedelta(minutes=number)
    return Movement(PassageId(UUID(int=100 + number)), SITE, GATE, at, entering, visit, plate)


def inside(*movements: Movement) -> list[tuple[VisitId | None, list[str], int]]:
    return [(one.visit_id, list(one.plates), one.on_foot) for one in follow(movements).inside]


def kinds(gaps: list[Gap]) -> list[GapKind]:
    return [gap.kind for gap in gaps]


def test_a_visitor_who_came_in_and_has_not_left_is_inside() -> None:
    assert inside(move(1, visit=VISIT)) == [(VISIT, [], 1)]
    assert inside(move(1, visit=VISIT), move(2, entering=False, visit=VISIT)) == []


def test_a_car_without_a_visit_is_followed_by_its_plate() -> None:
    assert inside(move(1, plate=CAR)) == [(None, [CAR], 0)]
    assert inside(move(1, plate=CAR), move(2, entering=False, plate=CAR)) == []


def test_a_car_that_leaves_without_its_visit_named_leaves_its_visit() -> None:
    """A plate that was read with doubt on the way out ends no visit; here it still says who has left."""
    assert inside(move(1, visit=VISIT, plate=CAR), move(2, entering=False, plate=CAR)) == []


def test_several_who_came_on_one_pass_leave_one_by_one() -> None:
    came = [move(1, visit=VISIT), move(2, visit=VISIT)]
    assert inside(*came) == [(VISIT, [], 2)]
    assert inside(*came, move(3, entering=False, visit=VISIT)) == [(VISIT, [], 1)]


def test_whoever_came_on_foot_and_left_in_the_announced_car_is_out() -> None:
    assert inside(move(1, visit=VISIT), move(2, entering=False, visit=VISIT, plate=CAR)) == []


def test_a_car_stays_inside_when_its_driver_walks_out() -> None:
    found = follow([move(1, visit=VISIT, plate=CAR), move(2, entering=False, visit=VISIT)])
    assert [list(one.plates) for one in found.inside] == [[CAR]]
    assert found.gaps == []


def test_a_car_that_comes_twice_counts_once_and_leaves_a_gap() -> None:
    found = follow([move(1, plate=CAR), move(5, plate=CAR)])
    assert [(one.on_foot, list(one.plates), one.entry.at.minute) for one in found.inside] == [(0, [CAR], 5)]
    assert [(gap.kind, gap.at.minute, gap.plate) for gap in found.gaps] == [(GapKind.ENTERED_TWICE, 5, CAR)]


def test_an_exit_of_nobody_who_came_is_a_gap() -> None:
    found = follow([move(1, entering=False, plate=CAR), move(2, entering=False, visit=VISIT)])
    assert kinds(list(found.gaps)) == [GapKind.EXIT_WITHOUT_ENTRY, GapKind.EXIT_WITHOUT_ENTRY]
    assert found.inside == []


def test_a_barrier_opened_for_nobody_in_particular_is_neither_inside_nor_a_gap() -> None:
    found = follow([move(1), move(2, entering=False)])
    assert (found.inside, found.gaps) == ([], [])


def test_events_that_arrive_out_of_order_are_followed_in_theirs() -> None:
    assert inside(move(9, entering=False, visit=VISIT), move(3, visit=VISIT)) == []


def test_a_guards_word_ends_the_whole_party_that_had_come_by_then() -> None:
    came = [move(1, visit=VISIT), move(2, visit=VISIT, plate=CAR), move(3, visit=OTHER)]
    word = Departure(came[1].passage_id, NOW + timedelta(minutes=4))
    assert [one.visit_id for one in follow(came, [word]).inside] == [OTHER]


def test_a_word_about_an_earlier_stay_does_not_end_the_later_one() -> None:
    first, out, second = move(1, plate=CAR), move(2, entering=False, plate=CAR), move(3, plate=CAR)
    word = Departure(first.passage_id, NOW + timedelta(minutes=4))
    assert [one.entry.passage_id for one in follow([first, out, second], [word]).inside] == [second.passage_id]


def test_a_visit_overstays_beyond_its_window_and_a_stranger_beyond_a_day() -> None:
    assert overstays(NOW, NOW - HOUR, NOW + timedelta(seconds=1))
    assert not overstays(NOW, NOW - HOUR, NOW)
    assert not overstays(None, NOW, NOW + 24 * HOUR)
    assert overstays(None, NOW, NOW + 25 * HOUR)


def test_a_carer_with_a_pass_for_months_is_due_out_with_the_hours_of_the_day() -> None:
    in_spring = NOW + timedelta(days=120)
    assert due_out(in_spring, 20 * 60, NOW) == NOW + 2 * HOUR, "eight in the evening in China is noon in UTC"
    assert due_out(in_spring, None, NOW) == in_spring
    assert due_out(NOW + HOUR, 20 * 60, NOW) == NOW + HOUR, "the last day's end comes first"


def test_a_missing_exit_is_a_gap_only_after_the_hours_asked_for() -> None:
    parties = follow([move(1, plate=CAR)]).inside
    assert without_exit(parties, HOUR, NOW + HOUR) == []
    assert kinds(without_exit(parties, HOUR, NOW + 2 * HOUR)) == [GapKind.NO_EXIT]


@given(
    st.lists(
        st.tuples(st.booleans(), st.sampled_from([None, VISIT, OTHER]), st.sampled_from([None, CAR, OTHER_CAR])),
        max_size=30,
    )
)
def test_nobody_is_inside_twice_and_nobody_who_never_came(steps: list[tuple[bool, VisitId | None, str | None]]) -> None:
    moves = [move(i, entering=entering, visit=visit, plate=plate) for i, (entering, visit, plate) in enumerate(steps)]
    found = follow(moves).inside
    plates = [plate for one in found for plate in one.plates]
    assert len(plates) == len(set(plates))
    entered = {one.plate for one in moves if one.entering}
    assert set(plates) <= entered
    on_foot = sum(one.entering and one.plate is None and one.visit_id is not None for one in moves)
    assert 0 <= sum(one.on_foot for one in found) <= on_foot


def sight(number: int, seconds: float, *, opened: float | None = None, undecided: bool = False) -> Sight:
    at = NOW + timedelta(seconds=seconds)
    opened_at = None if opened is None else NOW + timedelta(seconds=opened)
    return Sight(PassageId(UUID(int=number)), LANE, GATE, at, opened_at, undecided, CAR)


LATER = NOW + SETTLED_AFTER + HOUR


def test_a_second_car_right_behind_an_opening_that_nobody_decided_about_is_a_gap() -> None:
    sights = [sight(1, 0, opened=1), sight(2, 6, undecided=True)]
    assert [(gap.kind, gap.id) for gap in followers(sights, LATER)] == [(GapKind.FOLLOWED, UUID(int=2))]


def test_a_car_with_a_decision_of_its_own_or_much_later_or_just_now_is_none() -> None:
    first = sight(1, 0, opened=1)
    assert followers([first, sight(2, 6, opened=8)], LATER) == []
    assert followers([first, sight(2, 6)], LATER) == [], "turned away by a guard, who has seen it"
    late = 1 + FOLLOWED_WITHIN.total_seconds() + 1
    assert followers([first, sight(2, late, undecided=True)], LATER) == []
    assert followers([first, sight(2, 6, undecided=True)], NOW + timedelta(seconds=30)) == []


def test_a_car_in_another_lane_follows_nobody() -> None:
    other = Sight(PassageId(UUID(int=2)), OTHER_LANE, GATE, NOW + timedelta(seconds=6), None, True, None)
    assert followers([sight(1, 0, opened=1), other], LATER) == []


def test_a_tick_speaks_of_this_stay_and_this_evacuation_only() -> None:
    assert still_safe(NOW, NOW - HOUR, NOW + HOUR)
    assert not still_safe(NOW, NOW + HOUR, NOW + 2 * HOUR), "they came in again after it"
    assert not still_safe(NOW, NOW - HOUR, NOW + SAFE_FOR)
