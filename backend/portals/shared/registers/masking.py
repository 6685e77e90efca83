"""Numbers as most people of the office need them: enough to recognise, not enough to use."""

from collections.abc import Callable

from backend.kernel.identity import Actor, Permission

Mask = Callable[[str | None, str], str]
STARS = "****"
SENSITIVE = frozenset({"phone", "document_number", "registered_home", "number"})
"""Fields of changes that are masked like the registers' own."""


def masked(value: str | None, kind: str) -> str:
    """139****0001, 990****0X, 江苏省某市****; empty for nothing."""
    if not value:
        return ""
    if kind == "phone":
        return value[:3] + STARS + value[-4:]
    if kind == "registered_home":
        return value[:6] + STARS
    return value[:3] + STARS + value[-2:]


def whole(value: str | None, kind: str) -> str:
    return value or ""


def mask_for(actor: Actor, clear: bool = False) -> Mask:
    """Whole numbers only for who may see them and asked for them."""
    return whole if clear and actor.may(Permission.REGISTER_CLEAR) else masked
