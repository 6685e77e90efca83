"""Somebody is at the gate: one record of what was shown, and one decision for each child they may have come for.

What goes back to the gate is one bit. Whoever is refused, whoever waits and whoever nobody knows get the same answer.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.features.credentials import service as credentials
from backend.features.credentials.model import Assurance, CredentialId, CredentialState, Holder
from backend.features.devices import service as devices
from backend.features.devices.model import Device
from backend.features.media import service as media
from backend.features.passes.model import Pass, PassPurpose
from backend.features.passes.service import open_pass
from backend.features.pickup import rules, store
from backend.features.pickup.errors import AlertAcknowledged, DeviceIsNoGate
from backend.features.pickup.model import Alerted, CardState, CheckId, Claim, Decision, DelegationId, Factor, Shown
from backend.features.pickup.service import claims_of_delegate, claims_of_person
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import ChildId, GateId, PersonId

FEED = "pickup"
OVERDUE = timedelta(days=3650)
"""The age of a list of which the gate says nothing, or what cannot be."""

_STATES = {
    CredentialState.ISSUED: CardState.VALID,
    CredentialState.LOST: CardState.LOST,
    CredentialState.SUSPENDED: CardState.STOPPED,
    CredentialState.RETURNED: CardState.ENDED,
    CredentialState.REVOKED: CardState.ENDED,
}


@dataclass(frozen=True)
class OfflineWord:
    """What a gate without the network has decided by its signed daily list, reported afterwards."""

    admitted: bool
    list_issued_at: datetime


@dataclass(frozen=True)
class Asked:
    """What somebody held to the reader, typed and looked like: a card or a pass, perhaps a PIN, perhaps a photo."""

    occurred_at: datetime
    card: str | None = field(default=None, repr=False)
    qr: str | None = field(default=None, repr=False)
    pin: str | None = field(default=None, repr=False)
    photo_id: UUID | None = None
    offline: OfflineWord | None = None


@dataclass(frozen=True)
class _Found:
    """Whose the card or the pass is."""

    state: CardState
    assurance: Assurance = Assurance.STANDARD
    person_id: PersonId | None = None
    credential_id: CredentialId | None = None
    delegation_id: DelegationId | None = None
    claims: tuple[Claim, ...] = ()


def check(work: Work, crypto: Crypto, within: Scope, device: Device, asked: Asked) -> bool:
    """Whether the adult may come in; the record and the alerts are kept either way.

    Raises DeviceIsNoGate; NotFound for a photo that is no unused upload of this device.
    """
    if device.gate_id is None:
        raise DeviceIsNoGate
    media.attach(work, device.id, [] if asked.photo_id is None else [asked.photo_id])
    found = _found(work, crypto, within, asked)
    shown = _shown(work, crypto, within, asked, found)
    decisions = {claim.child_id: rules.decide(shown, claim) for claim in found.claims}
    admitted = rules.admits(decisions.values())
    _keep(work, device, device.gate_id, asked, found, shown, decisions)
    if admitted and asked.offline is None:
        devices.open_door(work, within, device.id)
    return admitted


def _found(work: Work, crypto: Crypto, within: Scope, asked: Asked) -> _Found:
    if asked.card is not None:
        return _by_card(work, crypto, within, asked.card)
    return _by_pass(work, crypto, within, asked.qr or "")


def _by_card(work: Work, crypto: Crypto, within: Scope, number: str) -> _Found:
    card = credentials.find_card(work, crypto, within, number)
    if card is None:
        return _Found(CardState.UNKNOWN)
    person_id = card.holder.person_id
    claims = () if person_id is None else tuple(claims_of_person(work, within, person_id))
    return _Found(_STATES[card.state], card.assurance, person_id, card.id, claims=claims)


def _by_pass(work: Work, crypto: Crypto, within: Scope, text: str) -> _Found:
    """A pass that is forged, of another purpose or of another school is one that nobody knows."""
    opened = open_pass(crypto, text)
    if not isinstance(opened, Pass) or opened.purpose is not PassPurpose.PICKUP:
        return _Found(CardState.UNKNOWN)
    delegate = store.find_delegate(work.session, within, opened.id)
    if delegate is None:
        return _Found(CardState.UNKNOWN)
    claims = tuple(claims_of_delegate(work, within, delegate))
    return _Found(CardState.VALID, delegation_id=delegate.id, claims=claims)


def _shown(work: Work, crypto: Crypto, within: Scope, asked: Asked, found: _Found) -> Shown:
    factor = _factor(work, crypto, within, asked, found)
    return Shown(asked.occurred_at, found.state, factor, found.assurance, list_age=_list_age(asked, work.now))


def _list_age(asked: Asked, now: datetime) -> timedelta | None:
    if asked.offline is not None:
        age = asked.occurred_at - asked.offline.list_issued_at
        return age if timedelta() <= age <= OVERDUE else OVERDUE
    return OVERDUE if now - asked.occurred_at > rules.PROMPT else None


def _factor(work: Work, crypto: Crypto, within: Scope, asked: Asked, found: _Found) -> Factor:
    """The PIN's word. A photo without one waits for eyes: no engine compares faces here."""
    if asked.pin is None or found.credential_id is None or found.person_id is None:
        return Factor.NONE if asked.photo_id is None else Factor.ENGINE_ABSENT
    since = work.now - rules.PIN_WINDOW
    if store.wrong_pins_since(work.session, within, found.credential_id, since) >= rules.PIN_TRIES:
        return Factor.PIN_LOCKED
    holder = Holder(person_id=found.person_id)
    right = credentials.is_pin(work.session, crypto, within, holder, asked.pin)
    return Factor.PIN_RIGHT if right else Factor.PIN_WRONG


