"""Lists for terminals: made when something changes, sealed to the one that asks, and confirmed by it."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.devices import service as devices
from backend.features.devices.model import Device
from backend.features.gate_lists import content, rules, store
from backend.features.gate_lists.errors import KeyEnrolled, KeyInvalid, ListNotReady, VersionUnknown
from backend.features.gate_lists.jobs import BuildGateLists
from backend.features.gate_lists.model import GateList, Place
from backend.features.gate_lists.tables import GateTerminalRow
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto, seal_to
from backend.infrastructure.keys import Purpose
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import DeviceId, SiteId, TenantId

KEY_CHANGE = timedelta(hours=1)


@dataclass(frozen=True)
class Enrolment:
    """What a terminal has to know to check a list: who it is, and the keys that lists are signed with."""

    place: Place
    list_keys: dict[int, bytes]


@dataclass(frozen=True)
class IssuedList:
    version: int
    expires_at: datetime
    sealed: bytes


def enrol_key(work: Work, crypto: Crypto, within: Scope, device: Device, public_key: bytes) -> Enrolment:
    """The first key is taken; the same again is a question for the keys of today.

    Raises KeyInvalid, KeyEnrolled where another key was enrolled and no operator has allowed a new one, NoPlace.
    """
    place = content.place_of(work, within, device)
    _check_key(public_key)
    if store.add_terminal(work.session, device, public_key, work.now):
        work.record("gate_list.key_enrolled", Subject("device", device.id))
        promise_build(work, device.site_id)
    else:
        _check_enrolled(work, within, device, public_key)
    return Enrolment(place, crypto.public_keys(Purpose.PASSES))


def _check_key(public_key: bytes) -> None:
    try:
        seal_to(public_key, b"", b"")
    except ValueError:
        raise KeyInvalid from None


def _check_enrolled(work: Work, within: Scope, device: Device, public_key: bytes) -> None:
    row = store.find_terminal(work.session, within, device.id)
    if row is None:
        raise NotFound
    if row.public_key != public_key:
        _replace_key(work, row, public_key)


def _replace_key(work: Work, row: GateTerminalRow, public_key: bytes) -> None:
    if row.key_change_until is None or work.now >= row.key_change_until:
        raise KeyEnrolled
    row.public_key, row.enrolled_at, row.key_change_until = public_key, work.now, None
    row.stamp, row.sealed, row.content, row.issued_at = "", None, None, None
    row.held_version, row.held_at = None, None
    work.record("gate_list.key_changed", Subject("device", row.device_id))
    promise_build(work, SiteId(row.site_id))


def allow_new_key(work: Work, within: Scope, device_id: UUID) -> datetime:
    """Within an hour the terminal may enrol another key: it was repaired or replaced. Raises NotFound."""
    row = store.find_terminal(work.session, within, device_id)
    if row is None:
        raise NotFound
    row.key_change_until = work.now + KEY_CHANGE
    work.record("gate_list.new_key_allowed", Subject("device", row.device_id), tenant_id=TenantId(row.tenant_id))
    return row.key_change_until


def newest_version(session: Session, within: Scope, device_id: DeviceId) -> int:
    """Raises ListNotReady."""
    version = store.newest_version(session, within, device_id)
    if version is None:
        raise ListNotReady
    return version


def current(session: Session, within: Scope, device_id: DeviceId) -> IssuedList:
    """Raises ListNotReady."""
    row = store.read_terminal(session, within, device_id)
    if row is None or row.sealed is None or row.expires_at is None:
        raise ListNotReady
    return IssuedList(row.version, row.expires_at, row.sealed)


def confirm_held(work: Work, within: Scope, device_id: DeviceId, version: int) -> None:
    """The terminal holds this version now. Raises ListNotReady, VersionUnknown."""
    row = store.find_terminal(work.session, within, device_id)
    if row is None:
        raise ListNotReady
    if store.find_issue(work.session, device_id, version) is None:
        raise VersionUnknown
    row.held_version, row.held_at = version, work.now


def promise_build(work: Work, site_id: SiteId) -> None:
    """Several within one second are one."""
    key = f"{BuildGateLists.kind}:{site_id}:{int(work.now.timestamp())}"
    work.later(BuildGateLists(site_id), site_id=site_id, dedup_key=key)


def sites_with_terminals(session: Session) -> list[tuple[TenantId, SiteId]]:
    return store.places_with_terminals(session)


def is_due(work: Work, crypto: Crypto, within: Scope) -> bool:
    """Whether a list of this site has to be looked at: something it says may have changed, or it grows old."""
    stamp = content.stamp_of(work, crypto, within)
    return store.is_due(work.session, within, stamp, work.now - rules.RENEW_AFTER)


def build(work: Work, crypto: Crypto, within: Scope, site_id: SiteId) -> int:
    """Makes those lists of the site anew that would say something else, or are old; returns how many."""
    stamp = content.stamp_of(work, crypto, within)
    content.note_revoked(work, within, site_id)
    return sum(_build(work, crypto, within, row, stamp) for row in store.terminals(work.session, within))


def _build(work: Work, crypto: Crypto, within: Scope, row: GateTerminalRow, stamp: str) -> bool:
    row.stamp = stamp
    device = devices.get_device(work.session, within, row.device_id)
    plain = content.rows_for(work, within, device)
    digest = content.digest_of(crypto, plain)
    fresh = row.issued_at is not None and work.now - row.issued_at < rules.RENEW_AFTER
    if fresh and row.content == digest:
        return False
    secret = secrets.token_bytes(rules.SECRET_BYTES)
    issued_at = work.now.replace(microsecond=0)
    value = GateList(
        content.place_of(work, within, device),
        row.version + 1,
        issued_at,
        issued_at + rules.LIFE,
        secret,
        crypto.public_keys(Purpose.PASSES),
        rules.in_order(content.hashed(secret, one) for one in plain),
    )
    _issue(work, crypto, row, value, digest)
    return True


def _issue(work: Work, crypto: Crypto, row: GateTerminalRow, value: GateList, digest: bytes) -> None:
    row.sealed = seal_to(row.public_key, sign_list(crypto, value), rules.seal_context(row.device_id))
    row.version, row.content, row.row_count = value.version, digest, len(value.rows)
    row.issued_at, row.expires_at = value.issued_at, value.expires_at
    work.session.flush()
    store.add_issue(work.session, row)


def sign_list(crypto: Crypto, value: GateList) -> bytes:
    """Body and signature, by the key that signs passes: gates hold its public half anyway."""
    version = max(crypto.public_keys(Purpose.PASSES))
    while True:
        body = rules.body_of(value, version)
        signed_with, signature = crypto.sign(Purpose.PASSES, rules.CONTEXT + body)
        if signed_with == version:
            return body + signature
        version = signed_with  # the key was rotated in between
