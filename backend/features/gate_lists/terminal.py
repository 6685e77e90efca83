"""What a gate terminal does with its list. Pure, and short enough to be written anew in a controller's firmware.

Bytes, instants and counts come in, verdicts go out; keeping the list, the journal and the counters is the terminal's.
The way out is never held shut: leaving needs no list. Whatever is unsure goes to the guard.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from backend.features.devices.model import Direction
from backend.features.gate_lists import rules
from backend.features.gate_lists.model import (
    GateList,
    ListFault,
    ListRow,
    ListRowKind,
    OfflineCredential,
    OfflineReason,
    Outcome,
    Place,
    Shown,
    Verdict,
)
from backend.features.passes.model import Pass, PassFault
from backend.features.passes.rules import VerifySignature, fault_at, read_pass

MAX_DRIFT = timedelta(seconds=60)
MARGIN = timedelta(seconds=60)
"""Around the making of a list: what happened within it may or may not have been counted."""

Unseal = Callable[[bytes, bytes], bytes | None]
"""(sealed, context) → plain bytes; None where they do not open."""
UsesSince = Callable[[UUID, datetime], int]
"""(pass id, instant) → entries on this pass that this terminal has admitted and that nobody can have counted before."""


@dataclass(frozen=True)
class Held:
    """A list that was taken, with its rows by what they are found by."""

    value: GateList

    @cached_property
    def _rows(self) -> Mapping[tuple[ListRowKind, bytes], Sequence[ListRow]]:
        found: dict[tuple[ListRowKind, bytes], list[ListRow]] = defaultdict(list)
        for row in self.value.rows:
            found[row.kind, row.key].append(row)
        return found

    def rows(self, kind: ListRowKind, key: bytes) -> Sequence[ListRow]:
        return self._rows.get((kind, key), ())


def accept(
    sealed: bytes,
    unseal: Unseal,
    list_keys: Mapping[int, bytes],
    verify: VerifySignature,
    place: Place,
    held_version: int,
    now: datetime,
) -> Held | ListFault:
    """The list, if it is meant for this place, genuine, no older than the one held and not over.

    `list_keys` are the public keys that enrolment brought; nothing of the list is believed before its signature.
    """
    signed = unseal(sealed, rules.seal_context(place.device_id))
    if signed is None:
        return ListFault.UNREADABLE
    value = _read(signed, list_keys, verify)
    if isinstance(value, ListFault):
        return value
    if value.place != place:
        return ListFault.WRONG_PLACE
    if value.version < held_version:
        return ListFault.OLDER
    return ListFault.EXPIRED if now >= value.expires_at else Held(value)


def _read(signed: bytes, list_keys: Mapping[int, bytes], verify: VerifySignature) -> GateList | ListFault:
    try:
        key = list_keys.get(rules.key_version_of(signed))
        if key is None:
            return ListFault.UNKNOWN_KEY
        body, signature = signed[: -rules.SIGNATURE_BYTES], signed[-rules.SIGNATURE_BYTES :]
        return rules.read_body(body) if verify(key, rules.CONTEXT + body, signature) else ListFault.FORGED
    except rules.Malformed:
        return ListFault.MALFORMED


def decide(
    place: Place,
    held: Held | None,
    shown: Shown,
    uses_since: UsesSince,
    verify: VerifySignature,
    now: datetime,
    drift: timedelta | None,
) -> Verdict:
    """`drift` is how far the terminal's clock may be off; None where it cannot tell."""
    if place.direction is Direction.EXIT:
        return Verdict(Outcome.ADMITTED, "leaving")
    unsure = guard_mode(held, now, drift)
    if held is None or unsure is not None:
        return Verdict(Outcome.GUARD, (unsure or OfflineReason.NO_LIST).value)
    match shown.credential:
        case OfflineCredential.PASS:
            return _by_pass(held, shown.text, uses_since, verify, now)
        case OfflineCredential.CARD:
            key = rules.card_key(held.value.secret, shown.text)
            return _by_row(held, ListRowKind.CARD, key, now, OfflineReason.RESIDENT_CARD.value)
        case OfflineCredential.PLATE:
            key = rules.plate_key(held.value.secret, shown.text)
            return _by_row(held, ListRowKind.PLATE, key, now, "resident_vehicle")
        case OfflineCredential.HAND:
            return Verdict(Outcome.GUARD, "unknown_vehicle")


