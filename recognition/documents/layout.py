"""The order in which a turned page of print is read: its direction, its rows, their lines from left to right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from recognition.documents.lines import Span
from recognition.plates.text_detection import TextBox

_ELONGATED: Final = 2.0
_ROW_SHARE: Final = 0.55
"""Boxes whose middles differ by less than this share of the smaller one's height stand in one row."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one box says."""

    box: TextBox
    span: Span

    def placed(self, along: float) -> "Line":
        """The same line, its characters' places no longer shares of its width but pixels along the page; its own
        middle lies at `along`."""
        start = along - self.box.width / 2
        return replace(
            self, span=tuple(replace(glyph, place=start + glyph.place * self.box.width) for glyph in self.span)
        )


@dataclass(frozen=True, slots=True)
class Row:
    """Lines side by side, from left to right."""

    lines: tuple[Line, ...]

    @property
    def span(self) -> Span:
        """All characters of the row."""
        return tuple(character for line in self.lines for character in line.span)


def levelled(boxes: Sequence[TextBox]) -> list[TextBox]:
    """The boxes with their width along the page's lines, which may run in any direction; upright or on its head
    is still open."""
    long = [box for box in boxes if max(box.aspect, 1 / box.aspect) >= _ELONGATED] or list(boxes)
    lying = sum(box.width if box.aspect >= 1 else -box.height for box in long)
    turned = [box if lying >= 0 else _quarter_turned(box) for box in boxes]
    middle = _middle_angle([box for box in turned if box.aspect >= _ELONGATED] or turned)
    return [_along(box, middle) for box in turned]


def on_its_head(boxes: Iterable[TextBox]) -> list[TextBox]:
    """The same boxes read the other way round."""
    return [replace(box, angle=box.angle + 180) for box in boxes]


def _quarter_turned(box: TextBox) -> TextBox:
    return replace(box, width=box.height, height=box.width, angle=box.angle + 90)


def _middle_angle(boxes: Sequence[TextBox]) -> float:
    """Median, each box counting by its width; the long ones know the direction best."""
    ordered = sorted(boxes, key=lambda box: box.angle)
    weights = np.cumsum([box.width for box in ordered])
    return ordered[int(np.searchsorted(weights, weights[-1] / 2))].angle


def _along(box: TextBox, middle: float) -> TextBox:
    """A near-square box has no direction of its own: near 45 degrees it may have come out across the page."""
    off = (box.angle - middle + 180) % 360 - 180
    if abs(off) <= 45:
        return box
    turn = -90 if off > 0 else 90
    return replace(box, width=box.height, height=box.width, angle=box.angle + turn)


def rows_of(lines: Sequence[Line]) -> list[Row]:
    """Rows from the top, for lines whose boxes share about one direction; places are in pixels along the page."""
    if not lines:
        return []
    groups: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -line.box.width):
        home = next((group for group in groups if any(_side_by_side(line.box, other.box) for other in group)), None)
        if home is None:
            groups.append([line])
        else:
            home.append(line)
    middle = _middle_angle([line.box for line in lines])
    placed = [[(*_turned(line.box, middle), line) for line in group] for group in groups]
    placed.sort(key=lambda group: float(np.mean([down for _, down, _ in group])))
    ordered = [sorted(group, key=lambda item: item[0]) for group in placed]
    return [Row(tuple(line.placed(along) for along, _, line in group)) for group in ordered]


def _turned(box: TextBox, angle: float) -> tuple[float, float]:
    """The box's middle along and across lines of that angle."""
    turn = np.deg2rad(angle)
    x, y = box.centre_x, box.centre_y
    return float(x * np.cos(turn) + y * np.sin(turn)), float(y * np.cos(turn) - x * np.sin(turn))


def _side_by_side(one: TextBox, other: TextBox) -> bool:
    """Whether the longer box, prolonged, runs through the shorter one's middle, and they do not overlap."""
    guide, guest = (one, other) if one.aspect >= other.aspect else (other, one)
    along, across = _turned(replace(guest, centre_x=guest.centre_x - guide.centre_x,
                                    centre_y=guest.centre_y - guide.centre_y), guide.angle)  # fmt: skip
    apart = abs(along) > (guide.width + guest.width) / 2 - min(guide.height, guest.height)
    return apart and abs(across) < _ROW_SHARE * min(guide.height, guest.height)
