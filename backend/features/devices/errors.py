from backend.kernel.errors import Refusal, RefusalKind


class EventChanged(Refusal):
    """The event id came before with another body; this one is kept apart for a person."""

    kind = RefusalKind.CONFLICT
    code = "event_changed"


class ClockDrift(Refusal):
    """The device's clock is off; `server_time` is ours. Nothing was stored."""

    code = "device_clock_drift"


class EventInFuture(Refusal):
    code = "event_in_future"


class EventTooOld(Refusal):
    """Older than what repeats are remembered for: it could no longer be told from a repeat."""

    code = "event_too_old"


class WindowOutOfRange(Refusal):
    code = "device_window_out_of_range"
