"""Second-generation resident identity cards: find one in a photo, read and check its fields, forget the photo."""

from datetime import date
from functools import cache

from recognition.contracts import CardBack, CardFront, CardSide, IdentityCardReader
from recognition.documents.reader import OnnxCardReader
from recognition.images import DEFAULT_LIMITS, ImageLimits, decode


@cache
def default_reader() -> IdentityCardReader:
    """The one reader of this process; its weights load at the first photo."""
    return OnnxCardReader()


def read_identity_card(
    data: bytes, today: date, side: CardSide | None = None, limits: ImageLimits = DEFAULT_LIMITS
) -> CardFront | CardBack:
    """The fields of the card in an untrusted photo; nothing of the photo is kept, written or logged.

    `today` is the local day, against which dates are checked. Raises `ImageRefused`, `DocumentRefused` and
    `WeightsError`.
    """
    return default_reader().read(decode(data, limits), today, side)
