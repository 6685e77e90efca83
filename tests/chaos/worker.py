"""`python -m tests.chaos.worker ROLE …`: the product's worker process, on request with its fences taken out.

Without fences a run must fail: that shows that the harness sees what fences prevent.
"""

import os
import sys
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.infrastructure.outbox import leases
from backend.infrastructure.outbox.leases import Claim
from workers.__main__ import main

NO_FENCING = "CHAOS_NO_FENCING"


def take_out_fences() -> None:
    leases.hold = lambda session, job: None
    leases._settle = _settle_whoever_holds


def _settle_whoever_holds(session: Session, job: Claim, change: str, **values: Any) -> None:
    session.execute(text(f"UPDATE outbox_job SET {change} WHERE id = :id"), {"id": job.id, **values})


if __name__ == "__main__":
    if os.environ.get(NO_FENCING):
        take_out_fences()
    sys.exit(main())
