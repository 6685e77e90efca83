from backend.kernel.errors import Refusal, RefusalKind


class LoginFailed(Refusal):
    """One answer for an unknown name, a wrong password, a locked or disabled account and another portal's."""

    kind = RefusalKind.UNAUTHENTICATED
    code = "login_failed"


class LoginExpired(Refusal):
    """The challenge is older than five minutes, used or unknown: begin again."""

    kind = RefusalKind.UNAUTHENTICATED
    code = "login_expired"


class CodeRefused(Refusal):
    """A wrong one-time code, or one that was used before."""

    kind = RefusalKind.UNAUTHENTICATED
    code = "totp_refused"


class NewPasswordNeeded(Refusal):
    """The password is too old, or somebody else chose it."""

    code = "new_password_needed"


class PasswordTooShort(Refusal):
    code = "password_too_short"


class PasswordTooLong(Refusal):
    code = "password_too_long"


class PasswordTooSimple(Refusal):
    """Fewer kinds of characters than the profile asks for."""

    code = "password_too_simple"


class PasswordCommon(Refusal):
    code = "password_common"


class PasswordContainsUsername(Refusal):
    code = "password_contains_username"


class PasswordUnchanged(Refusal):
    code = "password_unchanged"


class UsernameTaken(Refusal):
    kind = RefusalKind.CONFLICT
    code = "username_taken"


class UsernameInvalid(Refusal):
    code = "username_invalid"
