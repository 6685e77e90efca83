"""The rules, and the oracle beside them, against the table that was written by hand."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from pathlib import Path
from uuid import uuid4

import pytest

from backend.features.children.model import CustodyFact, CustodyFactId, CustodyGround
from backend.features.pickup import rules
from backend.features.pickup.model import (
    Admit,
    AskTeacher,
    Authorisation,
    CardState,
    Claim,
    Decision,
    Delegation,
    Denial,
    Doubt,
    Factor,
    Refuse,
    Shown,
    Standing,
)
from backend.kernel.ids import ChildId, PersonId
from tests.unit.pickup.oracle import Oracle, Visitor

CARDS = ("valid", "lost", "other", "expired")
PEOPLE = ("guardian", "delegate", "used_delegate", "revoked", "custody_denied", "minor")
TIMES = ("in", "before", "after")
FACTORS = ("match", "other", "pin", "failed")
LINKS = ("on", "off")

WORDS: dict[str, Decision] = {
    "ask:portrait": AskTeacher(Doubt.COMPARE_PORTRAIT),
    "ask:delegate": AskTeacher(Doubt.CHECK_DELEGATE),
    "ask:hours": AskTeacher(Doubt.OUTSIDE_HOURS),
    "mismatch": Refuse(Denial.MISMATCH),
    "hours": Refuse(Denial.OUTSIDE_HOURS),
    "offline": Refuse(Denial.OFFLINE),
    "used": Refuse(Denial.USED),
    "revoked": Refuse(Denial.REVOKED),
    "custody": Refuse(Denial.CUSTODY),
    "minor": Refuse(Denial.MINOR),
    "lost": Refuse(Denial.CARD_LOST),
    "other": Refuse(Denial.NOT_THIS_CHILD),
    "ended": Refuse(Denial.CARD_ENDED),
}
SECOND_FACTORS = {
    "match": Factor.FACE_MATCH,
    "other": Factor.FACE_OTHER,
    "pin": Factor.PIN_RIGHT,
    "failed": Factor.FACE_FAILED,
}
MIDNIGHT = datetime(2026, 11, 22, 16, tzinfo=UTC)
HOURS = {"in": 16.5, "before": 14.0, "after": 18.0}
"""Of Monday, 23 November 2026; children are collected from 16:00 to 17:30."""
MORNING_LIST = timedelta(hours=9)


@dataclass(frozen=True)
class Cell:
    card: str
    person: str
    time: str
    factor: str
    link: str
    word: str


def cells() -> list[Cell]:
    found = []
    for line in Path(__file__).with_name("matrix.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            card, person, hour, *words = line.split()
            columns = list(product(FACTORS, LINKS))
            found += [Cell(card, person, hour, *column, word) for column, word in zip(columns, words, strict=True)]
    return found


def at(hour: str) -> datetime:
    return MIDNIGHT + timedelta(hours=HOURS[hour])


def shown(cell: Cell) -> Shown:
    states = {"valid": CardState.VALID, "lost": CardState.LOST, "other": CardState.VALID, "expired": CardState.ENDED}
    list_age = None if cell.link == "on" else MORNING_LIST
    factor = SECOND_FACTORS[cell.factor]
    return Shown(at(cell.time), states[cell.card], factor, face_certified=True, list_age=list_age)


def claim(cell: Cell) -> Claim:
    child = ChildId(uuid4())
    every_day = Authorisation(True, frozenset(range(1, 8)), time(16), time(17, 30), date(2026, 9, 1))
    if "delegate" in cell.person:
        used_at = at("in") - timedelta(days=1) if cell.person == "used_delegate" else None
        delegation = Delegation(at("in") - timedelta(minutes=30), at("in") + timedelta(minutes=60), used_at=used_at)
        standing = Standing.NOBODY if cell.card == "other" else Standing.DELEGATE
        return Claim(child, standing, delegation=delegation)
    standing = Standing.REVOKED if cell.person == "revoked" else Standing.GUARDIAN
    if cell.card == "other" and cell.person != "revoked":
        standing = Standing.NOBODY
    order = CustodyFact(
        CustodyFactId(uuid4()), child, PersonId(uuid4()), CustodyGround.COURT_ORDER, at("in") - timedelta(days=30)
    )
    custody = (order,) if cell.person == "custody_denied" else ()
    return Claim(child, standing, cell.person == "minor", custody, (every_day,))


def test_every_cell_of_the_matrix_is_written_down_once() -> None:
    written = Counter((c.card, c.person, c.time, c.factor, c.link) for c in cells())
    assert set(written) == set(product(CARDS, PEOPLE, TIMES, FACTORS, LINKS))
    assert len(written) == 576
    assert set(written.values()) == {1}


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("person", PEOPLE)
def test_the_rules_say_what_the_table_says(card: str, person: str) -> None:
    mine = [cell for cell in cells() if (cell.card, cell.person) == (card, person)]
    assert len(mine) == 24
    for cell in mine:
        expected = Admit(SECOND_FACTORS[cell.factor]) if cell.word == "ADMIT" else WORDS[cell.word]
        assert rules.decide(shown(cell), claim(cell)) == expected, cell


def test_a_child_may_leave_in_the_cells_of_the_table_and_in_no_others() -> None:
    leaves = [cell for cell in cells() if not isinstance(rules.decide(shown(cell), claim(cell)), Refuse)]
    assert Counter(cell.word for cell in leaves) == {"ADMIT": 4, "ask:portrait": 2, "ask:delegate": 3, "ask:hours": 8}
    assert {(cell.card, cell.person) for cell in leaves} == {("valid", "guardian"), ("valid", "delegate")}


def test_the_oracle_has_come_to_the_same_table() -> None:
    for cell in cells():
        said = oracle_of(cell).verdict(seconds(cell.time), visitor(cell))
        kind = {"ADMIT": "go", "ask:portrait": "teacher compare_portrait", "ask:delegate": "teacher check_delegate"}
        kind |= {"ask:hours": "teacher outside_hours"}
        assert said == kind.get(cell.word, "no"), cell


def seconds(hour: str) -> int:
    return int(HOURS[hour] * 3600)


def visitor(cell: Cell) -> Visitor:
    second = "none" if cell.factor == "failed" else cell.factor
    child = "another" if cell.card == "other" else "child"
    return Visitor("who", child, second, list_hours=None if cell.link == "on" else 9.0)


def oracle_of(cell: Cell) -> Oracle:
    """The adult belongs to `child`; whoever comes with another child's card asks for `another`."""
    oracle = Oracle()
    if "delegate" in cell.person:
        oracle.note(0, "named", "who", ("child",), seconds("in") - 1800, seconds("in") + 3600)
    else:
        oracle.note(0, "line", "who", "child", True, frozenset(range(1, 8)), 16 * 3600, 17 * 3600 + 1800)
    entries = {"used_delegate": "spent", "revoked": "struck", "minor": "young"}
    if cell.person in entries:
        oracle.note(0, entries[cell.person], "who")
    if cell.person == "custody_denied":
        oracle.note(0, "order", "who", visitor(cell).child)
    if cell.card in ("lost", "expired"):
        oracle.note(0, cell.card, "who")
    return oracle
