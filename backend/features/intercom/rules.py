"""How long a call rings, who has the word, whom a typed number means, and when the guard is asked."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from backend.features.intercom.errors import CallOver, CallStillRinging, CallTaken, WordsNeeded
from backend.features.intercom.model import OPEN_STATES, Call, CallState, OpenReason, Ring, RingState, Way

RINGS_FOR = timedelta(seconds=45)
ANSWERED_FOR = timedelta(minutes=2)
"""Whoever answered has so long to open or decline; then it is the guard's."""
PICTURE_SHOWN_FOR = timedelta(hours=24)
CALLS_IN_A_WINDOW = 8
WINDOW = timedelta(minutes=1)
MOST_PHONES = 2
"""So many numbers on file are called at once, not a whole family's."""
LONGEST_WORDS = 200
PATIENCE = timedelta(seconds=5)
"""A provider that wants to be asked later than this is too late for somebody at a door."""
_PARTS = re.compile(r"[0-9A-Z]+")


def state_now(call: Call, now: datetime) -> CallState:
    """What the clock has made of it: a worker that is late or dead keeps no call ringing."""
    return CallState.MISSED if call.state in OPEN_STATES and now >= call.ends_at else call.state


def takes_answer(call: Call, resident_id: UUID | None, now: datetime) -> bool:
    """Whether this answers the call; False for a repeat by the same person. Raises CallTaken, CallOver."""
    return _takes(call, CallState.ANSWERED, call.answered_by, resident_id, now)


def takes_decision(call: Call, wanted: CallState, resident_id: UUID | None, now: datetime) -> bool:
    """Whether `wanted` (OPENED, DECLINED) is to be done; False for a repeat. Raises CallTaken, CallOver."""
    return _takes(call, wanted, call.decided_by, resident_id, now)


def _takes(call: Call, wanted: CallState, by: UUID | None, resident_id: UUID | None, now: datetime) -> bool:
    state = state_now(call, now)
    if state is wanted and by == resident_id:
        return False
    if state is CallState.RINGING or (state is CallState.ANSWERED and call.answered_by == resident_id):
        return True
    others = state in (CallState.ANSWERED, CallState.OPENED, CallState.DECLINED) and call.guard_id is None
    raise CallTaken if others and resident_id not in (call.answered_by, call.decided_by) else CallOver


def awaits_guard(call: Call, now: datetime) -> bool:
    state = state_now(call, now)
    return state is CallState.MISSED or (state is CallState.RINGING and now >= call.guard_from)


def check_guard(call: Call, now: datetime) -> None:
    """Raises CallStillRinging while the household has the word, CallOver once somebody has decided."""
    if awaits_guard(call, now):
        return
    raise CallStillRinging if state_now(call, now) in OPEN_STATES else CallOver


def check_words(reason: OpenReason, words: str) -> str | None:
    """The guard's own words, cut to length. Raises WordsNeeded."""
    said = " ".join(words.split())[:LONGEST_WORDS]
    if reason is OpenReason.OTHER and not said:
        raise WordsNeeded
    return said or None


def all_failed(rings: Collection[Ring]) -> bool:
    """Nobody was told, and nobody is about to be."""
    return all(ring.state is RingState.FAILED for ring in rings)


def phones_are_next(rings: Collection[Ring]) -> bool:
    """No message reached anybody, and no telephone was tried yet."""
    return all_failed(rings) and not any(ring.way is Way.PHONE for ring in rings)


def typed_parts(typed: str) -> list[str]:
    """`3幢2单元501`, `3-2-501` and `３-２-５０１` alike: 3, 2, 501."""
    return _PARTS.findall(unicodedata.normalize("NFKC", typed).upper())


def room_meant(parts: Sequence[str], rooms: Mapping[UUID, str]) -> UUID | None:
    """The one room whose label ends with what was typed; None for none and for several."""
    found = [room_id for room_id, label in rooms.items() if parts and typed_parts(label)[-len(parts) :] == list(parts)]
    return found[0] if len(found) == 1 else None
