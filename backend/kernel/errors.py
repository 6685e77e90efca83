"""Refusals: the answers "no" that a user can do something about.

A refusal carries a stable `code`; HTTP status and retry are mapped at the edges, texts live in the catalogue.
"""

from enum import Enum


class RefusalKind(Enum):
    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    GONE = "gone"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"


class Refusal(Exception):
    """Subclasses fix `kind` and `code`; `facts` are safe to show and hold no personal data."""

    kind: RefusalKind = RefusalKind.INVALID
    code: str = "invalid"

    def __init__(self, **facts: str | int) -> None:
        super().__init__(self.code)
        self.facts = facts


class NotFound(Refusal):
    kind = RefusalKind.NOT_FOUND
    code = "not_found"


class Unauthenticated(Refusal):
    kind = RefusalKind.UNAUTHENTICATED
    code = "unauthenticated"


class Forbidden(Refusal):
    kind = RefusalKind.FORBIDDEN
    code = "forbidden"


class ProviderUnavailable(Refusal):
    """An outside service did not answer; trying again later is right."""

    kind = RefusalKind.UNAVAILABLE
    code = "provider_unavailable"
