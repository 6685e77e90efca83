from backend.kernel.errors import Refusal, RefusalKind


class NotConfirmed(Refusal):
    """What the decision left for a person to settle has not been settled."""

    kind = RefusalKind.CONFLICT
    code = "pickup_not_confirmed"


class DenialBinds(Refusal):
    kind = RefusalKind.FORBIDDEN
    code = "pickup_denied"


class TwoPeopleNeeded(Refusal):
    kind = RefusalKind.CONFLICT
    code = "pickup_two_people_needed"


class ReasonTooShort(Refusal):
    code = "pickup_reason_needed"


class TooLateToUndo(Refusal):
    kind = RefusalKind.CONFLICT
    code = "release_too_old"


class AlreadyReleased(Refusal):
    """The child has been collected today, perhaps at this very moment by somebody else."""

    kind = RefusalKind.CONFLICT
    code = "child_released"


class CheckTooOld(Refusal):
    """Who came an hour ago is not who stands here now."""

    kind = RefusalKind.CONFLICT
    code = "pickup_check_too_old"


class PeriodEmpty(Refusal):
    code = "pickup_period_empty"


class DelegationWindow(Refusal):
    code = "delegation_window"


class DelegationOver(Refusal):
    kind = RefusalKind.CONFLICT
    code = "delegation_over"


class LeaveTooLong(Refusal):
    code = "leave_too_long"


class DeviceIsNoGate(Refusal):
    kind = RefusalKind.CONFLICT
    code = "device_is_no_gate"


class IdTailInvalid(Refusal):
    code = "id_tail_invalid"


class AlertAcknowledged(Refusal):
    kind = RefusalKind.CONFLICT
    code = "alarm_acknowledged"
