"""Finding a sealed name by what somebody types, without storing the name: keyed hashes of its searchable forms.

The forms of 王小明, 13800000001: each run of two and more characters; the full pinyin, and that of the given name, from
three letters on; the initials; the last four digits. Each form is hashed with the look-up key and the site, and cut to
64 bits: whoever has the database alone cannot test a guess, and the same name looks different at another site.
What it gives away is told in docs/decisions/0014-search-in-sealed-names.md.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from backend.infrastructure.crypto import Crypto
from backend.infrastructure.pinyin import readings

TAIL_DIGITS = 4
_CONTEXT = "blind-index"
_SHORTEST_RUN = 2
_SHORTEST_PINYIN = 3
_SHORTEST_INITIALS = 2
_CHINESE = re.compile(r"[㐀-䶿一-鿿\U00020000-\U0003134f]+")
_LETTERS = re.compile(r"[a-z]+")
_TAIL = re.compile(rf"\d{{{TAIL_DIGITS}}}")
_IGNORED = re.compile(r"[\s·•・.\-'’]")


def tokens_of(crypto: Crypto, site_id: UUID, name: str, phone: str | None) -> list[int]:
    """What a row keeps to be found by."""
    forms = set(_name_forms(_folded(name)))
    if phone is not None:
        forms.add(f"t:{phone[-TAIL_DIGITS:]}")
    return sorted(_tokens(crypto, [site_id], forms))


def tokens_for(crypto: Crypto, sites: Iterable[UUID], typed: str) -> list[int]:
    """What to look for: any of them is a hit. Empty for what no name or number tail can be."""
    return _tokens(crypto, sites, list(_typed_forms(_folded(typed))))


def _folded(text: str) -> str:
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text)).lower()


def _name_forms(name: str) -> Iterator[str]:
    for start in range(len(name)):
        for end in range(start + _SHORTEST_RUN, len(name) + 1):
            yield f"n:{name[start:end]}"
    for syllables in readings(name):
        for spoken in (syllables, syllables[1:]):
            letters = "".join(spoken)
            yield from (f"p:{letters[:end]}" for end in range(_SHORTEST_PINYIN, len(letters) + 1))
            initials = "".join(syllable[0] for syllable in spoken)
            yield from (f"i:{initials[:end]}" for end in range(_SHORTEST_INITIALS, len(initials) + 1))


def _typed_forms(typed: str) -> Iterator[str]:
    if _TAIL.fullmatch(typed):
        yield f"t:{typed}"
    if _CHINESE.fullmatch(typed):
        yield f"n:{typed}"
    if _LETTERS.fullmatch(typed):
        yield f"p:{typed}"
        yield f"i:{typed}"


def _tokens(crypto: Crypto, sites: Iterable[UUID], forms: Collection[str]) -> list[int]:
    hashes = crypto.look_up_hashes((f"{site_id}\0{form}" for site_id in sites for form in forms), _CONTEXT)
    return [int.from_bytes(hashed[:8], "big", signed=True) for hashed in hashes]
