"""Where the card's edges lie in a photo, reckoned from its labels: they are printed in the same place on every card."""

from collections.abc import Mapping, Sequence
from typing import Final

import cv2
import numpy as np

from recognition.contracts import CardSide
from recognition.documents.layout import Row

_SIZE_MM: Final = (85.6, 54.0)
_LABELS_MM: Final[Mapping[CardSide, Mapping[str, tuple[float, float]]]] = {
    CardSide.FRONT: {
        "姓名": (5, 8.4),
        "性别": (5, 14.9),
        "出生": (5, 21.4),
        "住址": (5, 28.2),
        "公民身份号码": (5, 47.4),
    },
    CardSide.BACK: {
        "中华人民共和国": (29, 10),
        "居民身份证": (29, 19),
        "签发机关": (19, 39.6),
        "有效期限": (19, 47.2),
    },
}
"""Left end of each label's middle line, in millimetres from the card's top left corner."""
_SLACK: Final = 0.05
"""Share of the card's width by which an edge may seem to lie outside: perspective is not reckoned with."""


def runs_over_the_edge(rows: Sequence[Row], width_px: int, height_px: int) -> bool:
    """Whether a line of print touches the photo's edge: no card has print within 4 mm of its own."""
    corners = [line.box.corners for row in rows for line in row.lines]
    return any((own < 1).any() or (own > (width_px - 2, height_px - 2)).any() for own in corners)


def is_cut_off(rows: Sequence[Row], side: CardSide, width_px: int, height_px: int) -> bool:
    """Whether a corner of the card lies outside the photo; False where too few labels tell."""
    source, target = _anchors(rows, side)
    if len(source) < 2:
        return False
    fit, _ = cv2.estimateAffinePartial2D(np.array(source, np.float32), np.array(target, np.float32))
    if fit is None:
        return False
    wide, high = _SIZE_MM
    corners = np.array([(0, 0, 1), (wide, 0, 1), (wide, high, 1), (0, high, 1)]) @ fit.T
    slack = _SLACK * wide * float(np.hypot(*fit[:, 0]))
    inside = (corners > -slack).all() and (corners < (width_px + slack, height_px + slack)).all()
    return not inside


def _anchors(rows: Sequence[Row], side: CardSide) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Labels in millimetres on the card, and where the photo has them."""
    source, target = [], []
    for line in (line for row in rows for line in row.lines):
        text = "".join(character.text for character in line.span)
        place = next((mm for label, mm in _LABELS_MM[side].items() if text.startswith(label)), None)
        if place:
            top_left, _, _, bottom_left = line.box.corners
            source.append(place)
            target.append((float(top_left[0] + bottom_left[0]) / 2, float(top_left[1] + bottom_left[1]) / 2))
    return source, target
