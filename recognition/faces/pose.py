"""Which way a face looks, from its eyes and nose. Pure.

The eyes' distance, the nose's place below them and how far it stands out give scale, roll, yaw and pitch; nothing is
left over, so that an unusual nose shows as pitch. Good to about ten degrees, which is what advice needs.
"""

from dataclasses import dataclass
from math import acos, atan2, copysign, cos, degrees, hypot, sin, sqrt
from typing import Final

from recognition.contracts import Point

_FLAT: Final = 1e-3
"""A nose that does not stand out at all still has a side."""


@dataclass(frozen=True, slots=True)
class Nose:
    """Where the point called nose lies on an average head, in distances of the eyes."""

    below: float
    """Below the line of the eyes."""
    forward: float
    """In front of them."""


NOSE_BASE: Final = Nose(below=0.77, forward=0.48)
"""dlib's five points: where nose and lip meet."""
NOSE_TIP: Final = Nose(below=0.57, forward=0.65)
"""The five points of YuNet and ArcFace."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Degrees: aside (positive to the right of the picture), up, and leaning clockwise."""

    yaw: float
    pitch: float
    roll: float


def pose_of(left: Point, right: Point, nose_at: Point, nose: Nose) -> Pose:
    """The pose of a head whose eyes are at `left` and `right` of the picture, seen from afar."""
    across, down = right[0] - left[0], right[1] - left[1]
    distance, roll = hypot(across, down), atan2(down, across)
    if not distance:
        return Pose(0.0, 0.0, 0.0)
    x, y = nose_at[0] - (left[0] + right[0]) / 2, nose_at[1] - (left[1] + right[1]) / 2
    aside = (x * cos(roll) + y * sin(roll)) / distance
    below = (y * cos(roll) - x * sin(roll)) / distance
    yaw, pitch = _turned(aside, below, nose)
    return Pose(degrees(yaw), degrees(pitch), degrees(roll))


def _turned(aside: float, below: float, nose: Nose) -> tuple[float, float]:
    """Yaw and pitch of a head that nods, then turns: `aside` = forward · tan(yaw), `below` = height / cos(yaw).

    Both together make a quadratic in the squared cosine of the nose's own angle. Of the two heads that look the same
    the one that looks up is taken, which holds down to where the nose points straight down its own length.
    """
    reach, at_rest = hypot(nose.below, nose.forward), atan2(nose.forward, nose.below)
    middle = below**2 + reach**2 + aside**2
    square = (middle - sqrt(max(0.0, middle**2 - 4 * reach**2 * below**2))) / (2 * reach**2)
    angle = acos(copysign(sqrt(min(1.0, max(0.0, square))), below))
    return atan2(aside, max(reach * sin(angle), _FLAT)), angle - at_rest
