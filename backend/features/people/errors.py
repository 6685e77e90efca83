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


class NameInvalid(Refusal):
    code = "name_invalid"


class DocumentTaken(Refusal):
    """Another person of the site is registered with this document."""

    kind = RefusalKind.CONFLICT
    code = "document_taken"


class StayEndsTooEarly(Refusal):
    """The registered end of a stay lies before its beginning."""

    code = "stay_ends_too_early"


class LeavingInPast(Refusal):
    """The day of leaving lies behind, or more than a year ahead."""

    code = "leaving_in_past"
