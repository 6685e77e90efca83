from backend.kernel.errors import Refusal, RefusalKind


class WindowTooLong(Refusal):
    code = "visit_window_too_long"


class WindowEmpty(Refusal):
    code = "visit_window_empty"


class WindowPast(Refusal):
    code = "visit_window_past"


class TooManyVisits(Refusal):
    """The household has as many open visits as it may."""

    kind = RefusalKind.CONFLICT
    code = "visit_limit_reached"


class VisitOver(Refusal):
    kind = RefusalKind.CONFLICT
    code = "visit_already_over"


class NoHousehold(Refusal):
    """The resident lives in several homes and named none, or none of theirs."""

    code = "household_required"


class TooManyGuesses(Refusal):
    kind = RefusalKind.RATE_LIMITED
    code = "code_guesses_exhausted"
