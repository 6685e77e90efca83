"""Windows, series and uses of a visit. Pure: instants come in.

Plate, code and QR are all judged by `fault_of`; what a pass is signed for is a stretch of `next_stretch`.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from backend.features.visit_policies.model import VisitPolicy
from backend.features.visits.errors import (
    NoOpenHours,
    SeriesEmpty,
    SeriesTooLong,
    WindowEmpty,
    WindowPast,
    WindowTooLong,
)
from backend.features.visits.model import Series, Stretch, Visit, VisitFault, VisitState, VisitWish
from backend.kernel.clock import local_day, start_of_local_day
from backend.kernel.hours import DAY_MINUTES, ONE_DAY, Hours

EARLY = timedelta(minutes=15)
"""A visitor who comes a quarter of an hour early is not sent round the block."""
MOST_ENTRIES_A_DAY = 20

_BY_STATE = {
    VisitState.CANCELLED: VisitFault.CANCELLED,
    VisitState.PENDING: VisitFault.PENDING,
    VisitState.REFUSED: VisitFault.REFUSED,
}


def series_window(series: Series, first_on: date, last_on: date) -> tuple[datetime, datetime]:
    """From the first day's midnight until the end of the last day, or of the night that begins on it."""
    night = max(0, series.hours.end_minute - DAY_MINUTES)
    return start_of_local_day(first_on), start_of_local_day(last_on + ONE_DAY) + timedelta(minutes=night)


def check_wish(wish: VisitWish, policy: VisitPolicy, now: datetime) -> Stretch:
    """The first stretch of the wish. Raises WindowEmpty, WindowPast, WindowTooLong, SeriesTooLong, SeriesEmpty,
    NoOpenHours.
    """
    if wish.valid_until <= wish.valid_from:
        raise WindowEmpty
    if wish.valid_until <= now:
        raise WindowPast
    _check_length(wish, policy)
    stretches = _stretches(wish, closed_for(wish, policy), max(now, wish.valid_from))
    first = next((one for one in stretches if one.end > now), None)
    if first is None:
        raise SeriesEmpty if wish.series is not None else NoOpenHours
    return first


def _check_length(wish: VisitWish, policy: VisitPolicy) -> None:
    lasts = wish.valid_until - wish.valid_from
    if wish.series is None and lasts > timedelta(days=policy.longest_window_days):
        raise WindowTooLong(longest_days=policy.longest_window_days)
    if wish.series is not None and lasts >= timedelta(days=policy.longest_series_days + 1):
        raise SeriesTooLong(longest_days=policy.longest_series_days)


def closed_for(wish: VisitWish, policy: VisitPolicy) -> Hours | None:
    """The black-out of a single visit; the hours of a series were asked for, and are judged, as they are."""
    return policy.closed_hours if wish.series is None else None


def total_entries(wish: VisitWish) -> int:
    """Of a series: every day that it has, as often as a day allows."""
    if wish.series is None:
        return wish.max_entries
    days = sum(1 for _ in _days(wish.series, wish.valid_from, wish.valid_until, wish.valid_from))
    return max(1, days * wish.series.entries_a_day)


def next_stretch(visit: Visit, at: datetime) -> Stretch | None:
    """The stretch that `at` lies in, else the next to come; None where none is left."""
    return next((one for one in _stretches(visit, visit.closed, at) if one.end > at), None)


def _stretches(terms: Visit | VisitWish, closed: Hours | None, at: datetime) -> Iterator[Stretch]:
    if terms.series is not None:
        return _days(terms.series, terms.valid_from, terms.valid_until, at)
    return _around(closed, terms.valid_from, terms.valid_until)


def _days(series: Series, start: datetime, end: datetime, at: datetime) -> Iterator[Stretch]:
    """Those of a series that have not ended a day before `at`, in order."""
    day = max(local_day(start), local_day(at) - ONE_DAY)
    while start_of_local_day(day) < end:
        hours = None if day in series.except_on else series.hours.on(day)
        if hours is not None and start <= hours[0] and hours[1] <= end:
            yield Stretch(*hours, hours[0] - EARLY, day)
        day += ONE_DAY


def _around(closed: Hours | None, start: datetime, end: datetime) -> Iterator[Stretch]:
    """What a black-out leaves of a window."""
    begin, opens_at = start, start - EARLY
    day = local_day(start) - ONE_DAY
    while closed is not None and begin < end and start_of_local_day(day) < end:
        shut_from, shut_until = closed.on(day) or (begin, begin)
        if shut_until <= begin:
            opens_at = max(opens_at, shut_until) if shut_from < shut_until else opens_at
        else:
            if shut_from > begin:
                yield Stretch(begin, min(end, shut_from), opens_at, local_day(begin))
            begin = opens_at = shut_until
        day += ONE_DAY
    if begin < end:
        yield Stretch(begin, end, opens_at, local_day(begin))


def fault_of(visit: Visit, at: datetime) -> VisitFault | None:
    """Why this visit does not let its visitor in at that instant; None when it does."""
    if visit.state is not VisitState.ACTIVE:
        return _BY_STATE[visit.state]
    stretch = next_stretch(visit, at) if at < visit.valid_until else None
    if stretch is None:
        return VisitFault.OVER
    if at < stretch.opens_at:
        return _too_early(visit, stretch, at)
    if visit.entries >= visit.max_entries:
        return VisitFault.USED_UP
    if visit.series is not None and entries_of(visit, stretch.day) >= visit.series.entries_a_day:
        return VisitFault.DAY_USED_UP
    return None


def _too_early(visit: Visit, stretch: Stretch, at: datetime) -> VisitFault:
    if at < visit.valid_from - EARLY:
        return VisitFault.NOT_YET
    if visit.series is None:
        return VisitFault.CLOSED_HOURS
    return VisitFault.OUTSIDE_HOURS if comes_on(visit, visit.series, local_day(at)) else VisitFault.WRONG_DAY


def comes_on(visit: Visit, series: Series, day: date) -> bool:
    hours = None if day in series.except_on else series.hours.on(day)
    return hours is not None and visit.valid_from <= hours[0] and hours[1] <= visit.valid_until


def entries_of(visit: Visit, day: date) -> int:
    return visit.day_entries if visit.entries_on == day else 0


def entries_left(visit: Visit, day: date) -> int:
    """On that day of a series; of any other visit, all that are left."""
    left = visit.max_entries - visit.entries
    if visit.series is not None:
        left = min(left, visit.series.entries_a_day - entries_of(visit, day))
    return max(0, left)


def entry_day(visit: Visit, at: datetime) -> date:
    """The day of the series that an entry counts for: a night belongs to the day on which it began."""
    stretch = next_stretch(visit, at)
    return stretch.day if stretch is not None and stretch.opens_at <= at else local_day(at)


def best_arriving(visits: Iterable[Visit], at: datetime) -> Visit | None:
    """Of several visits with one plate: one that admits now, else the one whose window is nearest."""
    return min(visits, key=lambda v: (fault_of(v, at) is not None, abs(v.valid_from - at)), default=None)


def best_leaving(visits: Iterable[Visit]) -> Visit | None:
    """The latest visit that has come in: a later one, still to come, is not what ends here."""
    return max((v for v in visits if v.entries), key=lambda v: v.valid_from, default=None)
