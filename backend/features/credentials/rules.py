"""What stops a credential and on whose word; which door a holder may open; how numbers and PINs are written."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise

from backend.features.credentials.errors import (
    AccountNeeded,
    CardNumberInvalid,
    HolderMustAsk,
    PinTooSimple,
    ReasonNotAllowed,
    StillAtHome,
)
from backend.features.credentials.model import (
    Asker,
    Assurance,
    CredentialState,
    Denial,
    Place,
    Reason,
    Right,
    Withdrawal,
)
from backend.features.employees.model import GUARDING, Duty
from backend.features.sites.model import ZoneKind

SUSPENSIONS = (Reason.LOST, Reason.STOLEN, Reason.OWN_WISH, Reason.MOVED_OUT, Reason.MISUSE)
"""What the portal offers for stopping a card; the list is closed."""
ENDINGS = (Reason.RETURNED, Reason.OWN_WISH, Reason.MOVED_OUT)
"""What the portal offers for ending one. Misuse only suspends: whoever appeals must be able to win."""
SHORTEST_ACCOUNT = 10
CHECK_LIFE = timedelta(seconds=30)
"""A check that took longer to arrive opens nothing: somebody else stands at the door by now."""
PIN_TRIES = 5
PIN_WINDOW = timedelta(minutes=15)
_CARD = re.compile(r"[0-9A-F]{4,32}")
_PIN = re.compile(r"\d{6}")
_SEPARATORS = re.compile(r"[\s:\-]")

OPEN_TO_RESIDENTS = frozenset(
    {
        ZoneKind.ENTRANCE,
        ZoneKind.MAIN_PASSAGE,
        ZoneKind.UNIT_ENTRANCE,
        ZoneKind.STAIRWELL,
        ZoneKind.SQUARE,
        ZoneKind.PARKING,
        ZoneKind.LIFT,
        ZoneKind.PARCELS,
        ZoneKind.WASTE,
        ZoneKind.BICYCLES,
        ZoneKind.SERVICE_SHOP,
        ZoneKind.SPORTS_GROUND,
        ZoneKind.PLAYGROUND,
        ZoneKind.GYMNASIUM,
        ZoneKind.HALL,
    }
)
STRICT = frozenset({ZoneKind.CONTROL_CENTRE, ZoneKind.DANGEROUS_GOODS, ZoneKind.VALUABLES})
"""A number that can be copied is not enough here: the PIN comes with it."""
ADMITTED_DUTIES: Mapping[ZoneKind, frozenset[Duty]] = {
    ZoneKind.CONTROL_CENTRE: GUARDING | {Duty.PROPERTY, Duty.MAINTENANCE, Duty.ADMINISTRATION},
    ZoneKind.DANGEROUS_GOODS: frozenset({Duty.TEACHER, Duty.ADMINISTRATION, Duty.CONTROL_ROOM}),
    ZoneKind.VALUABLES: frozenset({Duty.ADMINISTRATION, Duty.CONTROL_ROOM}),
    ZoneKind.CANTEEN_KITCHEN: frozenset({Duty.CANTEEN, Duty.ADMINISTRATION}),
    ZoneKind.FOOD_PREPARATION: frozenset({Duty.CANTEEN, Duty.ADMINISTRATION}),
}
"""Zones that are not everybody's who works here."""


def normalise_card(text: str) -> str:
    """4 to 32 hexadecimal digits in capitals, as readers type them with or without separators."""
    number = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()
    if not _CARD.fullmatch(number):
        raise CardNumberInvalid
    return number


def check_pin(pin: str) -> None:
    """Raises PinTooSimple for anything but six digits, one digit repeated, and runs such as 123456."""
    steps = {int(b) - int(a) for a, b in pairwise(pin)} if _PIN.fullmatch(pin) else {0}
    if steps in ({0}, {1}, {-1}):
        raise PinTooSimple


def check_suspension(wanted: Withdrawal, gone: bool) -> CredentialState:
    """The state that the reason leads to. `gone`: the register says that the holder neither lives nor works here.

    Raises ReasonNotAllowed, HolderMustAsk, StillAtHome, AccountNeeded.
    """
    if wanted.reason not in SUSPENSIONS:
        raise ReasonNotAllowed
    _check_word(wanted, gone)
    lost = wanted.reason in (Reason.LOST, Reason.STOLEN)
    return CredentialState.LOST if lost else CredentialState.SUSPENDED


def check_ending(wanted: Withdrawal, gone: bool) -> CredentialState:
    """As `check_suspension`, for good."""
    if wanted.reason not in ENDINGS:
        raise ReasonNotAllowed
    _check_word(wanted, gone)
    return CredentialState.RETURNED if wanted.reason is Reason.RETURNED else CredentialState.REVOKED


def _check_word(wanted: Withdrawal, gone: bool) -> None:
    match wanted.reason:
        case Reason.MOVED_OUT:
            if not gone:
                raise StillAtHome
        case Reason.MISUSE:
            if wanted.asker is not Asker.PROPERTY:
                raise HolderMustAsk
            if len(wanted.account.strip()) < SHORTEST_ACCOUNT:
                raise AccountNeeded(at_least=SHORTEST_ACCOUNT)
        case _:
            if wanted.asker is not Asker.HOLDER:
                raise HolderMustAsk


def is_gone(right: Right) -> bool:
    return not right.homes and right.duty is None and not right.collects


def denial_by_state(state: CredentialState) -> Denial | None:
    match state:
        case CredentialState.ISSUED:
            return None
        case CredentialState.LOST:
            return Denial.LOST
        case CredentialState.SUSPENDED:
            return Denial.SUSPENDED
        case CredentialState.RETURNED | CredentialState.REVOKED:
            return Denial.ENDED


def denial_at(place: Place, right: Right) -> Denial | None:
    """Whether the holder's home or work reaches this door today."""
    if is_gone(right):
        return Denial.NO_HOME
    allowed = _staff_may(place, right.duty) or _resident_may(place, right)
    return None if allowed else Denial.NOT_HERE


def _staff_may(place: Place, duty: Duty | None) -> bool:
    if duty is None:
        return False
    chosen = None if place.zone is None else ADMITTED_DUTIES.get(place.zone)
    return chosen is None or duty in chosen


def _resident_may(place: Place, right: Right) -> bool:
    if place.zone is not None and place.zone not in OPEN_TO_RESIDENTS:
        return False
    if place.unit_id is not None:
        return any(unit == place.unit_id for _, unit in right.homes)
    if place.building_id is not None:
        return any(building == place.building_id for building, _ in right.homes)
    return bool(right.homes)


def needs_pin(place: Place, assurance: Assurance) -> bool:
    return place.zone in STRICT and assurance is Assurance.LOW


def is_late(occurred_at: datetime, now: datetime) -> bool:
    return now - occurred_at > CHECK_LIFE