def _keep(
    work: Work,
    device: Device,
    gate_id: GateId,
    asked: Asked,
    found: _Found,
    shown: Shown,
    decisions: dict[ChildId, Decision],
) -> CheckId:
    gate_admitted = None if asked.offline is None else asked.offline.admitted
    admitted = rules.admits(decisions.values())
    values: dict[str, Any] = {
        "device_id": device.id,
        "gate_id": gate_id,
        "person_id": found.person_id,
        "credential_id": found.credential_id,
        "delegation_id": found.delegation_id,
        "photo_id": asked.photo_id,
        "card_state": shown.card.value,
        "factor": shown.factor.value,
        "list_age_seconds": None if asked.offline is None else _whole_seconds(shown.list_age),
        "occurred_at": asked.occurred_at,
        "at": work.now,
        "admitted": admitted,
        "gate_admitted": gate_admitted,
        "alerts_head": _alerts_head(decisions) or (gate_admitted is True and not admitted),
    }
    check_id = store.add_check(work.session, device.site_id, values, decisions)
    work.record("pickup.checked", Subject("pickup_check", check_id), tenant_id=device.tenant_id, admitted=admitted)
    work.publish(FEED, device.site_id, check_id)
    return check_id


def _whole_seconds(age: timedelta | None) -> int | None:
    return None if age is None else int(age.total_seconds())


def _alerts_head(decisions: dict[ChildId, Decision]) -> bool:
    return any(Alerted.HEAD in rules.alerted_by(one) for one in decisions.values())


def acknowledge(work: Work, within: Scope, check_id: UUID) -> None:
    """The head has seen to it. Raises NotFound, AlertAcknowledged."""
    found = store.find_check(work.session, within, check_id)
    if found is None or not found.alerts_head:
        raise NotFound
    if not store.acknowledge(work.session, within, check_id, work.actor.id, work.now):
        raise AlertAcknowledged
    work.record("pickup.alert_acknowledged", Subject("pickup_check", check_id))
    work.publish(FEED, found.site_id, check_id)
