import re
import unicodedata
from datetime import date, timedelta

from backend.features.people.errors import LeavingInPast, NameInvalid, PhoneInvalid, StayEndsTooEarly
from backend.features.people.model import Residency

_SEPARATORS = re.compile(r"[\s·•.\-]")
_HOME_PREFIX = re.compile(r"^(?:\+|00)86(?=1\d{10}$)")
_NAME = re.compile(r"[^\W\d_][\w ·.'\-（）()]{0,39}")
LONGEST_NOTICE = timedelta(days=366)
STAY_WARNING = timedelta(days=30)
"""A registered stay is on the list of those that end soon from this long before its end."""
_PHONE = re.compile(r"1[3-9]\d{9}|\+[1-9]\d{5,14}")


def normalise_phone(text: str) -> str:
    """Eleven digits for a mainland mobile number, `+` and country code for others. Raises PhoneInvalid."""
    phone = _HOME_PREFIX.sub("", _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)))
    if not (_PHONE.fullmatch(phone) and phone.isascii()):
        raise PhoneInvalid
    return phone


def normalise_name(text: str) -> str:
    """At most 40 characters that begin with a letter, one kind of middle dot. Raises NameInvalid."""
    name = " ".join(unicodedata.normalize("NFKC", text).replace("•", "·").replace("・", "·").split())
    if not _NAME.fullmatch(name):
        raise NameInvalid
    return name


def check_residency(residency: Residency) -> None:
    """Raises StayEndsTooEarly."""
    if residency.stay_until_on is not None and residency.stay_until_on <= residency.from_on:
        raise StayEndsTooEarly


def check_leaving(until_on: date, today: date) -> None:
    """Raises LeavingInPast."""
    if not today <= until_on <= today + LONGEST_NOTICE:
        raise LeavingInPast


def ends_soon(stay_until_on: date | None, today: date) -> bool:
    """Also for one that has ended by its date and not by anybody's word."""
    return stay_until_on is not None and stay_until_on <= today + STAY_WARNING
