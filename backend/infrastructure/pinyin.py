"""How a Chinese name is typed: 王小明 → wangxiaoming, wxm. From pypinyin's table of single characters."""

import os
from itertools import islice, product

# Its phrases would cost each process 45 MB and a quarter of a second (measured), and names are in none of them.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

from pypinyin import Style, pinyin

MOST_READINGS = 12
"""A name of several characters with several readings each is found by its first few."""


def readings(name: str) -> list[tuple[str, ...]]:
    """Syllables without tones, one tuple for each way to read the name; what is no Chinese stands as it is."""
    syllables = pinyin(name, style=Style.NORMAL, heteronym=True, v_to_u=False)
    return list(islice(product(*syllables), MOST_READINGS))
