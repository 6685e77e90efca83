from backend.kernel.errors import Refusal, RefusalKind


class TooManyExports(Refusal):
    kind = RefusalKind.RATE_LIMITED
    code = "too_many_exports"


class ExportNotReady(Refusal):
    """It is still being made."""

    kind = RefusalKind.CONFLICT
    code = "export_not_ready"


class ExportExpired(Refusal):
    kind = RefusalKind.GONE
    code = "export_expired"
