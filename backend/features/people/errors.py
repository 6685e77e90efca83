from backend.kernel.errors import Refusal, RefusalKind


class PhoneInvalid(Refusal):
    code = "phone_invalid"


class PlateTaken(Refusal):
    """An active vehicle of the site bears this plate already."""

    kind = RefusalKind.CONFLICT
    code = "plate_taken"


class AlreadyMember(Refusal):
    kind = RefusalKind.CONFLICT
    code = "already_member"
