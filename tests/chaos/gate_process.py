"""`python -m tests.chaos.gate_process PORT TOKEN JOURNAL SHOWN EVENTS`: a terminal that is about to be killed.

Says `opened EVENT_ID` whenever its barrier moves. Ends once it has decided EVENTS times and everything is sent.
"""

import json
import sys
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from backend.features.gate_lists.model import OfflineCredential, Shown
from tests.drivers.journal import Journal
from tests.drivers.offline_gate import HttpWire, OfflineGate, Unreachable

ASK_EVERY, SEND_EVERY = 25, 30
PATIENCE_SECONDS = 0.05


def main(port: str, token: str, journal: str, shown: str, events: str) -> None:
    gate = OfflineGate(HttpWire(f"http://127.0.0.1:{port}", token), Journal(Path(journal)), opened=_say)
    decided, _ = gate.journal.counts()
    arrivals = [(OfflineCredential(kind), value) for kind, value in json.loads(Path(shown).read_text())]
    for kind, value in islice(cycle(arrivals), decided, None):
        decided, _ = gate.journal.counts()
        if decided >= int(events):
            break
        _arrive(gate, decided, kind, value)
    while gate.journal.counts()[1]:
        if not _send(gate):
            time.sleep(PATIENCE_SECONDS)


def _arrive(gate: OfflineGate, number: int, kind: OfflineCredential, value: str) -> None:
    if number % ASK_EVERY == 0 and kind is OfflineCredential.PASS:
        gate.show(kind, value)  # with whatever network there is: the answer may be lost on the way
    else:
        gate.decide(Shown(kind, value))
    if number % SEND_EVERY == 0:
        _send(gate)


def _send(gate: OfflineGate) -> bool:
    try:
        return gate.send_some() > 0
    except Unreachable:
        return False


def _say(decision: dict[str, Any]) -> None:
    print("opened", decision["event_id"], flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
