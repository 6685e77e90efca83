"""Where a role is played: one name for each role of each pool on each machine, and its sign of life."""

import hashlib
import importlib
import os
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from backend.infrastructure import presence
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.settings import Settings
from backend.supervisor.processes import PROCESS_NAME

log = structlog.get_logger()

ENGINES = {"recognition": ("workers.handlers.passages", "engine_states")}
"""Who tells the state of a role's engines; by name, so that no other process loads them."""


def place_of(platform: Platform, role: str) -> str:
    """The same at each start of the same pool; the state folder tells two installations of a machine apart."""
    pool = os.environ.get(PROCESS_NAME, "+".join(sys.argv[1:]))
    installation = hashlib.sha256(str(platform.settings.state_dir).encode()).hexdigest()[:8]
    return f"{role}@{socket.gethostname()}:{pool}.{installation}"


def be_present(platform: Platform, role: str, place: str) -> None:
    """Says every few seconds that this role is played, and with which engines; returns never."""
    while True:
        try:
            with platform.database.sessions.begin() as session:
                presence.say(session, place, role, engines_of(role, platform.settings))
        except SQLAlchemyError as failure:
            log.warning("not present", error=type(failure).__name__)
        time.sleep(presence.SAY_EVERY.total_seconds())


def engines_of(role: str, settings: Settings) -> list[dict[str, Any]]:
    if role not in ENGINES:
        return []
    module, name = ENGINES[role]
    states: Callable[[Settings], list[Any]] = getattr(importlib.import_module(module), name)
    return [asdict(state) for state in states(settings)]
