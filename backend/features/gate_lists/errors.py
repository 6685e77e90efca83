from backend.kernel.errors import Refusal, RefusalKind


class KeyInvalid(Refusal):
    """Not the public half of an X25519 key."""

    code = "gate_key_invalid"


class KeyEnrolled(Refusal):
    """The terminal has another key; an operator has to allow a new one first."""

    kind = RefusalKind.CONFLICT
    code = "gate_key_enrolled"


class ListNotReady(Refusal):
    """The terminal has enrolled its key, and its first list is being made; or it has not enrolled yet."""

    kind = RefusalKind.NOT_FOUND
    code = "gate_list_not_ready"


class VersionUnknown(Refusal):
    """No list with this version was ever made for this terminal."""

    kind = RefusalKind.CONFLICT
    code = "gate_list_version_unknown"


class NoPlace(Refusal):
    """The device stands at no gate and no door."""

    kind = RefusalKind.CONFLICT
    code = "device_has_no_place"


class FindingClosed(Refusal):
    """Somebody else was faster."""

    kind = RefusalKind.CONFLICT
    code = "offline_finding_closed"
