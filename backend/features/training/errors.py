from backend.kernel.errors import Refusal, RefusalKind


class ConsentNotGiven(Refusal):
    """The site has not agreed, or has withdrawn, that its corrected readings may teach the engine."""

    kind = RefusalKind.CONFLICT
    code = "training_consent_not_given"
