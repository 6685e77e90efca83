import re
import unicodedata

from backend.features.people.errors import PhoneInvalid

_SEPARATORS = re.compile(r"[\s·•.\-]")
_HOME_PREFIX = re.compile(r"^(?:\+|00)86(?=1\d{10}$)")
_PHONE = re.compile(r"1[3-9]\d{9}|\+[1-9]\d{5,14}")


def normalise_phone(text: str) -> str:
    """Eleven digits for a mainland mobile number, `+` and country code for others. Raises PhoneInvalid."""
    phone = _HOME_PREFIX.sub("", _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)))
    if not (_PHONE.fullmatch(phone) and phone.isascii()):
        raise PhoneInvalid
    return phone
