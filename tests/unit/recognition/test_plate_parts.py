"""A place that was nearly read is looked at again, closer; the rest of the picture is left alone."""

import numpy as np

from recognition.plates.parts import around, everything, lifted
from recognition.plates.text_detection import TextBox

BOX = TextBox(300, 200, 90, 30, 0, 1)


def picture() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(1).integers(20, 60, (400, 640, 3), np.uint8)


def test_the_surroundings_of_a_box_end_where_the_picture_does() -> None:
    rows, columns = around(picture(), BOX)
    assert (rows.start, rows.stop) == (65, 335)
    assert (columns.start, columns.stop) == (75, 525)
    rows, columns = around(picture(), BOX.moved(-290, 190))
    assert (rows.start, rows.stop, columns.start, columns.stop) == (255, 400, 0, 235)


def test_shadows_are_lifted_within_the_part_alone_and_the_photo_itself_stays_as_it_was() -> None:
    dark = picture()
    part = around(dark, BOX)
    seen = lifted(dark, part)
    assert seen[part].std() > 1.5 * dark[part].std()
    seen[part] = dark[part]
    assert (seen == dark).all()
    assert (dark == picture()).all()


def test_everything_is_everything() -> None:
    assert picture()[everything(picture())].shape == (400, 640, 3)
