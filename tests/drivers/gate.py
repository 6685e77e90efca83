"""A gate terminal: a camera and a barrier behind the public device API, and nothing else of the product.

python -m tests.drivers.gate --plate 苏A12345 --lane 东门入口      (make simulate-gate PLATE=…)
"""

import argparse
import json
import os
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import requests

from tests.builders.scenes import gate_scene


@dataclass
class GateTerminal:
    """`base_url` and `live_url` are addresses; `host` is the device app's name, sent as the Host header."""

    base_url: str
    live_url: str
    token: str
    host: str = "device.localhost"
    boot_id: UUID = field(default_factory=uuid4)
    counter: int = 0
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.headers.update({"Authorization": f"Bearer {self.token}", "Host": self.host})

    def upload(self, photo: bytes, content_type: str = "image/jpeg") -> requests.Response:
        return self.session.post(
            f"{self.base_url}/v1/media", data=photo, headers={"Content-Type": content_type}, timeout=20
        )

    def envelope(self, **changes: Any) -> dict[str, Any]:
        self.counter += 1
        now = datetime.now(UTC).isoformat()
        fresh = {
            "event_id": str(uuid4()),
            "boot_id": str(self.boot_id),
            "counter": self.counter,
            "occurred_at": now,
            "sent_at": now,
        }
        return fresh | changes

    def post(self, path: str, body: dict[str, Any]) -> requests.Response:
        return self.session.post(f"{self.base_url}{path}", json=body, timeout=20)

    def capture(self, photo: bytes, **changes: Any) -> requests.Response:
        """What a terminal does when a car stops: the picture, then the event."""
        uploaded = self.upload(photo)
        uploaded.raise_for_status()
        return self.post("/v1/captures", self.envelope(media_ids=[uploaded.json()["media_id"]], **changes))

    def ring(self, room: str, picture: bytes) -> dict[str, Any]:
        """What a station does when somebody dials a room: the picture, then the call."""
        uploaded = self.upload(picture)
        uploaded.raise_for_status()
        body = self.envelope(room=room, media_ids=[uploaded.json()["media_id"]])
        answer = self.post("/v1/intercom/calls", body)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def call_state(self, call_id: str, seen: str, wait_seconds: int = 0) -> dict[str, Any]:
        """As soon as it is another one than `seen`."""
        answer = self.session.get(
            f"{self.live_url}/live/intercom/calls/{call_id}",
            params={"seen": seen, "wait_seconds": wait_seconds},
            timeout=wait_seconds + 10,
        )
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def check_code(self, code: str) -> requests.Response:
        return self.post("/v1/pass-checks", self.envelope(code=code))

    def check_qr(self, text: str) -> requests.Response:
        return self.post("/v1/pass-checks", self.envelope(qr=text))

    def commands(self, wait_seconds: int = 0) -> list[dict[str, Any]]:
        answer = self.session.get(
            f"{self.live_url}/live/commands", params={"wait_seconds": wait_seconds}, timeout=wait_seconds + 10
        )
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()["commands"]
        return found

    def acknowledge(self, command_id: str, outcome: str = "done") -> None:
        answer = self.post(f"/v1/commands/{command_id}/acknowledgement", {"outcome": outcome})
        answer.raise_for_status()

    def open_when_told(self, passage_id: str | None = None, wait_seconds: float = 10) -> bool:
        """Opens for this passage (or any) and reports it; False when no command came in time."""
        until = time.monotonic() + wait_seconds
        while (left := until - time.monotonic()) > 0:
            for command in self.commands(min(25, int(left) + 1)):
                if passage_id in (None, command["passage_id"]):
                    self.acknowledge(command["id"])
                    return True
        return False


def main() -> int:
    arguments = _arguments()
    lane = _lane(arguments)
    port = int(os.environ.get("PORT", "8000"))
    gate = GateTerminal(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}", lane["token"])
    photo = Path(arguments.photo).read_bytes() if arguments.photo else gate_scene(arguments.plate, seed=arguments.seed)
    started = time.perf_counter()
    answer = gate.capture(photo)
    print(f"{lane['name']}: photo of {len(photo)} bytes sent, {answer.status_code}")
    if not answer.ok:
        print(answer.text)
        return 1
    opened = gate.open_when_told(answer.json()["passage_id"], arguments.wait)
    milliseconds = (time.perf_counter() - started) * 1000
    print(f"barrier opened after {milliseconds:.0f} ms" if opened else "no open command: the guard decides (see /gate)")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--plate", default="苏A12345", help="drawn into a scene")
    parser.add_argument("--photo", help="a picture file instead of a drawn scene")
    parser.add_argument("--lane", default="东门入口")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wait", type=int, default=10, help="seconds to wait for the open command")
    return parser.parse_args()


def _lane(arguments: argparse.Namespace) -> dict[str, str]:
    file = Path(os.environ.get("STATE_DIR", "var")) / "demo.json"
    lanes: list[dict[str, str]] = json.loads(file.read_text())["lanes"]
    found = [lane for lane in lanes if lane["name"] == arguments.lane]
    if not found:
        raise SystemExit(f"no lane {arguments.lane}; there are {', '.join(lane['name'] for lane in lanes)}")
    return found[0]


if __name__ == "__main__":
    sys.exit(main())
