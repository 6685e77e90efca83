from backend.kernel.errors import Refusal, RefusalKind


class AssetCodeTaken(Refusal):
    kind = RefusalKind.CONFLICT
    code = "asset_code_taken"


class CheckInFuture(Refusal):
    """A check that has not been made yet."""

    code = "check_in_future"
