from backend.kernel.errors import Refusal, RefusalKind


class AlreadyDecided(Refusal):
    """Another guard, or the machine, was faster."""

    kind = RefusalKind.CONFLICT
    code = "passage_already_decided"


class NothingToConfirm(Refusal):
    """No plate was read, or nothing about it admits anybody: correct it or open by hand."""

    kind = RefusalKind.CONFLICT
    code = "passage_nothing_to_confirm"


class ReasonNotOwed(Refusal):
    kind = RefusalKind.CONFLICT
    code = "passage_reason_not_owed"


class NotAGate(Refusal):
    """The device belongs to no gate or has no direction: its photos cannot open anything."""

    kind = RefusalKind.CONFLICT
    code = "device_is_no_gate"


class PhotoRequired(Refusal):
    code = "capture_photo_required"


class ReviewLapsed(Refusal):
    """The car of this reading has left, or another was let through after it: the barrier stays shut."""

    kind = RefusalKind.CONFLICT
    code = "review_lapsed"
