from backend.kernel.errors import Refusal, RefusalKind


class WindowTooLong(Refusal):
    code = "visit_window_too_long"


class WindowEmpty(Refusal):
    code = "visit_window_empty"


class WindowPast(Refusal):
    code = "visit_window_past"


class SeriesTooLong(Refusal):
    """Longer than the site's policy lets a recurring pass last."""

    code = "visit_series_too_long"


class SeriesEmpty(Refusal):
    """No day is left on which the visitor would come."""

    code = "visit_series_empty"


class NoOpenHours(Refusal):
    """All of the window lies in the site's black-out hours."""

    code = "visit_in_closed_hours"


class TimedTooLong(Refusal):
    """A timed pass for longer than the site's policy allows."""

    code = "visit_timed_too_long"


class TooManyVisits(Refusal):
    """The household has as many open visits as it may."""

    kind = RefusalKind.CONFLICT
    code = "visit_limit_reached"


class TooManyToday(Refusal):
    """The household has announced as many visits today as it may."""

    kind = RefusalKind.CONFLICT
    code = "visit_day_limit_reached"


class VisitOver(Refusal):
    kind = RefusalKind.CONFLICT
    code = "visit_already_over"


class VisitDecided(Refusal):
    """Somebody else was quicker, or the visit never waited for a word."""

    kind = RefusalKind.CONFLICT
    code = "visit_already_decided"


class NoSeries(Refusal):
    """A day off is asked for, of a visit that does not recur, or on a day on which nobody would come."""

    kind = RefusalKind.CONFLICT
    code = "visit_not_on_that_day"


class NoHousehold(Refusal):
    """The resident lives in several homes and named none, or none of theirs."""

    code = "household_required"


class TooManyGuesses(Refusal):
    kind = RefusalKind.RATE_LIMITED
    code = "code_guesses_exhausted"