def guard_mode(held: Held | None, now: datetime, drift: timedelta | None) -> OfflineReason | None:
    """Why the terminal leaves every decision to the guard; None while it may decide."""
    if held is None:
        return OfflineReason.NO_LIST
    if drift is None or abs(drift) > MAX_DRIFT or now < held.value.issued_at - MAX_DRIFT:
        return OfflineReason.CLOCK_UNSURE
    return OfflineReason.LIST_EXPIRED if now >= held.value.expires_at else None


def _by_row(held: Held, kind: ListRowKind, key: bytes, now: datetime, admitted: str) -> Verdict:
    if any(row.valid_from <= now < row.valid_until for row in held.rows(kind, key)):
        return Verdict(Outcome.ADMITTED, admitted)
    absent = OfflineReason.CARD_NOT_LISTED if kind is ListRowKind.CARD else OfflineReason.PLATE_NOT_LISTED
    return Verdict(Outcome.REFUSED, absent.value)


def _by_pass(held: Held, text: str, uses_since: UsesSince, verify: VerifySignature, now: datetime) -> Verdict:
    value = held.value
    opened = read_pass(text, value.pass_keys, verify)
    if isinstance(opened, PassFault):
        return Verdict(Outcome.REFUSED, opened.value)
    fault = fault_at(opened, value.place.site_id, value.place.gate_bit, now)
    reason = _refusal(held, opened, uses_since, now) if fault is None else fault.value
    outcome = Outcome.ADMITTED if reason is None else Outcome.REFUSED
    return Verdict(outcome, reason or "visitor", opened.id)


def _refusal(held: Held, opened: Pass, uses_since: UsesSince, now: datetime) -> str | None:
    """Why a genuine pass in its own window does not open: what the list says of it, and what was used here."""
    key, issued_at = opened.id.bytes, held.value.issued_at
    if held.rows(ListRowKind.REVOKED, key):
        return "visit_cancelled"
    listed = held.rows(ListRowKind.PASS, key)
    if not listed:
        if made_at(opened.id) < issued_at - MARGIN:
            return OfflineReason.PASS_NOT_LISTED.value
        return None if uses_since(opened.id, made_at(opened.id)) < opened.uses else "visit_used_up"
    covering = [row for row in listed if row.valid_from <= now < row.valid_until]
    if not covering:
        return "visit_not_yet" if any(now < row.valid_from for row in listed) else "visit_over"
    left = max(row.uses for row in covering) - uses_since(opened.id, issued_at - MARGIN)
    return None if left > 0 else "visit_used_up"


def made_at(pass_id: UUID) -> datetime:
    """When a pass was made: its id is a version 7 UUID, and says so itself."""
    return rules.instant_of(pass_id)


@dataclass(frozen=True)
class Sync:
    """The last time that the platform told the terminal the time."""

    offset: timedelta
    """The terminal's wall clock less the platform's."""
    wall: datetime
    steady: timedelta
    """The terminal's own time since it was switched on, which nobody sets."""


def drift_of(sync: Sync | None, wall: datetime, steady: timedelta, last_written: datetime | None) -> timedelta | None:
    """How far the wall clock is off, by the clock that only runs forward.

    After a power cut there is no such clock yet: then the battery-backed wall clock is believed as long as it has not
    gone back behind the last entry of the journal. None: nobody can tell.
    """
    if sync is not None:
        return sync.offset + (wall - sync.wall) - (steady - sync.steady)
    if last_written is None or wall < last_written - MAX_DRIFT:
        return None
    return timedelta(0)
