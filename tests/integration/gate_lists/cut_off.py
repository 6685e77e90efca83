"""A community whose gates can be cut off: the terminals of `tests/drivers`, in front of the device API's own app."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from backend.features.credentials import service as credentials
from backend.features.credentials.model import Asker, Assurance, Credential, Holder, Reason, Withdrawal
from backend.features.devices.model import Direction
from backend.features.gate_lists import service as gate_lists
from backend.features.sites import service as sites
from backend.kernel.clock import utc_now
from backend.kernel.ids import uuid7
from tests.drivers.journal import Journal
from tests.drivers.offline_gate import Answer, OfflineGate, Unreachable
from tests.integration.device_api.terminal import Lane, Terminal

CARD = "04A22B1C"


@dataclass
class ClientWire:
    """The network between a terminal and the app; `up` is the plug. `answers_lost` lets requests through alone."""

    terminal: Terminal
    up: bool = True
    answers_lost: bool = False

    def send(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        if not self.up:
            raise Unreachable
        options = {} if body is None else {"json": body}
        found = self.terminal.send(method, path, headers=headers or {}, **options)
        if self.answers_lost or found.status_code >= 500:
            raise Unreachable
        return Answer(found.status_code, found.get_json(silent=True), dict(found.headers))


@dataclass
class Clocks:
    """The terminal's wall clock and its steady one, `ahead` of ours."""

    ahead: timedelta = timedelta(0)
    wrong: timedelta = timedelta(0)

    def wall(self) -> datetime:
        return utc_now() + self.ahead + self.wrong

    def steady(self) -> timedelta:
        return timedelta(seconds=utc_now().timestamp()) + self.ahead


@dataclass
class Site:
    lane: Lane
    folder: Path
    wires: dict[UUID, ClientWire] = field(default_factory=dict)
    clocks: Clocks = field(default_factory=Clocks)

    def switch_on(self, terminal: Terminal) -> OfflineGate:
        """Another boot of the terminal, with what it wrote before."""
        wire = self.wires.setdefault(terminal.device_id, ClientWire(terminal))
        journal = Journal(self.folder / f"{terminal.device_id}.sqlite")
        return OfflineGate(wire, journal, self.clocks.wall, self.clocks.steady)

    def ready(self, terminal: Terminal) -> OfflineGate:
        """Enrolled, with the list of now and the right time."""
        gate = self.switch_on(terminal)
        assert gate.enrol().status == 200
        self.build()
        assert gate.fetch() in (200, 304)
        gate.synchronise()
        return gate

    def build(self) -> int:
        with self.lane.work() as work:
            community = self.lane.community
            return gate_lists.build(work, self.lane.platform.crypto, community.scope, community.site_id)

    def is_due(self) -> bool:
        with self.lane.work() as work:
            return gate_lists.is_due(work, self.lane.platform.crypto, self.lane.community.scope)

    def cut(self, *gates: OfflineGate, up: bool = False) -> None:
        for wire in self.wires.values():
            if not gates or any(gate.wire is wire for gate in gates):
                wire.up = up

    def second_gate(self, name: str = "西门") -> Terminal:
        with self.lane.work() as work:
            gate_id = sites.add_gate(work, self.lane.community.site_id, name)
        return self.lane.enrol(f"{name}进口", gate_id, Direction.ENTRY)

    def issue(self, number: str = CARD) -> Credential:
        lane = self.lane
        with lane.work() as work:
            who = Holder(person_id=lane.community.person_id)
            crypto, within = lane.platform.crypto, lane.community.scope
            return credentials.issue_card(work, crypto, within, who, number, Assurance.LOW)

    def report_lost(self, card: Credential) -> None:
        with self.lane.work() as work:
            lost = Withdrawal(Reason.LOST, Asker.HOLDER)
            credentials.suspend(work, self.lane.community.scope, card.id, lost)

    def rows(self, query: str) -> list[Any]:
        with self.lane.platform.database.sessions() as session:
            return list(session.execute(text(query)))

    def findings(self) -> list[tuple[str, str | None, bool]]:
        """Kind, why, and whether it is still open; in the order in which they were found."""
        found = self.rows("SELECT kind, fault, closed_at IS NULL FROM offline_finding ORDER BY found_at, id")
        return [(kind, fault, is_open) for kind, fault, is_open in found]

    def held(self, terminal: Terminal) -> int | None:
        [(version,)] = self.rows(f"SELECT held_version FROM gate_terminal WHERE device_id = '{terminal.device_id}'")
        found: int | None = version
        return found


def a_decision(**changes: Any) -> dict[str, Any]:
    """As a terminal writes it."""
    fresh = {"event_id": str(uuid7()), "boot_id": str(UUID(int=5)), "counter": 1, "occurred_at": utc_now().isoformat()}
    said = {"list_version": 1, "credential": "plate", "shown": "苏A12345", "outcome": "admitted"}
    return fresh | said | {"reason": "resident_vehicle"} | changes


def a_request(*decisions: dict[str, Any], sent_at: datetime | None = None) -> dict[str, Any]:
    return {"sent_at": (sent_at or utc_now()).isoformat(), "decisions": list(decisions)}
