from backend.kernel.errors import Refusal, RefusalKind


class WalkInAnswered(Refusal):
    """Somebody else of the home, or the guard, was quicker."""

    kind = RefusalKind.CONFLICT
    code = "walk_in_answered"


class TooEarlyToDecide(Refusal):
    """The host is still being asked: until then the guard only passes on what somebody said."""

    kind = RefusalKind.CONFLICT
    code = "walk_in_still_asking"


class NotApproved(Refusal):
    """Nobody has approved this visitor, or somebody has let them in already, or it was too long ago."""

    kind = RefusalKind.CONFLICT
    code = "walk_in_not_approved"


class RingingOff(Refusal):
    """The site's policy lets nobody be rung from the gate."""

    kind = RefusalKind.CONFLICT
    code = "walk_in_ringing_off"


class NobodyToRing(Refusal):
    """No number of this home is on file."""

    kind = RefusalKind.CONFLICT
    code = "walk_in_nobody_to_ring"


class PhoneTailInvalid(Refusal):
    code = "walk_in_phone_tail_invalid"
