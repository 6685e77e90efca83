"""Photo in, fields out: find print, bring it into reading order, read it, look closer where a field is not sure."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from recognition.contracts import CardBack, CardField, CardFront, CardSide, DocumentRefused, EngineState, FieldStatus
from recognition.documents.checks import Judge
from recognition.documents.frame import is_cut_off, runs_over_the_edge
from recognition.documents.layout import Line, Row, levelled, on_its_head, rows_of
from recognition.documents.lines import DIRECTION_ID, READER_ID, DirectionReader, LineReader
from recognition.documents.prints import BackPrint, FrontPrint, back_likeness, back_print, front_likeness, front_print
from recognition.images import DecodedImage
from recognition.pixels import Pixels, pixels_of
from recognition.plates.crops import cut
from recognition.plates.text_detection import MODEL_ID as DETECTOR_ID
from recognition.plates.text_detection import TextBox, TextDetector
from recognition.sessions import OnnxModel
from recognition.weights import WeightsError, card_field_sure_at, weights_path

ENGINE: Final = "ppocr-onnx-cards"
ENGINE_VERSION: Final = "PP-OCRv4-det+PP-OCRv6-small-rec+gb11643.1"

_FIRST_LOOK_PX: Final = 640
_SECOND_LOOK_PX: Final = 960
_MOST_LINES: Final = 40
"""A card has at most 14; a photo of a printed page must not cost seconds."""
_DIRECTION_LINES: Final = 4
_FEWEST_LINES: Final = 2
_FRONT_FROM: Final = 3
_BACK_FROM: Final = 2
_LEGIBLE: Final = 0.9
"""Below this median of the lines' weakest characters a photo counts as blurred."""
_MARGIN: Final = 1.5
"""Round the print, in heights of a line, for the closer look."""
_OTHER_PAPERS: Final = ("驾驶证", "行驶证", "护照", "社会保障", "居住证", "通行证", "工作证", "学生证", "户口")

Card = CardFront | CardBack
Prints = FrontPrint | BackPrint


@dataclass(frozen=True, slots=True)
class _Page:
    """One look: what stands where; `pixels` is the picture that the boxes lie in."""

    pixels: Pixels
    boxes: Sequence[TextBox]
    rows: Sequence[Row]
    wanted: CardSide | None = None

    @property
    def side(self) -> CardSide | None:
        """The side of an identity card that it looks like; of two on one sheet the one that is wanted."""
        front, back = front_likeness(self.rows), back_likeness(self.rows)
        if self.wanted is CardSide.BACK and back > _BACK_FROM:
            return CardSide.BACK
        if front >= _FRONT_FROM and front >= back:
            return CardSide.FRONT
        return CardSide.BACK if back >= _BACK_FROM else None

    @property
    def legibility_0_1(self) -> float:
        """Median of the lines' weakest characters."""
        weakest = [min(c.probability_0_1 for c in row.span) for row in self.rows if row.span]
        return float(np.median(weakest)) if weakest else 0.0

    @property
    def text(self) -> str:
        """All that was read, row after row."""
        return "\n".join("".join(character.text for character in row.span) for row in self.rows)


class OnnxCardReader:
    """PP-OCR on onnxruntime; weights are verified and loaded at the first photo, once for all threads.

    Nothing of a photo or of its fields outlives the call.
    """

    def __init__(self, *, threads: int = 2, model_dir: Path | None = None) -> None:
        self._threads = threads
        self._model_dir = model_dir
        self._loading = threading.Lock()

    def read(self, image: DecodedImage, today: date, side: CardSide | None = None) -> Card:
        """The card in the picture, of the side asked for if one is; raises `DocumentRefused` and `WeightsError`.

        Codes: `no_document`, `too_blurred`, `cut_off`, `not_an_identity_card`, `other_side`.
        """
        with self._loading:
            engine = self._engine
        return engine.card(pixels_of(image), today, side)

    def state(self) -> EngineState:
        """Whether the weights are there and unchanged; loads nothing."""
        problem = ""
        try:
            for model_id in (DETECTOR_ID, DIRECTION_ID, READER_ID):
                weights_path(model_id, self._model_dir)
        except WeightsError as error:
            problem = error.code
        return EngineState(ENGINE, ENGINE_VERSION, "_engine" in self.__dict__, not problem, problem)

    @cached_property
    def _engine(self) -> "_Engine":
        return _Engine(self._threads, self._model_dir)


