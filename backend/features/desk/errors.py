from backend.kernel.errors import Refusal, RefusalKind


class DeskLoginFailed(Refusal):
    """One answer for an unknown card, a wrong PIN, a lock, and an account that may not work here."""

    kind = RefusalKind.UNAUTHENTICATED
    code = "desk_login_failed"


class ShiftsInvalid(Refusal):
    code = "desk_shifts_invalid"


class TerminalNameTaken(Refusal):
    kind = RefusalKind.CONFLICT
    code = "desk_name_taken"


class NoGuard(Refusal):
    """Only an account with the guard's role, and an employee who guards today."""

    kind = RefusalKind.CONFLICT
    code = "desk_no_guard"


class AccessTaken(Refusal):
    """One card stands for one account."""

    kind = RefusalKind.CONFLICT
    code = "desk_access_taken"
