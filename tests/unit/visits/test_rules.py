from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from backend.features.visit_policies.model import VisitPolicy
from backend.features.visits.errors import WindowEmpty, WindowPast, WindowTooLong
from backend.features.visits.model import Visit, VisitFault, VisitState, VisitWish
from backend.features.visits.rules import EARLY, best_arriving, best_leaving, check_wish, fault_of
from backend.kernel.ids import VisitId
from tests.unit.passages.test_rules import NOW, SECOND, VISIT

HOUR = timedelta(hours=1)
POLICY = VisitPolicy()
LONGEST = timedelta(days=POLICY.longest_window_days)
MICROSECOND = timedelta(microseconds=1)


def wish(start: datetime, end: datetime) -> VisitWish:
    return VisitWish("陈访客", None, None, start, end, 1)


def lasting(start: datetime, end: datetime, number: int = 1, **changes: object) -> Visit:
    return replace(VISIT, id=VisitId(UUID(int=number)), valid_from=start, valid_until=end, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (NOW, NOW + MICROSECOND),
        (NOW - LONGEST + SECOND, NOW + SECOND),
        (NOW, NOW + LONGEST),
        (NOW + timedelta(days=300), NOW + timedelta(days=301)),
    ],
)
def test_a_window_may_have_begun_and_may_be_a_week_long(start: datetime, end: datetime) -> None:
    check_wish(wish(start, end), POLICY, NOW)


@pytest.mark.parametrize(
    ("start", "end", "refusal"),
    [
        (NOW, NOW, WindowEmpty),
        (NOW + SECOND, NOW, WindowEmpty),
        (NOW - HOUR, NOW, WindowPast),
        (NOW - HOUR, NOW - SECOND, WindowPast),
        (NOW, NOW + LONGEST + SECOND, WindowTooLong),
        (NOW - SECOND, NOW + LONGEST, WindowTooLong),
    ],
)
def test_a_window_that_is_empty_past_or_too_long_is_refused(
    start: datetime, end: datetime, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        check_wish(wish(start, end), POLICY, NOW)


@pytest.mark.parametrize(
    ("at", "fault"),
    [
        (NOW - EARLY - SECOND, VisitFault.NOT_YET),
        (NOW - EARLY - MICROSECOND, VisitFault.NOT_YET),
        (NOW - EARLY, None),
        (NOW - EARLY + SECOND, None),
        (NOW, None),
        (NOW + HOUR - SECOND, None),
        (NOW + HOUR - MICROSECOND, None),
        (NOW + HOUR, VisitFault.OVER),
        (NOW + HOUR + SECOND, VisitFault.OVER),
    ],
)
def test_a_visit_admits_from_a_quarter_of_an_hour_early_until_before_its_end(
    at: datetime, fault: VisitFault | None
) -> None:
    assert fault_of(lasting(NOW, NOW + HOUR), at) is fault


@pytest.mark.parametrize(("entries", "fault"), [(0, None), (1, None), (2, VisitFault.USED_UP)])
def test_a_visit_admits_as_often_as_it_was_announced(entries: int, fault: VisitFault | None) -> None:
    assert fault_of(lasting(NOW, NOW + HOUR, max_entries=2, entries=entries), NOW) is fault


def test_that_a_visit_is_cancelled_is_said_before_anything_else() -> None:
    for at in (NOW - HOUR, NOW, NOW + 2 * HOUR):
        gone = lasting(NOW, NOW + HOUR, state=VisitState.CANCELLED, entries=2)
        assert fault_of(gone, at) is VisitFault.CANCELLED


def test_of_several_visits_one_that_admits_now_is_taken() -> None:
    over = lasting(NOW - HOUR, NOW, 1)
    open_now = lasting(NOW - 5 * HOUR, NOW + SECOND, 2)
    to_come = lasting(NOW + EARLY + SECOND, NOW + 2 * HOUR, 3)
    for order in ([over, open_now, to_come], [to_come, over, open_now]):
        assert best_arriving(order, NOW) is open_now


def test_where_none_admits_the_nearest_one_explains_why() -> None:
    yesterday = lasting(NOW - 25 * HOUR, NOW - 24 * HOUR, 1)
    soon = lasting(NOW + EARLY + SECOND, NOW + 2 * HOUR, 2)
    assert best_arriving([yesterday, soon], NOW) is soon


def test_without_a_visit_there_is_no_match() -> None:
    assert best_arriving([], NOW) is None
    assert best_leaving([]) is None


def test_the_latest_visit_that_came_in_is_the_one_that_ends() -> None:
    earlier = lasting(NOW - 9 * HOUR, NOW - 8 * HOUR, 1, entries=1)
    latest = lasting(NOW - 3 * HOUR, NOW - 2 * HOUR, 2, entries=1)
    to_come = lasting(NOW + HOUR, NOW + 2 * HOUR, 3, entries=0)
    assert best_leaving([to_come, earlier, latest]) is latest
    assert best_leaving([to_come]) is None
