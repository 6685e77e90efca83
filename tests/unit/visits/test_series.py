"""Carers, tutors and black-out hours: when a visit admits, hour by hour on the clock in China."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.features.visit_policies.errors import ClosedAllDay, PolicyOutOfRange
from backend.features.visit_policies.model import Approval, VisitPolicy
from backend.features.visit_policies.rules import RANGES, check, differences, needs_approval
from backend.features.visits.errors import NoOpenHours, SeriesEmpty, SeriesTooLong
from backend.features.visits.model import Series, Visit, VisitFault, VisitWish
from backend.features.visits.rules import (
    EARLY,
    check_wish,
    entry_day,
    fault_of,
    next_stretch,
    series_window,
    total_entries,
)
from backend.kernel.clock import LOCAL_ZONE
from backend.kernel.hours import EVERY_DAY, Hours, bits_of, minute_of, minute_text, weekdays_of
from tests.unit.passages.test_rules import VISIT

MONDAY = date(2026, 11, 23)
CARER = Series(Hours(frozenset({1, 3, 5}), 8 * 60, 18 * 60), 2, frozenset({date(2026, 11, 27)}))
NIGHT = Series(Hours(EVERY_DAY, 22 * 60, 6 * 60), 1)
CURFEW = Hours(EVERY_DAY, 23 * 60, 6 * 60)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=LOCAL_ZONE)


def recurring(
    series: Series, first: date = MONDAY, last: date = MONDAY + timedelta(days=27), **changes: object
) -> Visit:
    start, end = series_window(series, first, last)
    return replace(VISIT, valid_from=start, valid_until=end, max_entries=99, series=series, **changes)  # type: ignore[arg-type]


def single(start: datetime, end: datetime, closed: Hours | None = CURFEW) -> Visit:
    return replace(VISIT, valid_from=start, valid_until=end, closed=closed)


def wish(series: Series | None, start: datetime, end: datetime) -> VisitWish:
    return VisitWish("陈阿姨", None, None, start, end, 1, series=series)


@pytest.mark.parametrize(
    ("at", "fault"),
    [
        (local(22, 12), VisitFault.NOT_YET),
        (local(23, 7, 44), VisitFault.OUTSIDE_HOURS),
        (local(23, 7, 45), None),
        (local(23, 17, 59), None),
        (local(23, 18), VisitFault.OUTSIDE_HOURS),
        (local(24, 12), VisitFault.WRONG_DAY),
        (local(25, 12), None),
        (local(27, 12), VisitFault.WRONG_DAY),
        (datetime(2026, 12, 21, 0, 30, tzinfo=LOCAL_ZONE), VisitFault.OVER),
    ],
)
def test_a_carer_comes_in_on_her_days_and_in_her_hours(at: datetime, fault: VisitFault | None) -> None:
    assert fault_of(recurring(CARER), at) is fault


def test_entries_are_counted_a_day() -> None:
    twice_today = recurring(CARER, entries=2, day_entries=2, entries_on=MONDAY)
    assert fault_of(twice_today, local(23, 12)) is VisitFault.DAY_USED_UP
    assert fault_of(twice_today, local(25, 12)) is None


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    visit = recurring(NIGHT, last=MONDAY)
    assert fault_of(visit, local(24, 5, 59)) is None
    assert entry_day(visit, local(24, 5, 59)) == MONDAY
    used = replace(visit, entries=1, day_entries=1, entries_on=MONDAY)
    assert fault_of(used, local(24, 1)) is VisitFault.DAY_USED_UP
    assert fault_of(visit, local(24, 6)) is VisitFault.OVER
    assert fault_of(recurring(NIGHT), local(24, 12)) is VisitFault.OUTSIDE_HOURS


def test_the_pass_is_for_todays_hours_and_after_them_for_the_next_day() -> None:
    today, later = next_stretch(recurring(CARER), local(23, 9)), next_stretch(recurring(CARER), local(23, 19))
    assert today is not None and (today.start, today.end) == (local(23, 8), local(23, 18))
    assert later is not None and (later.start, later.end) == (local(25, 8), local(25, 18))
    assert next_stretch(recurring(CARER), local(23, 9) + timedelta(days=60)) is None


@given(
    minutes=st.integers(-3 * 24 * 60, 32 * 24 * 60),
    start=st.integers(0, 1439),
    end=st.integers(0, 1440),
    days=st.sets(st.integers(1, 7), min_size=1),
)
def test_a_series_admits_exactly_while_a_stretch_is_open(minutes: int, start: int, end: int, days: set[int]) -> None:
    visit = recurring(Series(Hours(frozenset(days), start, end)))
    at = local(23, 0) + timedelta(minutes=minutes)
    stretch = next_stretch(visit, at)
    assert (fault_of(visit, at) is None) == (stretch is not None and stretch.opens_at <= at < stretch.end)
    if stretch is not None:
        assert visit.valid_from <= stretch.start and stretch.end <= visit.valid_until


@pytest.mark.parametrize(
    ("at", "fault"),
    [
        (local(23, 19, 44), VisitFault.NOT_YET),
        (local(23, 22, 59), None),
        (local(23, 23), VisitFault.CLOSED_HOURS),
        (local(24, 5, 59), VisitFault.CLOSED_HOURS),
        (local(24, 6), None),
        (local(24, 8), VisitFault.OVER),
    ],
)
def test_in_black_out_hours_a_single_visit_is_the_guards_to_decide(at: datetime, fault: VisitFault | None) -> None:
    assert fault_of(single(local(23, 20), local(24, 8)), at) is fault


def test_coming_early_does_not_reach_into_the_black_out() -> None:
    visit = single(local(24, 6, 5), local(24, 8))
    assert (
        fault_of(visit, local(24, 5, 55)) is VisitFault.NOT_YET
        or fault_of(visit, local(24, 5, 55)) is VisitFault.CLOSED_HOURS
    )
    assert fault_of(visit, local(24, 6)) is None
    assert fault_of(single(local(24, 6, 5), local(24, 8), None), local(24, 5, 55)) is None


def test_a_wish_that_has_no_hour_left_is_refused() -> None:
    policy = VisitPolicy(closed_hours=CURFEW)
    with pytest.raises(NoOpenHours):
        check_wish(wish(None, local(23, 23, 30), local(24, 5)), policy, local(23, 12))
    window = series_window(CARER, date(2026, 11, 24), date(2026, 11, 24))
    with pytest.raises(SeriesEmpty):
        check_wish(wish(CARER, *window), policy, local(23, 12))
    night = check_wish(wish(NIGHT, *series_window(NIGHT, MONDAY, MONDAY)), policy, local(23, 12))
    assert night.start == local(23, 22), "hours that were asked for are not black-out"


def test_a_series_lasts_at_most_as_long_as_the_policy_says() -> None:
    for series in (CARER, NIGHT):
        longest = series_window(series, MONDAY, MONDAY + timedelta(days=179))
        check_wish(wish(series, *longest), VisitPolicy(), local(23, 7))
        with pytest.raises(SeriesTooLong):
            too_long = series_window(series, MONDAY, MONDAY + timedelta(days=180))
            check_wish(wish(series, *too_long), VisitPolicy(), local(23, 7))


def test_a_series_has_entries_for_each_of_its_days() -> None:
    assert total_entries(wish(CARER, *series_window(CARER, MONDAY, MONDAY + timedelta(days=6)))) == 4


@pytest.mark.parametrize(
    ("approval", "start", "end", "asked"),
    [
        (Approval.NEVER, local(23, 2), local(23, 3), False),
        (Approval.ALWAYS, local(23, 12), local(23, 13), True),
        (Approval.OUTSIDE_HOURS, local(23, 7), local(23, 22), False),
        (Approval.OUTSIDE_HOURS, local(23, 6, 59), local(23, 22), True),
        (Approval.OUTSIDE_HOURS, local(23, 21), local(23, 22, 1), True),
        (Approval.OUTSIDE_HOURS, local(23, 12), local(24, 12), True),
    ],
)
def test_what_needs_approval(approval: Approval, start: datetime, end: datetime, asked: bool) -> None:
    assert needs_approval(VisitPolicy(approval), start, end) is asked


def test_a_policy_that_no_site_can_mean_is_refused() -> None:
    check(VisitPolicy(closed_hours=CURFEW))
    for name, (least, most) in RANGES.items():
        for number in (least - 1, most + 1):
            with pytest.raises(PolicyOutOfRange):
                check(replace(VisitPolicy(), **{name: number}))  # type: ignore[arg-type]
    with pytest.raises(ClosedAllDay):
        check(VisitPolicy(closed_hours=Hours(EVERY_DAY, 0, 24 * 60)))


def test_the_record_of_a_policy_says_what_changed() -> None:
    after = VisitPolicy(Approval.ALWAYS, closed_hours=CURFEW)
    assert differences(VisitPolicy(), after) == {"approval": "never > always", "closed_hours": " > 23:00-06:00"}
    assert differences(after, after) == {}


def test_hours_are_written_and_read_alike() -> None:
    assert [minute_of(minute_text(minute)) for minute in range(24 * 60 + 1)] == list(range(24 * 60 + 1))
    for text in ("", "8", "24:01", "08:60", "8:5", "-1:00", "०८:००", "08:000"):
        with pytest.raises(ValueError):
            minute_of(text)
    assert weekdays_of(bits_of({1, 7})) == {1, 7}
    assert timedelta(hours=1) > EARLY
