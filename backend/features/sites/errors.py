from backend.kernel.errors import Refusal, RefusalKind


class TooManyGates(Refusal):
    """The signed pass names gates by bits of a fixed number."""

    kind = RefusalKind.CONFLICT
    code = "too_many_gates"
