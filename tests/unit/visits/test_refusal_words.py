"""Whoever is not let in: one clear reason for the guard, one polite sentence for the visitor, and none missing."""

from enum import Enum

import pytest

from backend.features.credentials.model import Denial
from backend.features.passages.model import AskReason
from backend.features.passes.model import PassFault
from backend.features.visits.model import RefusalReason, VisitFault, VisitState
from backend.features.walk_ins.model import GuardReason, WalkInRefusal, WalkInState
from backend.features.walk_ins.rules import ADMITTING, REFUSALS
from backend.infrastructure.texts.decisions import DECISIONS
from backend.portals.shared import credential_wording, visit_wording, walk_in_wording, wording
from miniprogram_api.resources.visits import NOT_APPROVED
from miniprogram_api.resources.walk_ins import ADVICE
from workers.letters import NOT_APPROVED as NOT_APPROVED_BY_SMS

FOR_THE_GUARD = {
    **wording.ASKED,
    **{denial.value: said for denial, said in credential_wording.DENIALS.items()},
    **{refusal.value: said for refusal, said in walk_in_wording.REFUSED.items()},
}
CODES = [code.value for kind in (AskReason, VisitFault, PassFault, Denial, WalkInRefusal) for code in kind]
BLAMING = ("不准", "禁止", "违规", "伪造", "拒绝", "可疑")


@pytest.mark.parametrize("code", sorted(set(CODES)))
def test_a_refusal_has_a_reason_for_the_guard_and_another_for_the_visitor(code: str) -> None:
    guard, visitor = FOR_THE_GUARD[code], DECISIONS[code]
    assert guard and visitor and guard != visitor
    assert not [word for word in BLAMING if word in visitor], "nobody is blamed at the gate"


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (visit_wording.STATES, VisitState),
        (visit_wording.REFUSALS, RefusalReason),
        (NOT_APPROVED, RefusalReason),
        (NOT_APPROVED_BY_SMS, RefusalReason),
        (walk_in_wording.STATES, WalkInState),
        (walk_in_wording.REASONS, GuardReason),
        (ADVICE, WalkInState),
    ],
)
def test_a_table_of_words_is_closed(words: dict[Enum, str], codes: type[Enum]) -> None:
    assert set(words) == set(codes)
    assert all(words.values())


def test_every_fault_of_a_visit_has_its_page_for_the_visitor() -> None:
    assert set(visit_wording.ON_PASS) == {None, *VisitFault}


def test_a_guards_reason_either_lets_in_or_says_why_not() -> None:
    assert ADMITTING | REFUSALS.keys() == set(GuardReason)
    assert not ADMITTING & REFUSALS.keys()
