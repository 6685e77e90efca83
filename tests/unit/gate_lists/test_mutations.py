"""Two thousand passes that are none (`make offline` tries a million), and the two that they were made from."""

import random
from collections import Counter

from backend.features.gate_lists.model import OfflineCredential, Outcome
from backend.features.gate_lists.terminal import Held
from tests.unit.gate_lists.lists import Gate, a_list, pass_row
from tests.unit.gate_lists.mutations import GENUINE, MUTATIONS, mutated

GATE = Gate(Held(a_list(pass_row())))


def test_no_changed_pass_opens_a_gate() -> None:
    dice = random.Random(20261123)
    tried: Counter[str] = Counter()
    for _ in range(2000):
        name, shown = mutated(dice)
        verdict = GATE.show(OfflineCredential.PASS, shown)
        assert verdict.outcome is Outcome.REFUSED, (name, shown)
        tried[name] += 1
    assert len(tried) == len(MUTATIONS) and min(tried.values()) > 100


def test_the_passes_that_they_were_made_from_do() -> None:
    assert [GATE.show(OfflineCredential.PASS, shown).outcome for shown in GENUINE] == [Outcome.ADMITTED] * 2
