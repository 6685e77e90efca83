from collections.abc import Iterable
from datetime import date, datetime, timedelta

from backend.features.children.errors import BirthImplausible, DocumentNeeded, GrantTooLong
from backend.features.children.model import CustodyFact, CustodyGround

HEAD_DECISION_TERM = timedelta(hours=72)
"""So long the head's decision keeps somebody away without a paper."""
LONGEST_GRANT = timedelta(days=366)
"""A teacher's standing access to her class is approved anew for each school year (Minors Regulation, article 36)."""
OLDEST_CHILD = timedelta(days=8 * 366)
SHORTEST_DOCUMENT = 4
FULL_AGE = 18


def binds(fact: CustodyFact, now: datetime) -> bool:
    """Whether the fact keeps the person from the child at this instant."""
    if now < fact.recorded_at or (fact.ended_at is not None and now >= fact.ended_at):
        return False
    if fact.ground is not CustodyGround.HEAD_DECISION:
        return True
    expires_at = fact.recorded_at + HEAD_DECISION_TERM
    followed = fact.document_at is not None and fact.document_at < expires_at
    return followed or now < expires_at


def any_binds(facts: Iterable[CustodyFact], now: datetime) -> bool:
    return any(binds(fact, now) for fact in facts)


def check_document(ground: CustodyGround, document: str | None) -> None:
    """An order is named by its reference; only the head may decide first. Raises DocumentNeeded."""
    if ground is CustodyGround.HEAD_DECISION and document is None:
        return
    if document is None or len(document.strip()) < SHORTEST_DOCUMENT:
        raise DocumentNeeded(at_least=SHORTEST_DOCUMENT)


def check_birth(born_on: date, today: date) -> None:
    """Raises BirthImplausible for a day to come, and for who is too old for a kindergarten."""
    if not today - OLDEST_CHILD < born_on <= today:
        raise BirthImplausible


def check_grant(until_at: datetime, now: datetime) -> None:
    """Raises GrantTooLong for a grant that ends before it begins or lasts longer than a school year."""
    if not now < until_at <= now + LONGEST_GRANT:
        raise GrantTooLong(longest_days=LONGEST_GRANT.days)


def of_age_on(born_on: date) -> date:
    """The eighteenth birthday; of whoever was born on 29 February, the day after the 28th."""
    if (born_on.month, born_on.day) == (2, 29):
        return date(born_on.year + FULL_AGE, 3, 1)
    return born_on.replace(year=born_on.year + FULL_AGE)
