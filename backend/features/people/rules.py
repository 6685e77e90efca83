import re
import unicodedata

from backend.features.people.errors import PhoneInvalid, PlateInvalid

_SEPARATORS = re.compile(r"[\s·•.\-]")
_HOME_PREFIX = re.compile(r"^(?:\+|00)86(?=1\d{10}$)")
_PHONE = re.compile(r"1[3-9]\d{9}|\+[1-9]\d{5,14}")
_PLATE = re.compile(r"[A-Z0-9\u4e00-\u9fff]{5,10}")


def normalise_phone(text: str) -> str:
    """Eleven digits for a mainland mobile number, `+` and country code for others. Raises PhoneInvalid."""
    phone = _HOME_PREFIX.sub("", _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)))
    if not (_PHONE.fullmatch(phone) and phone.isascii()):
        raise PhoneInvalid
    return phone


def normalise_plate(text: str) -> str:
    """Upper case without separators: `苏a·12345` is `苏A12345`."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


def checked_plate(text: str) -> str:
    """The normalised plate. Raises PlateInvalid for what can be none."""
    plate = normalise_plate(text)
    if not _PLATE.fullmatch(plate):
        raise PlateInvalid
    return plate
