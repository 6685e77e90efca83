from backend.kernel.errors import Refusal, RefusalKind


class StationBusy(Refusal):
    """More calls from one station in a minute than people make."""

    kind = RefusalKind.RATE_LIMITED
    code = "intercom_station_busy"


class CallOver(Refusal):
    """It has ended: opened, declined, or nobody answered in time."""

    kind = RefusalKind.CONFLICT
    code = "intercom_call_over"


class CallTaken(Refusal):
    """Somebody else of the household was faster."""

    kind = RefusalKind.CONFLICT
    code = "intercom_call_taken"


class CallStillRinging(Refusal):
    """The household has the word until its time is up."""

    kind = RefusalKind.CONFLICT
    code = "intercom_call_ringing"


class WordsNeeded(Refusal):
    """ "Other" as a reason says nothing without words."""

    code = "intercom_words_needed"


class PictureTermOver(Refusal):
    """Shown to the household for a day only."""

    kind = RefusalKind.GONE
    code = "intercom_picture_over"
