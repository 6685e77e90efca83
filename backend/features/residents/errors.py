from backend.kernel.errors import Refusal, RefusalKind


class WechatCodeInvalid(Refusal):
    """WeChat does not know the code: mistyped, used before, or older than five minutes."""

    code = "wechat_code_invalid"


class WechatRateLimited(Refusal):
    kind = RefusalKind.RATE_LIMITED
    code = "wechat_rate_limited"


class PhoneNeeded(Refusal):
    """The resident has not shared a phone number yet."""

    kind = RefusalKind.CONFLICT
    code = "phone_needed"


class PhoneNotOnFile(Refusal):
    """The number is not on file for the room, or there is no such room: the same answer for both."""

    code = "phone_not_on_file"


class TooManyBindingAttempts(Refusal):
    kind = RefusalKind.RATE_LIMITED
    code = "too_many_binding_attempts"


class BindingDecided(Refusal):
    """Somebody else was quicker; the binding is not pending any more."""

    kind = RefusalKind.CONFLICT
    code = "binding_decided"


class ReasonNeeded(Refusal):
    """A refusal names one of the preset reasons."""

    code = "binding_reason_needed"
