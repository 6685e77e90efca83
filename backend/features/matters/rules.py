"""Until when a matter has to be answered, and what a request and an answer must say."""

from datetime import date, timedelta

from backend.features.matters.errors import AnswerNeeded, ExplanationNeeded, PersonNotHeard, StayNeeded
from backend.features.matters.model import DATA_RIGHTS, Details, MatterKind
from backend.features.people.model import Relation

RIGHTS_WORKING_DAYS = 15
"""Within which an app must answer a request to correct or delete (App 违法违规收集使用个人信息行为认定方法, 6)."""
SERVICE_WORKING_DAYS = 3
"""What the property promises where the law names no term."""
MOST_OPEN = 20
SHORTEST_TEXT = 5
DUE_SOON = timedelta(days=2)


def due_on(kind: MatterKind, today: date) -> date:
    """The last day for an answer. Public holidays count as working days here: the term is never longer than due."""
    left = RIGHTS_WORKING_DAYS if kind in DATA_RIGHTS else SERVICE_WORKING_DAYS
    day = today
    while left:
        day += timedelta(days=1)
        left -= day.isoweekday() <= 5
    return day


def is_late(due: date, today: date) -> bool:
    return today > due


def is_due_soon(due: date, today: date) -> bool:
    """Also when it is late."""
    return due - today <= DUE_SOON


def check_details(kind: MatterKind, details: Details) -> None:
    """Raises StayNeeded, ExplanationNeeded."""
    if kind is MatterKind.ADD_MEMBER and details.relation == Relation.TENANT.value and not details.stay_until_on:
        raise StayNeeded
    explained = len(details.explanation.strip()) >= SHORTEST_TEXT
    if kind in (MatterKind.REMOVE_MEMBER, MatterKind.DELETE) and not explained:
        raise ExplanationNeeded(at_least=SHORTEST_TEXT)


def check_answer(kind: MatterKind, *, grant: bool, answer: str, heard: bool) -> None:
    """Raises AnswerNeeded, PersonNotHeard."""
    ends_a_home = grant and kind is MatterKind.REMOVE_MEMBER
    if ends_a_home and not heard:
        raise PersonNotHeard
    if (not grant or ends_a_home) and len(answer.strip()) < SHORTEST_TEXT:
        raise AnswerNeeded(at_least=SHORTEST_TEXT)
