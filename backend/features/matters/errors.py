from backend.kernel.errors import Refusal, RefusalKind


class TooManyMatters(Refusal):
    """So many requests of one resident wait for an answer already."""

    kind = RefusalKind.CONFLICT
    code = "too_many_matters"


class MatterDecided(Refusal):
    """Somebody was quicker, or whoever asked has withdrawn it."""

    kind = RefusalKind.CONFLICT
    code = "matter_decided"


class AnswerNeeded(Refusal):
    """A refusal, and the end of somebody's home, need a reason in writing (PIPL 50)."""

    code = "matter_answer_needed"


class PersonNotHeard(Refusal):
    """Nobody's way home ends before they were asked themselves."""

    code = "person_not_heard"


class StayNeeded(Refusal):
    """A tenant's registration has an end."""

    code = "stay_needed"


class OwnRemoval(Refusal):
    """Whoever wants to leave does so by their own word and needs nobody's decision."""

    code = "leave_instead"


class ExplanationNeeded(Refusal):
    code = "explanation_needed"


class IdentityNeeded(Refusal):
    """No home of this resident was ever approved, so nobody knows whose data it is."""

    kind = RefusalKind.CONFLICT
    code = "identity_needed"
