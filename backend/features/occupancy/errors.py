from backend.kernel.errors import Refusal, RefusalKind


class NotInside(Refusal):
    """The passage was no entry, or opened nothing: nobody can have left by it."""

    kind = RefusalKind.CONFLICT
    code = "passage_is_no_entry"


class TicksInvalid(Refusal):
    code = "evacuation_ticks_invalid"
