"""Misbehaviour on order: what a test asks of the next calls, and the journal of the calls that came."""

import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock

from flask import Response, request


class FaultKind(StrEnum):
    """`*_after_accept`: the message is taken, and the sender never learns it."""

    DELAY = "delay"
    THROTTLE = "throttle"
    UNAVAILABLE = "unavailable"
    REFUSE_CREDENTIAL = "refuse_credential"
    HANG_AFTER_ACCEPT = "hang_after_accept"
    BREAK_AFTER_ACCEPT = "break_after_accept"
    ERROR_AFTER_ACCEPT = "error_after_accept"


@dataclass(slots=True, kw_only=True)
class Fault:
    """Strikes every `every`-th call of `operation` ("*": any), `times` times; `seconds`: of a delay."""

    operation: str
    kind: FaultKind
    times: int = 1
    every: int = 1
    seconds: float = 0.0
    seen: int = 0


@dataclass(frozen=True, slots=True)
class FaultAnswers:
    """How a provider words its refusals."""

    throttled: Callable[[], Response]
    unavailable: Callable[[], Response]
    internal_error: Callable[[], Response]
    credential_refused: Callable[[], Response]


@dataclass(slots=True)
class Instruments:
    """Kept in memory: a restarted sandbox behaves well again."""

    faults: list[Fault] = field(default_factory=list)
    calls: deque[str] = field(default_factory=lambda: deque(maxlen=100_000))
    _lock: Lock = field(default_factory=Lock)

    def call(self, operation: str, handle: Callable[[], Response], answers: FaultAnswers) -> Response:
        """Handle one call, with the fault that is due for it."""
        fault = self._due(operation)
        if fault is None:
            return handle()
        match fault.kind:
            case FaultKind.THROTTLE:
                return answers.throttled()
            case FaultKind.UNAVAILABLE:
                return answers.unavailable()
            case FaultKind.REFUSE_CREDENTIAL:
                return answers.credential_refused()
            case FaultKind.DELAY:
                time.sleep(fault.seconds)
        answer = handle()
        match fault.kind:
            case FaultKind.HANG_AFTER_ACCEPT:
                time.sleep(fault.seconds)
            case FaultKind.BREAK_AFTER_ACCEPT:
                _cut_connection()
            case FaultKind.ERROR_AFTER_ACCEPT:
                return answers.internal_error()
        return answer

    def _due(self, operation: str) -> Fault | None:
        with self._lock:
            self.calls.append(operation)
            for fault in self.faults:
                if fault.operation in ("*", operation) and fault.times > 0:
                    fault.seen += 1
                    if fault.seen % fault.every == 0:
                        fault.times -= 1
                        return fault
        return None

    def clear(self) -> None:
        with self._lock:
            self.faults.clear()
            self.calls.clear()


def _cut_connection() -> None:
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
