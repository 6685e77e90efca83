"""Windows and uses of a visit. Pure: instants come in."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from backend.features.visits.errors import WindowEmpty, WindowPast, WindowTooLong
from backend.features.visits.model import Visit, VisitFault, VisitWish

LONGEST = timedelta(days=7)
OPEN_VISITS_PER_HOUSEHOLD = 20
EARLY = timedelta(minutes=15)
"""A visitor who comes a quarter of an hour early is not sent round the block."""


def check_window(wish: VisitWish, now: datetime) -> None:
    """Raises WindowEmpty, WindowPast or WindowTooLong."""
    if wish.valid_until <= wish.valid_from:
        raise WindowEmpty
    if wish.valid_until <= now:
        raise WindowPast
    if wish.valid_until - wish.valid_from > LONGEST:
        raise WindowTooLong(longest_days=LONGEST.days)


def fault_of(visit: Visit, at: datetime) -> VisitFault | None:
    """Why this visit does not let its visitor in at that instant; None when it does."""
    if not visit.is_active:
        return VisitFault.CANCELLED
    if at < visit.valid_from - EARLY:
        return VisitFault.NOT_YET
    if at >= visit.valid_until:
        return VisitFault.OVER
    if visit.entries >= visit.max_entries:
        return VisitFault.USED_UP
    return None


def best_arriving(visits: Iterable[Visit], at: datetime) -> Visit | None:
    """Of several visits with one plate: one that admits now, else the one whose window is nearest."""
    return min(visits, key=lambda v: (fault_of(v, at) is not None, abs(v.valid_from - at)), default=None)


def best_leaving(visits: Iterable[Visit]) -> Visit | None:
    """The latest visit that has come in: a later one, still to come, is not what ends here."""
    return max((v for v in visits if v.entries), key=lambda v: v.valid_from, default=None)
