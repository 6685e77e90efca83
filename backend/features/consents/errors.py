from backend.kernel.errors import Refusal, RefusalKind


class ConsentTextOutdated(Refusal):
    """The words that were shown are not the present ones."""

    kind = RefusalKind.CONFLICT
    code = "consent_text_outdated"
