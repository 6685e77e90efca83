"""The stale run, on purpose: a worker is stopped while the provider thinks, and comes back after its lease.

Meanwhile another has looked the message up and finished the job. Fences refuse what the first still wants to write.
"""

import time
from collections.abc import Callable

from tests.chaos.installation import Installation
from tests.chaos.scene import build_scene
from tests.chaos.tally import Tally, count_effects, rows

PHONE = "13900000001"
PROVIDER_SECONDS = 4
PAUSE_SECONDS = 15
"""A lease and some: it is taken over meanwhile."""
_STATE = "SELECT state FROM outbox_job WHERE kind = 'notices.send'"


def pause_a_worker(installation: Installation) -> Tally:
    database, sandbox = installation.platform.database, installation.sandbox
    scene = build_scene(installation.platform, sandbox)
    sandbox.inject("SendSms", "delay", seconds=PROVIDER_SECONDS)
    installation.start("direct", "background")
    visit = scene.announce(next(scene.households()), phone=PHONE)
    _until(installation, lambda: "SendSms" in sandbox.calls())
    installation.pause("direct", PAUSE_SECONDS)
    installation.start("default-2")
    _until(installation, lambda: rows(database, _STATE)[0].state == "done")
    _until(installation, lambda: installation.healed)
    # The woken worker reads its answer and tries to write; its next sign of life shows that it has.
    _until(installation, lambda: any("notices.send" in line for line in installation.log_of("direct")))
    return count_effects(database, sandbox.counts(), visits=[visit.id], captures=[], faults=1, unfinished=0)


def _until(installation: Installation, condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the scenario did not come about"
        installation.keep_alive()
        time.sleep(0.05)
