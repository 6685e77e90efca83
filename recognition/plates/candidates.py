"""Which boxes of text may be plates, and the pictures of them to read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from recognition.contracts import PlateColour
from recognition.images import Pixels
from recognition.plates.colour import ground_colour
from recognition.plates.crops import cut, side_by_side
from recognition.plates.text_detection import TextBox

_MOST: Final = 5
_PLATE_ASPECT: Final = 440 / 140
_ASPECTS: Final = (1.9, 6.5)
_TWO_ROW_ASPECTS: Final = (1.2, 2.4)
_STEEPEST_DEGREES: Final = 40
_SMALLEST_HEIGHT_PX: Final = 10
_MARGINS: Final = ((0.0, 0.0, 0.08), (0.35, 0.1, 0.0), (0.0, 0.0, -0.08), (0.12, 0.12, 0.12))
"""Left, right and vertical margins of further cuts, in heights of the box: the detector's boxes end
where the ink does, which on a plate is often after the province or before the last character."""
_PAINTED: Final = frozenset({PlateColour.BLUE, PlateColour.YELLOW, PlateColour.GREEN})


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A box that may be a plate, its straight picture, and its ground."""

    box: TextBox
    crop: Pixels
    ground: PlateColour

    def other_cuts(self, pixels: Pixels) -> list[Pixels]:
        """Further pictures of the same place, for when the first was not read surely."""
        cuts = [cut(pixels, self.box, left=a, right=b, vertical=v) for a, b, v in _MARGINS]
        if self.box.aspect < _TWO_ROW_ASPECTS[1]:
            cuts.append(side_by_side(self.crop))
        return cuts


def candidates(pixels: Pixels, boxes: Iterable[TextBox]) -> list[Candidate]:
    """The boxes most like a plate, likeliest first, at most as many as it pays to read."""
    plausible = [box for box in boxes if _plausible(box)]
    if _ASPECTS[0] < pixels.shape[1] / pixels.shape[0] < _ASPECTS[1]:
        plausible.append(_whole(pixels))
    return sorted((_candidate(pixels, box) for box in plausible), key=_likeness, reverse=True)[:_MOST]


def _whole(pixels: Pixels) -> TextBox:
    """A picture with a plate's own shape may be a camera's cut-out of one."""
    height, width = pixels.shape[:2]
    return TextBox(width / 2, height / 2, width, height, 0, 1)


def _candidate(pixels: Pixels, box: TextBox) -> Candidate:
    crop = cut(pixels, box)
    return Candidate(box, crop, ground_colour(crop))


def _plausible(box: TextBox) -> bool:
    return (
        _TWO_ROW_ASPECTS[0] < box.aspect < _ASPECTS[1]
        and abs(box.angle) <= _STEEPEST_DEGREES
        and box.height >= _SMALLEST_HEIGHT_PX
    )


def _likeness(candidate: Candidate) -> float:
    """How much a box looks like a plate before it is read: its ground, its proportions, its size."""
    shape = -abs(np.log(candidate.box.aspect / _PLATE_ASPECT)) + 0.3 * np.log(candidate.box.height)
    return float(shape) + (candidate.ground in _PAINTED)
