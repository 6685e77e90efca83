"""The random days of `tests/unit/pickup/world.py`, played through the product: services, database and the gate's API.

The oracle hears of the same events. What it has no words for here stays out: faces (no engine compares them) and
passes that are lost.
"""

from dataclasses import replace
from datetime import time, timedelta
from random import Random
from typing import Any

from backend.features.children import service as children
from backend.features.children.errors import CustodyOver
from backend.features.children.model import CustodyGround
from backend.features.credentials import service as credentials
from backend.features.credentials.model import Asker, Assurance, CredentialId, Reason, Withdrawal
from backend.features.people.model import Document, PersonFields
from backend.features.pickup import releases, service
from backend.features.pickup.errors import AlreadyReleased, DelegationOver, DenialBinds, NotConfirmed
from backend.features.pickup.model import Authorisation, CardState, DelegationId, Doubt
from backend.kernel.errors import Refusal
from backend.kernel.identity_numbers import DocumentKind
from backend.kernel.ids import ChildId, PersonId
from tests.integration.pickup.kindergarten import AFTERNOONS, PIN, Kindergarten
from tests.unit.pickup.oracle import Oracle, Visitor
from tests.unit.pickup.world import CHILDREN, GUARDIANS, World, instant

YOUNG = Document(DocumentKind.RESIDENT_CARD, "110101201501010015")


