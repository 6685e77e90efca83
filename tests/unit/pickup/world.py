"""A small kindergarten in memory: every event is told to the product's values and to the oracle's diary alike."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID, uuid4

from backend.features.children.model import CustodyFact, CustodyFactId, CustodyGround
from backend.features.credentials.model import Assurance
from backend.features.pickup import rules
from backend.features.pickup.errors import DenialBinds, NotConfirmed
from backend.features.pickup.model import (
    Admit,
    AskTeacher,
    Authorisation,
    CardState,
    Claim,
    Decision,
    Delegation,
    Doubt,
    Factor,
    Shown,
    Standing,
)
from backend.kernel.ids import ChildId, PersonId
from tests.unit.pickup.oracle import DAY, Oracle, Visitor

MONDAY = datetime(2026, 11, 22, 16, tzinfo=UTC)
"""Midnight in Nanjing before Monday the 23rd."""
ALL_DAYS = frozenset(range(1, 8))
GUARDIANS = ("mother", "father", "grandmother", "cousin")
"""The cousin is under age."""
CHILDREN = ("older", "younger")
SECONDS = {
    "match": Factor.FACE_MATCH,
    "unsure": Factor.FACE_GREY,
    "other": Factor.FACE_OTHER,
    "none": Factor.FACE_FAILED,
    "pin": Factor.PIN_RIGHT,
    "locked": Factor.PIN_LOCKED,
    "seen": Factor.PORTRAIT_SAME,
    "stranger": Factor.PORTRAIT_OTHER,
}
LIST_HOURS = (None, None, None, 3.0, 24.0, 24.5)
FROM_TIME, UNTIL_TIME = time(16), time(17, 30)


def instant(second: int) -> datetime:
    return MONDAY + timedelta(seconds=second)


@dataclass(eq=False)
class World:
    random: Random
    now: int = 15 * 3600
    oracle: Oracle = field(default_factory=Oracle)
    cards: dict[str, CardState] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    lines: dict[tuple[str, str], list[Authorisation]] = field(default_factory=dict)
    custody: dict[tuple[str, str], list[CustodyFact]] = field(default_factory=dict)
    delegations: dict[str, tuple[tuple[str, ...], Delegation]] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=lambda: {name: uuid4() for name in (*GUARDIANS, *CHILDREN)})
    latest: str = GUARDIANS[0]
    released: int = 0
    refused: int = 0

    def __post_init__(self) -> None:
        self.oracle.note(0, "young", "cousin")
        for who in GUARDIANS:
            for child in CHILDREN:
                self.draw_line(who, child, True, ALL_DAYS, FROM_TIME, UNTIL_TIME)

    def draw_line(self, who: str, child: str, allows: bool, days: frozenset[int], start: time, end: time) -> None:
        line = Authorisation(allows, days, start, end, date(2026, 9, 1))
        self.lines.setdefault((who, child), []).append(line)
        seconds = (start.hour * 3600 + start.minute * 60, end.hour * 3600 + end.minute * 60)
        self.oracle.note(self.now, "line", who, child, allows, days, *seconds)

    def happen(self) -> None:
        """One thing of many, as likely as it is telling rather than as it is in life."""
        weights = {
            self.wait: 4,
            self.come: 9,
            self.give_card: 2,
            self.name_delegate: 3,
            self.lose: 1,
            self.expire: 1,
            self.strike: 1,
            self.restore: 1,
            self.order: 1,
            self.head_decides: 1,
            self.paper_comes: 1,
            self.lift: 1,
            self.veto: 1,
            self.deny_some_hours: 1,
        }
        self.random.choices(list(weights), weights=list(weights.values()))[0]()

    def wait(self) -> None:
        """To any hour of the week, and often into the hour in which children are collected."""
        if self.random.random() < 0.5:
            self.now += self.random.randrange(1, DAY)
        else:
            opening = (self.now // DAY + self.random.randrange(4)) * DAY + 16 * 3600
            self.now = max(self.now + 1, opening + self.random.randrange(5400))

    def somebody(self) -> str:
        return self.random.choice(GUARDIANS)

    def pair(self) -> tuple[str, str]:
        """Often one of whom something has been recorded already, so that things happen to it one after another."""
        if self.custody and self.random.random() < 0.7:
            return self.random.choice(list(self.custody))
        return self.somebody(), self.random.choice(CHILDREN)

    def lose(self) -> None:
        self.set_card(self.random.choice([*GUARDIANS, *self.delegations]), CardState.LOST, "lost")

    def expire(self) -> None:
        self.set_card(self.somebody(), CardState.ENDED, "expired")

    def give_card(self) -> None:
        self.set_card(self.somebody(), CardState.VALID, "card")

    def set_card(self, who: str, state: CardState, word: str) -> None:
        self.cards[who] = state
        if word != "card":  # a card that is lost is not an expired one any more, and the other way round
            self.oracle.note(self.now, "card", who)
        self.oracle.note(self.now, word, who)

    def strike(self) -> None:
        who = self.somebody()
        self.revoked.add(who)
        self.oracle.note(self.now, "struck", who)

    def restore(self) -> None:
        who = self.somebody()
        self.revoked.discard(who)
        self.oracle.note(self.now, "restored", who)

    def order(self) -> None:
        ground = self.random.choice([CustodyGround.COURT_ORDER, CustodyGround.PROTECTION_ORDER])
        self.record(ground, "order", instant(self.now))

    def head_decides(self) -> None:
        self.record(CustodyGround.HEAD_DECISION, "head", None)

    def record(self, ground: CustodyGround, word: str, document_at: datetime | None) -> None:
        who, child = self.pair()
        fact = CustodyFact(
            CustodyFactId(uuid4()), ChildId(self.ids[child]), PersonId(self.ids[who]), ground, instant(self.now)
        )
        self.custody.setdefault((who, child), []).append(replace(fact, document_at=document_at))
        self.oracle.note(self.now, word, who, child)

    def paper_comes(self) -> None:
        pair = self.pair()
        facts = self.custody.get(pair, [])
        self.custody[pair] = [f if f.document_at else replace(f, document_at=instant(self.now)) for f in facts]
        self.oracle.note(self.now, "paper", *pair)

    def lift(self) -> None:
        pair = self.pair()
        facts = self.custody.get(pair, [])
        self.custody[pair] = [f if f.ended_at else replace(f, ended_at=instant(self.now)) for f in facts]
        self.oracle.note(self.now, "lifted", *pair)

    def name_delegate(self) -> None:
        name = f"delegate {len(self.delegations)}"
        children = CHILDREN if self.random.random() < 0.5 else (self.random.choice(CHILDREN),)
        start = self.now // DAY * DAY + 16 * 3600 + self.random.randrange(-3600, 3600)
        end = start + self.random.randrange(60, 7200)
        self.delegations[name] = (children, Delegation(instant(start), instant(end)))
        self.oracle.note(self.now, "named", name, children, start, end)

    def veto(self) -> None:
        if self.delegations:
            name = self.random.choice(list(self.delegations))
            self.change_delegation(name, vetoed_at=instant(self.now))
            self.oracle.note(self.now, "vetoed", name)

    def change_delegation(self, name: str, **values: datetime) -> None:
        children, delegation = self.delegations[name]
        self.delegations[name] = (children, replace(delegation, **values))  # type: ignore[arg-type]

    def deny_some_hours(self) -> None:
        hour = self.random.randrange(14, 18)
        days = frozenset(self.random.sample(range(1, 8), 2))
        self.draw_line(*self.pair(), False, days, time(hour), time(hour + 1))

    def come(self) -> None:
        """Somebody comes for a child; where both opinions let it go, a teacher may release it."""
        who = self.latest if self.random.random() < 0.3 else self.random.choice([*GUARDIANS, *self.delegations])
        self.latest = who
        visitor = self.visitor(who, self.random.choice(CHILDREN))
        decision, said = self.decided(visitor), self.oracle.verdict(self.now, visitor)
        assert spoken(decision) == said, (visitor, decision, said, self.oracle.diary)
        self.let_go(visitor, decision, said)

    def visitor(self, who: str, child: str) -> Visitor:
        second = self.random.choice(["match", "match", "pin", *SECONDS])
        copyable, trusted = self.random.random() < 0.2, self.random.random() < 0.8
        return Visitor(who, child, second, copyable, trusted, self.random.choice(LIST_HOURS))

    def let_go(self, visitor: Visitor, decision: Decision, said: str) -> None:
        settled = self.random.choice([None, *Doubt])
        may = said == "go" or (settled is not None and said == f"teacher {settled.value}")
        try:
            rules.check_release(decision, settled)
        except (DenialBinds, NotConfirmed):
            assert not may, (decision, said)
            self.refused += 1
            return
        assert may, (decision, said)
        self.released += 1
        self.spend(visitor.who)

    def spend(self, who: str) -> None:
        if who in self.delegations:
            self.change_delegation(who, used_at=instant(self.now))
            self.oracle.note(self.now, "spent", who)

    def decided(self, visitor: Visitor) -> Decision:
        list_age = None if visitor.list_hours is None else timedelta(hours=visitor.list_hours)
        assurance = Assurance.LOW if visitor.copyable else Assurance.STANDARD
        card = self.cards.get(visitor.who, CardState.VALID)
        factor = SECONDS[visitor.second]
        shown = Shown(instant(self.now), card, factor, assurance, visitor.trusted_engine, list_age)
        return rules.decide(shown, self.claim(visitor.who, visitor.child))

    def claim(self, who: str, child: str) -> Claim:
        child_id = ChildId(self.ids[child])
        if who in self.delegations:
            children, delegation = self.delegations[who]
            standing = Standing.DELEGATE if child in children else Standing.NOBODY
            return Claim(child_id, standing, delegation=delegation)
        standing = Standing.REVOKED if who in self.revoked else Standing.GUARDIAN
        facts, lines = self.custody.get((who, child), ()), self.lines[who, child]
        return Claim(child_id, standing, who == "cousin", tuple(facts), tuple(lines))


def spoken(decision: Decision) -> str:
    match decision:
        case Admit():
            return "go"
        case AskTeacher():
            return f"teacher {decision.doubt.value}"
    return "no"


def play(seed: int, events: int = 14) -> World:
    """One sequence of events. Raises AssertionError where the two opinions part."""
    world = World(Random(seed))
    for _ in range(events):
        world.happen()
    return world