class _Engine:
    """The loaded models and the way through them."""

    def __init__(self, threads: int, model_dir: Path | None) -> None:
        self._detect = TextDetector(OnnxModel(DETECTOR_ID, threads=threads, model_dir=model_dir))
        self._direction = DirectionReader(threads=threads, model_dir=model_dir)
        self._read = LineReader(threads=threads, model_dir=model_dir)
        self._sure_at = card_field_sure_at()

    def card(self, pixels: Pixels, today: date, wanted: CardSide | None) -> Card:
        """Looks once, and a second time, closer and with the shadows lifted, where a field is not sure."""
        judge = Judge(today, self._sure_at)
        page = replace(self._page(pixels, self._detect(pixels, _FIRST_LOOK_PX)), wanted=wanted)
        prints = _prints(page)
        if prints is None or not _all_sure(_judged(judge, prints)):
            closer = replace(self._closer_page(page), wanted=wanted)
            more = _prints(closer)
            if prints is None:
                # The closer picture's edges are not the photo's, so that nothing can be said of cut-off corners.
                page, prints = (closer, more) if more else (page, None)
            elif more is not None and closer.side is page.side:
                prints = _better(judge, prints, more)
        return _accepted(page, _judged(judge, prints) if prints else None, wanted)

    def _page(self, pixels: Pixels, found: Sequence[TextBox]) -> _Page:
        """The lines in reading order; the other way round where the likelier way makes no card."""
        largest = sorted(found, key=lambda box: box.width * box.height, reverse=True)[:_MOST_LINES]
        if len(largest) < _FEWEST_LINES:
            return _Page(pixels, largest, ())
        boxes = levelled(largest)
        widest = sorted(boxes, key=lambda box: box.aspect, reverse=True)[:_DIRECTION_LINES]
        upside_down = self._direction([cut(pixels, box) for box in widest])
        if upside_down > 0.5:
            boxes = on_its_head(boxes)
        page = self._read_page(pixels, boxes)
        if page.side is None and 0.1 < upside_down < 0.9:
            page = max(page, self._read_page(pixels, on_its_head(boxes)), key=lambda page: page.legibility_0_1)
        return page

    def _read_page(self, pixels: Pixels, boxes: Sequence[TextBox]) -> _Page:
        lines = [Line(box, self._read(cut(pixels, box))) for box in boxes]
        return _Page(pixels, boxes, rows_of([line for line in lines if line.span]))

    def _closer_page(self, page: _Page) -> _Page:
        """The part of the photo that holds the print, level and with its shadows lifted."""
        if not page.boxes:
            return self._page(page.pixels, self._detect(_lifted(page.pixels), _SECOND_LOOK_PX))
        part = _lifted(cut(page.pixels, _around(page.boxes)))
        return self._page(part, self._detect(part, _SECOND_LOOK_PX))


def _around(boxes: Sequence[TextBox]) -> TextBox:
    """The smallest box round all, level with them, and a margin."""
    angle = float(np.median([box.angle for box in boxes]))
    turn = np.deg2rad(angle)
    axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    corners = np.concatenate([box.corners for box in boxes]) @ axes.T
    low, high = corners.min(axis=0), corners.max(axis=0)
    centre = (low + high) / 2 @ axes
    margin = 2 * _MARGIN * float(np.median([box.height for box in boxes]))
    width, height = (high - low) + margin
    return TextBox(float(centre[0]), float(centre[1]), float(width), float(height), angle, 1.0)


def _lifted(pixels: Pixels) -> Pixels:
    """The same picture with local contrast stretched."""
    lab = cv2.cvtColor(pixels, cv2.COLOR_BGR2LAB)
    lab[:, :, 0] = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(lab[:, :, 0])
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR), np.uint8)


def _prints(page: _Page) -> Prints | None:
    if page.side is CardSide.FRONT:
        return front_print(page.rows)
    return back_print(page.rows) if page.side else None


def _judged(judge: Judge, prints: Prints) -> Card:
    return judge.card(prints, ENGINE, ENGINE_VERSION)


def _better(judge: Judge, one: Prints, other: Prints) -> Prints:
    """Of two looks at one side the better print of each field."""
    first, second = _judged(judge, one), _judged(judge, other)
    improved = {
        part.name: getattr(other, part.name)
        for part in fields(one)
        if _rank(getattr(second, part.name)) > _rank(getattr(first, part.name))
    }
    return replace(one, **improved)


def _rank(field: CardField[object]) -> tuple[int, float]:
    """Sure before doubtful before missing; among equals the more probable."""
    return (FieldStatus.MISSING, FieldStatus.DOUBTFUL, FieldStatus.SURE).index(field.status), field.confidence_0_1


def _fields(card: Card) -> list[CardField[object]]:
    return [value for part in fields(card) if isinstance(value := getattr(card, part.name), CardField)]


def _all_sure(card: Card) -> bool:
    return all(field.status is FieldStatus.SURE for field in _fields(card))


def _accepted(page: _Page, card: Card | None, wanted: CardSide | None) -> Card:
    """The card; raises `DocumentRefused` where nobody should be asked to confirm what was read."""
    if len(page.boxes) < _FEWEST_LINES:
        raise DocumentRefused("no_document", "hardly any print in the photo")
    height, width = page.pixels.shape[:2]
    over_the_edge = runs_over_the_edge(page.rows, width, height)
    if card is None or any(title in page.text for title in _OTHER_PAPERS):
        raise _no_card(page, over_the_edge)
    if wanted is not None and page.side is not wanted:
        raise DocumentRefused("other_side", "the other side of the card was asked for")
    missing = sum(field.status is FieldStatus.MISSING for field in _fields(card))
    cut_off = page.side and not _all_sure(card) and is_cut_off(page.rows, page.side, width, height)
    if over_the_edge or cut_off:
        raise DocumentRefused("cut_off", "a part of the card lies outside the photo")
    if missing * 2 >= len(_fields(card)):
        raise DocumentRefused("too_blurred", "half the fields cannot be read")
    return card


def _no_card(page: _Page, over_the_edge: bool) -> DocumentRefused:
    """Why print is no card: a part of one, an illegible one, or something else."""
    if over_the_edge and front_likeness(page.rows) + back_likeness(page.rows):
        return DocumentRefused("cut_off", "only a part of a card lies in the photo")
    if page.legibility_0_1 < _LEGIBLE:
        return DocumentRefused("too_blurred", "print was found but cannot be read")
    return DocumentRefused("not_an_identity_card", "the print is not an identity card's")
