from backend.kernel.errors import Refusal, RefusalKind


class BirthImplausible(Refusal):
    code = "birth_implausible"


class DocumentNeeded(Refusal):
    """A court's or the police's order is recorded with its reference."""

    code = "custody_document_needed"


class GrantTooLong(Refusal):
    code = "class_grant_too_long"


class AlreadyGuardian(Refusal):
    kind = RefusalKind.CONFLICT
    code = "already_guardian"


class CustodyOver(Refusal):
    """The fact has ended, or the head's decision has run out: a new one is recorded instead."""

    kind = RefusalKind.CONFLICT
    code = "custody_over"


class ClassTaken(Refusal):
    kind = RefusalKind.CONFLICT
    code = "class_name_taken"
