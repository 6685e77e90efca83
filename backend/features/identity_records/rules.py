"""Identity documents at the counter. Pure: values and instants come in."""

import re
import unicodedata
from datetime import date, datetime, timedelta

from backend.features.identity_records.errors import (
    FingerprintNotAllowed,
    FingerprintReferenceInvalid,
    KeepDaysOutOfRange,
    LegalBasisNeeded,
    ValidityInvalid,
)
from backend.features.identity_records.model import CardData, IdentityPolicy
from backend.features.people.rules import normalise_name
from backend.kernel.identity_numbers import DocumentKind, checked_number

DEFAULT_KEEP_DAYS = 30
SHORTEST_KEEP_DAYS, LONGEST_KEEP_DAYS = 1, 90
PHOTO_TERM = timedelta(minutes=10)
PHOTO_DROPPED_AFTER = timedelta(minutes=9)
"""A minute early, so that a worker that is slow to wake still keeps the term."""
OFFERED_FOR = timedelta(minutes=30)
"""Fields that nobody has confirmed by then are shown no more; the next hourly deletion takes them."""
CONSENT_VERSION = "2026-11"
DEFAULT_POLICY = IdentityPolicy(DEFAULT_KEEP_DAYS)

_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-]{0,23}")
_SHORTEST_DOCUMENT = 6


def checked(card: CardData) -> CardData:
    """The fields in one form. Raises NameInvalid, DocumentNumberInvalid, ValidityInvalid."""
    if card.valid_from is not None and card.valid_until is not None and card.valid_until <= card.valid_from:
        raise ValidityInvalid
    number = checked_number(DocumentKind.RESIDENT_CARD, card.number)
    return CardData(normalise_name(card.name), number, card.valid_from, card.valid_until)


def masked_name(name: str) -> str:
    """王小明 is 王**: enough to call somebody, not to know them."""
    return name[:1] + "*" * (len(name) - 1)


def masked_number(number: str) -> str:
    """3***************1X."""
    return number[:1] + "*" * (len(number) - 3) + number[-2:]


def is_expired(valid_until: date | None, today: date) -> bool:
    """The last day counts; a card for life, or one whose back was not read, is not expired."""
    return valid_until is not None and valid_until < today


def kept_until(confirmed_at: datetime, policy: IdentityPolicy) -> datetime:
    return confirmed_at + timedelta(days=policy.keep_days)


def has_lapsed(created_at: datetime, now: datetime) -> bool:
    """Whether a photo is past its term: it is not read any more, even where a deletion is late."""
    return now - created_at >= PHOTO_TERM


def check_keep_days(days: int) -> None:
    """Raises KeepDaysOutOfRange."""
    if not SHORTEST_KEEP_DAYS <= days <= LONGEST_KEEP_DAYS:
        raise KeepDaysOutOfRange(shortest=SHORTEST_KEEP_DAYS, longest=LONGEST_KEEP_DAYS)


def checked_basis(document: str) -> str:
    """A reference that somebody could look up. Raises LegalBasisNeeded."""
    text = " ".join(unicodedata.normalize("NFKC", document).split())
    if len(text) < _SHORTEST_DOCUMENT:
        raise LegalBasisNeeded
    return text


def checked_reference(policy: IdentityPolicy, reference: str) -> str:
    """The number by which the device knows its own template. Raises FingerprintNotAllowed and -ReferenceInvalid."""
    if not policy.takes_fingerprints:
        raise FingerprintNotAllowed
    text = reference.strip()
    if not _REFERENCE.fullmatch(text):
        raise FingerprintReferenceInvalid
    return text
