"""Which boxes of text may be plates, and the pictures of them to read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from recognition.contracts import PlateColour
from recognition.pixels import Pixels
from recognition.plates.colour import ground_colour, has_dark_ink, is_colourless
from recognition.plates.crops import Margins, cut, side_by_side
from recognition.plates.edges import Corners, outlined, sheared, straightened
from recognition.plates.text_detection import TextBox

_MOST: Final = 5
_PLATE_ASPECT: Final = 440 / 140
_ASPECTS: Final = (1.8, 5.2)
_TWO_ROW_ASPECT: Final = 1.2
_LOWER_ROW_ASPECT: Final = 3.6
_STEEPEST_DEGREES: Final = 40
_SMALLEST_HEIGHT_PX: Final = 10
_CUT_OUT_HEIGHT_PX: Final = 200
_OTHER_MARGINS: Final = (
    Margins(top=0.08, bottom=0.08),
    Margins(left=0.35, right=0.1),
    Margins(top=-0.08, bottom=-0.08),
    Margins(0.12, 0.12, 0.12, 0.12),
)
"""The detector's boxes end where the ink does, which on a plate is often after the province."""
_AROUND_OUTLINE: Final = ((0, 0), (0.05, -0.08), (0.1, 0.08), (-0.05, 0))
"""The outline, and a little within and beyond it, across and up: its edges are as blurred as the picture."""
_UPPER_ROWS: Final = (0.7, 0.85)
"""Heights of the upper row over the box of the lower one, tried in turn."""
_PAINTED: Final = frozenset({PlateColour.BLUE, PlateColour.YELLOW, PlateColour.GREEN})


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A box that may be a plate, its straight picture, and its ground."""

    box: TextBox
    crop: Pixels
    ground: PlateColour
    corners: Corners | None = None
    """Where a plate detector says that the plate's own corners are."""

    @property
    def is_painted(self) -> bool:
        """Whether the ground is a colour that signs and bodywork seldom have behind white or black ink."""
        return self.ground in _PAINTED

    @property
    def is_new_energy(self) -> bool:
        """Dark characters on green. Light ones are an airport's, or a blue plate's in yellow light."""
        return self.ground is PlateColour.GREEN and has_dark_ink(self.crop)

    def outlined_cuts(self, pixels: Pixels) -> list[Pixels]:
        """The plate straightened by its own outline, in four widths of the same, if its paint shows one."""
        corners = self.corners
        if corners is None and self.is_painted:
            corners = outlined(pixels, self.box)
        return [] if corners is None else [straightened(pixels, corners, beyond) for beyond in _AROUND_OUTLINE]

    def other_cuts(self, pixels: Pixels) -> list[Pixels]:
        """Further pictures of the same place, for when the first was not read surely."""
        return [*(cut(pixels, self.box, margins) for margins in _OTHER_MARGINS), *sheared(pixels, self.box)]

    def two_row_cuts(self, pixels: Pixels) -> list[Pixels]:
        """The place as a two-row plate's, side by side: the box holds both rows, or only the lower one."""
        if self.box.aspect > _LOWER_ROW_ASPECT:
            return []
        above = [(cut(pixels, self.box, Margins(0.1, 0.1, top)), top / (1 + top)) for top in _UPPER_ROWS]
        return [side_by_side(self.crop), *(side_by_side(plate, share) for plate, share in above)]


def candidates(pixels: Pixels, boxes: Iterable[TextBox]) -> list[Candidate]:
    """The boxes most like a plate, likeliest first, at most as many as it pays to read."""
    plausible = [box for box in boxes if _plausible(box)]
    colourless = is_colourless(pixels)
    found = [_candidate(pixels, box, colourless=colourless) for box in plausible]
    return sorted(found, key=_likeness, reverse=True)[:_MOST]


def detected(pixels: Pixels, plates: Iterable[Corners]) -> list[Candidate]:
    """What a plate detector found, straightened."""
    colourless = is_colourless(pixels)
    return [_detected(pixels, corners, colourless=colourless) for corners in plates]


def _detected(pixels: Pixels, corners: Corners, *, colourless: bool) -> Candidate:
    (x, y), (width, height), angle = cv2.minAreaRect(corners)
    if angle > 45:
        width, height, angle = height, width, angle - 90
    crop = straightened(pixels, corners)
    ground = PlateColour.UNKNOWN if colourless else ground_colour(crop)
    return Candidate(TextBox(x, y, max(width, 1), max(height, 1), angle, 1), crop, ground, corners)


def cut_out(pixels: Pixels) -> list[TextBox]:
    """The whole of a picture that has a plate's own shape: it may be a camera's cut-out of one."""
    height, width = pixels.shape[:2]
    if height > _CUT_OUT_HEIGHT_PX or not _ASPECTS[0] < width / height < _ASPECTS[1]:
        return []
    return [TextBox(width / 2, height / 2, width, height, 0, 1)]


def _candidate(pixels: Pixels, box: TextBox, *, colourless: bool) -> Candidate:
    crop = cut(pixels, box)
    return Candidate(box, crop, PlateColour.UNKNOWN if colourless else ground_colour(crop))


def _plausible(box: TextBox) -> bool:
    return (
        _TWO_ROW_ASPECT < box.aspect < _ASPECTS[1]
        and abs(box.angle) <= _STEEPEST_DEGREES
        and box.height >= _SMALLEST_HEIGHT_PX
    )


def _likeness(candidate: Candidate) -> float:
    """How much a box looks like a plate before it is read: its ground, its proportions, its size."""
    shape = -abs(np.log(candidate.box.aspect / _PLATE_ASPECT)) + 0.3 * np.log(candidate.box.height)
    return float(shape) + candidate.is_painted