class PlayedWorld(World):
    """The mother and father of the kindergarten name and veto delegates; nothing happens to them."""

    def __init__(self, seed: int, school: Kindergarten) -> None:
        self.school, self.random, self.oracle = school, Random(seed), Oracle()
        self.now, self.latest, self.released, self.refused = 15 * 3600, GUARDIANS[0], 0, 0
        self.cards, self.revoked, self.custody, self.delegations, self.lines = {}, set(), {}, {}, {}
        self.children: dict[str, ChildId] = dict(zip(CHILDREN, (school.older, school.younger), strict=True))
        self.people: dict[str, PersonId] = {}
        self.held: dict[str, tuple[CredentialId, str, Assurance]] = {}
        self.passes: dict[str, tuple[DelegationId, str]] = {}
        self.orders: dict[tuple[str, str], list[Any]] = {}
        self.gone: set[tuple[int, str]] = set()
        self.tick()
        for who in GUARDIANS:
            self.settle(who)
        self.oracle.note(0, "young", "cousin")

    def tick(self) -> None:
        self.school.clock.now = instant(self.now)

    def wait(self) -> None:
        super().wait()
        self.tick()

    def settle(self, who: str) -> None:
        fields = PersonFields("某某", document=YOUNG if who == "cousin" else None)
        self.people[who] = self.school.adult("某某", fields=fields)
        self.school.stand_by(self.people[who], *self.children.values())
        for child in CHILDREN:
            self.tell_line(who, child, AFTERNOONS)
        self.school.pin(self.people[who])
        self.issue(who)

    def issue(self, who: str) -> None:
        number = f"04{self.random.randrange(16**10):010X}"
        assurance = self.random.choice([Assurance.STANDARD, Assurance.STANDARD, Assurance.LOW])
        card = self.school.card(self.people[who], number, assurance)
        self.held[who], self.cards[who] = (card.id, number, assurance), CardState.VALID

    def tell_line(self, who: str, child: str, line: Authorisation) -> None:
        hours = [at.hour * 3600 + at.minute * 60 for at in (line.from_time, line.until_time)]
        self.oracle.note(self.now, "line", who, child, line.allows, line.weekdays, *hours)

    def draw_line(self, who: str, child: str, allows: bool, days: frozenset[int], start: time, end: time) -> None:
        line = replace(AFTERNOONS, allows=allows, weekdays=days, from_time=start, until_time=end)
        with self.school.work() as work:
            service.add_line(work, self.school.within, self.children[child], self.people[who], line)
        self.tell_line(who, child, line)

    def lose(self) -> None:
        self.set_card(self.somebody(), CardState.LOST, "lost")

    def set_card(self, who: str, state: CardState, word: str) -> None:
        """By the ways that a counter has: a card that was returned is not lost, and a new one is a new number."""
        if self.cards[who] is state or who in self.revoked:
            return
        if self.cards[who] is CardState.ENDED:
            self.issue(who)
        with self.school.work() as work:
            card_id = self.held[who][0]
            if state is CardState.LOST:
                credentials.suspend(work, self.school.within, card_id, Withdrawal(Reason.LOST, Asker.HOLDER))
            elif state is CardState.ENDED:
                credentials.end(work, self.school.within, card_id, Withdrawal(Reason.RETURNED, Asker.HOLDER))
            elif self.cards[who] is CardState.LOST:
                credentials.resume(work, self.school.within, card_id)
        super().set_card(who, state, word)

    def strike(self) -> None:
        self.stand(children.revoke_guardian, "struck", add=True)

    def restore(self) -> None:
        self.stand(children.restore_guardian, "restored", add=False)

    def stand(self, verb: Any, word: str, *, add: bool) -> None:
        who = self.somebody()
        with self.school.work() as work:
            for child_id in self.children.values():
                verb(work, self.school.within, child_id, self.people[who])
        (self.revoked.add if add else self.revoked.discard)(who)
        self.oracle.note(self.now, word, who)

    def record(self, ground: CustodyGround, word: str, document_at: Any) -> None:
        pair = self.pair()
        document = None if document_at is None else "(2026)苏01民保令7号"
        with self.school.work() as work:
            at = (self.children[pair[1]], self.people[pair[0]])
            fact_id = children.record_custody(work, self.school.within, *at, ground, document)
        self.orders.setdefault(pair, []).append(fact_id)
        self.custody.setdefault(pair, [])
        self.oracle.note(self.now, word, *pair)

    def paper_comes(self) -> None:
        self.to_orders("paper", lambda work, one: children.add_document(work, self.school.within, one, "(2026)8号令"))

    def lift(self) -> None:
        self.to_orders("lifted", lambda work, one: children.end_custody(work, self.school.within, one))

    def to_orders(self, word: str, act: Any) -> None:
        """What has run out by itself is over, and says so."""
        pair = self.pair()
        for fact_id in self.orders.get(pair, []):
            try:
                with self.school.work() as work:
                    act(work, fact_id)
            except CustodyOver:
                continue
        self.oracle.note(self.now, word, *pair)

    def name_delegate(self) -> None:
        name = f"delegate {len(self.passes)}"
        named = CHILDREN if self.random.random() < 0.5 else (self.random.choice(CHILDREN),)
        start = self.now + self.random.randrange(-1800, 1800)
        self.passes[name] = self.school.delegate(
            self.school.mother, *(self.children[child] for child in named), start=instant(start)
        )
        self.delegations[name] = (named, None)  # type: ignore[assignment]
        self.oracle.note(self.now, "named", name, named, start, start + 7200)

    def veto(self) -> None:
        if not self.passes:
            return
        name = list(self.passes)[-1]
        try:
            with self.school.work() as work:
                service.veto(work, self.school.within, self.school.father, self.passes[name][0])
        except DelegationOver:
            return
        self.oracle.note(self.now, "vetoed", name)

    def spend(self, who: str) -> None:
        if who in self.passes:
            self.oracle.note(self.now, "spent", who)

    def come(self) -> None:
        """All children of one tap are compared; then a teacher tries to let one of them go."""
        newest = list(self.passes)[-1:]
        who = self.latest if self.random.random() < 0.4 else self.random.choice([*GUARDIANS, *newest * 4])
        self.latest = who
        second, list_hours = self.random.choice(["pin", "pin", "none"]), self.random.choice([None, None, 3.0, 24.5])
        answer = self.tap(who, second, list_hours)
        decided, said = self.school.decisions(), {}
        for child in CHILDREN:
            copyable = who in self.held and self.held[who][2] is Assurance.LOW
            visitor = Visitor(who, child, second, copyable, True, list_hours)
            said[child] = self.oracle.verdict(self.now, visitor)
            found = decided.get(self.children[child], "nothing")
            assert spoken(found) == said[child], (visitor, found, said[child], self.oracle.diary)
        assert answer["admitted"] is ("go" in said.values())
        child = self.random.choice(CHILDREN)
        self.try_release(who, child, said[child])

    def tap(self, who: str, second: str, list_hours: float | None) -> dict[str, Any]:
        shown: dict[str, Any] = {"qr": self.passes[who][1]} if who in self.passes else {"card": self.held[who][1]}
        if second == "pin":
            shown["pin"] = PIN
        if list_hours is not None:
            issued_at = self.school.clock.now - timedelta(hours=list_hours)
            shown["offline"] = {"admitted": False, "list_issued_at": issued_at.isoformat()}
        return self.school.tap(**shown)

    def try_release(self, who: str, child: str, said: str) -> None:
        asked = [doubt for doubt in Doubt if said == f"teacher {doubt.value}"]
        settled = self.random.choice([None, *Doubt, *asked * 10])
        may = said == "go" or (settled is not None and said == f"teacher {settled.value}")
        today = ((self.now) // 86400, child)
        try:
            with self.school.work() as work:
                check_id = self.school.latest_check()
                releases.release(work, self.school.within, check_id, self.children[child], settled)
        except AlreadyReleased:
            assert may
            assert today in self.gone
        except Refusal as refusal:
            assert not may, (who, child, said, settled, refusal.code)
            assert isinstance(refusal, DenialBinds | NotConfirmed) or refusal.code == "not_found"
            self.refused += 1
        else:
            assert may, (who, child, said, settled)
            assert today not in self.gone
            self.gone.add(today)
            self.released += 1
            self.spend(who)
            self.come()  # and the same adult, or another, at once again


def spoken(found: str) -> str:
    if found == "admit":
        return "go"
    return f"teacher {found}" if found in {doubt.value for doubt in Doubt} else "no"


def play(seed: int, school: Kindergarten, events: int = 14) -> PlayedWorld:
    """One sequence. Raises AssertionError where the product and the oracle part."""
    world = PlayedWorld(seed, school)
    for _ in range(events):
        world.happen()
    return world
