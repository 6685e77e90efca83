"""A gate terminal that goes on without a network: the public device API, its journal, and the product's `terminal`."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4

import requests
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from backend.features.devices.model import Direction
from backend.features.gate_lists import terminal
from backend.features.gate_lists.model import ListFault, OfflineCredential, Outcome, Place, Shown, Verdict
from backend.features.gate_lists.terminal import Held, Sync
from backend.features.passes.rules import read_pass
from backend.infrastructure.crypto import open_sealed, verify_signature
from backend.kernel.ids import DeviceId, SiteId
from tests.drivers.journal import Asking, Journal

BATCH = 50
_CHECKS = {OfflineCredential.PASS: ("/v1/pass-checks", "qr"), OfflineCredential.CARD: ("/v1/access-checks", "card")}


class Unreachable(Exception):
    """No answer: the network, or the platform, is away. What was sent may have arrived."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]


class Wire(Protocol):
    """How the terminal reaches the device API. Raises Unreachable."""

    def send(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer: ...


@dataclass
class HttpWire:
    base_url: str
    token: str
    host: str = "device.localhost"
    timeout_seconds: float = 5

    def send(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        fixed = {"Authorization": f"Bearer {self.token}", "Host": self.host, "Connection": "close"}
        try:
            found = requests.request(
                method,
                f"{self.base_url}{path}",
                json=body,
                headers=fixed | (headers or {}),
                timeout=self.timeout_seconds,
            )
            content = found.json() if found.content else None
        except (requests.RequestException, ValueError):
            raise Unreachable from None
        if found.status_code >= 500:
            raise Unreachable
        return Answer(found.status_code, content, dict(found.headers))


def _wall() -> datetime:
    return datetime.now(UTC)


def _steady() -> timedelta:
    return timedelta(seconds=time.monotonic())


@dataclass
class OfflineGate:
    """Switched on when it is made: another boot, another `boot_id`."""

    wire: Wire
    journal: Journal
    wall: Callable[[], datetime] = _wall
    steady: Callable[[], timedelta] = _steady
    opened: Callable[[dict[str, Any]], None] = lambda _: None
    """Moves the barrier; called after the decision is on the disk."""
    boot_id: UUID = field(default_factory=uuid4)
    held: Held | None = None
    synced: Sync | None = None
    place: Place | None = None

    def __post_init__(self) -> None:
        known = self.journal.setting("place")
        self.place = None if known is None else _place(json.loads(known))
        self._take_up_list()
        for asking in self.journal.unanswered():
            self._write(asking.boot_id, Shown(OfflineCredential.HAND), Verdict(Outcome.GUARD, "power_cut"), asking)

    def _take_up_list(self) -> None:
        sealed = self.journal.setting("list")
        if sealed is not None and self.place is not None:
            taken = self._accept(sealed, held_version=0)
            self.held = taken if isinstance(taken, Held) else None

    def enrol(self) -> Answer:
        """Once with a fresh key; again with the same key for the signing keys of today."""
        private = self.journal.setting("private_key") or X25519PrivateKey.generate().private_bytes_raw()
        self.journal.keep(private_key=private)
        public = X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
        answer = self.wire.send("PUT", "/v1/gate-list/key", {"public_key": public.hex()})
        if answer.status == 200:
            self.journal.keep(place=json.dumps(answer.body).encode())
            self.place = _place(answer.body)
        return answer

    def fetch(self) -> ListFault | int:
        """Asks for a newer list: the answer's status, or why the list was not taken."""
        held_version = 0 if self.held is None else self.held.value.version
        answer = self.wire.send("GET", "/v1/gate-list", headers={"If-None-Match": f'"{held_version}"'})
        if answer.status != 200:
            return answer.status
        return self.take(base64.b64decode(answer.body["sealed"])) or 200

    def take(self, sealed: bytes) -> ListFault | None:
        """Wherever the bytes come from."""
        held_version = 0 if self.held is None else self.held.value.version
        taken = self._accept(sealed, held_version)
        if isinstance(taken, ListFault):
            return taken
        self.journal.keep(list=sealed)
        self.held = taken
        self.wire.send("PUT", "/v1/gate-list/held", {"version": taken.value.version})
        return None

    def _accept(self, sealed: bytes, held_version: int) -> Held | ListFault:
        enrolled, private = self.journal.setting("place"), self.journal.setting("private_key")
        assert enrolled is not None and private is not None and self.place is not None, "enrol first"
        keys = {int(version): bytes.fromhex(key) for version, key in json.loads(enrolled)["list_keys"].items()}
        return terminal.accept(
            sealed,
            lambda data, context: open_sealed(private, data, context),
            keys,
            verify_signature,
            self.place,
            held_version,
            self.wall(),
        )

    def synchronise(self) -> None:
        """Learns the platform's time."""
        told = datetime.fromisoformat(self.wire.send("GET", "/v1/commands").body["server_time"])
        now = self.wall()
        self.synced = Sync(now - told, now, self.steady())

    @property
    def drift(self) -> timedelta | None:
        return terminal.drift_of(self.synced, self.wall(), self.steady(), self.journal.last_written())

    def show(self, credential: OfflineCredential, text: str) -> Verdict:
        """Somebody at the gate: asks the platform first, and decides alone where no answer comes."""
        shown = Shown(credential, text)
        check = _CHECKS.get(credential)
        if check is None:
            return self.decide(shown)
        now = self.wall().isoformat()
        asking = self.journal.begin_asking(self.boot_id, {"event_id": str(uuid4()), "occurred_at": now})
        numbers = {"boot_id": str(asking.boot_id), "counter": asking.counter, "sent_at": now}
        try:
            answer = self.wire.send("POST", check[0], asking.body | numbers | {check[1]: text})
        except Unreachable:
            return self.decide(shown, asking)
        if answer.status != 200:
            return self.decide(shown, asking)
        return self._answered(asking, shown, answer.body)

    def _answered(self, asking: Asking, shown: Shown, answer: dict[str, Any]) -> Verdict:
        verdict = Verdict(Outcome.ADMITTED if answer["admitted"] else Outcome.REFUSED, answer["reason"])
        entered = answer["admitted"] and shown.credential is OfflineCredential.PASS
        pass_id = None
        if entered and self.held is not None:
            opened = read_pass(shown.text, self.held.value.pass_keys, verify_signature)
            pass_id = getattr(opened, "id", None)
        self.journal.answered(asking, pass_id, datetime.fromisoformat(answer["received_at"]))
        return verdict

    def decide(self, shown: Shown, instead_of: Asking | None = None) -> Verdict:
        """Alone. What is admitted is on the disk before the barrier moves."""
        assert self.place is not None, "enrol first"
        verdict = terminal.decide(
            self.place, self.held, shown, self.journal.uses_since, verify_signature, self.wall(), self.drift
        )
        written = self._write(self.boot_id, shown, verdict, instead_of)
        if verdict.outcome is Outcome.ADMITTED:
            self.opened(written)
        return verdict

    def open_by_hand(self) -> None:
        """The guard's own decision, in guard mode or beside it."""
        verdict = Verdict(Outcome.ADMITTED, "guard_opened")
        self.opened(self._write(self.boot_id, Shown(OfflineCredential.HAND), verdict))

    def _write(self, boot_id: UUID, shown: Shown, verdict: Verdict, instead_of: Asking | None = None) -> dict[str, Any]:
        body = {
            "event_id": str(uuid4()),
            "occurred_at": self.wall().isoformat(),
            "list_version": None if self.held is None else self.held.value.version,
            "credential": shown.credential.value,
            "shown": shown.text,
            "outcome": verdict.outcome.value,
            "reason": verdict.reason,
        }
        entered = verdict.pass_id if verdict.outcome is Outcome.ADMITTED else None
        return self.journal.decide(boot_id, body, entered, instead_of)

    def send_some(self) -> int:
        """How many decisions the platform has taken over, the oldest first. Raises Unreachable; then ask again."""
        waiting = self.journal.unsent(BATCH)
        if not waiting:
            return 0
        answer = self.wire.send("POST", "/v1/offline-decisions", self._request(waiting))
        if answer.status == 422 and answer.body["code"] == "device_clock_drift":
            self.synchronise()
            answer = self.wire.send("POST", "/v1/offline-decisions", self._request(waiting))
        assert answer.status == 200, answer
        received_at = datetime.fromisoformat(answer.body["received_at"])
        self.journal.sent([result["event_id"] for result in answer.body["results"]], received_at)
        return len(waiting)

    def _request(self, waiting: list[dict[str, Any]]) -> dict[str, Any]:
        offset = timedelta(0) if self.synced is None else self.drift or timedelta(0)
        return {"sent_at": (self.wall() - offset).isoformat(), "decisions": waiting}

    def send_all(self) -> int:
        """Raises Unreachable."""
        total = 0
        while count := self.send_some():
            total += count
        return total


def _place(enrolled: dict[str, Any]) -> Place:
    return Place(
        SiteId(UUID(enrolled["site_id"])),
        UUID(enrolled["place_id"]),
        DeviceId(UUID(enrolled["device_id"])),
        enrolled["gate_bit"],
        Direction(enrolled["direction"]),
    )
