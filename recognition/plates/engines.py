"""The two engines: the same PP-OCRv4 networks on onnxruntime, or in PaddleOCR's own form on PaddlePaddle.

What is done before and after the networks stands once, in the reader; an engine brings only the networks.
"""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recognition.contracts import PlateEngine
from recognition.plates.text_detection import MODEL_ID as _ONNX_DETECTOR
from recognition.sessions import Network, OnnxModel, PaddleModel
from recognition.weights import WeightsError, weights_path


@dataclass(frozen=True, slots=True)
class Networks:
    """A text detector, a text recogniser, and what its columns mean: the blank first, as the empty string."""

    detector: Network
    recogniser: Network
    characters: list[str]


@dataclass(frozen=True, slots=True)
class EngineParts:
    """One engine: its name in readings, the library and the files that it needs, and how it is loaded."""

    name: str
    library: str
    files: tuple[str, ...]
    load: Callable[[int, Path | None], Networks]

    def check(self, model_dir: Path | None) -> None:
        """Raises `WeightsError` where the library is not installed, or a file is missing or changed."""
        if importlib.util.find_spec(self.library) is None:
            way_out = "set PLATE_ENGINE=onnx, or install it with PROFILE=full"
            raise WeightsError("engine_not_installed", self.name, f"{self.library} is not installed: {way_out}")
        for model_id in self.files:
            weights_path(model_id, model_dir)


_ONNX_RECOGNISER: Final = "ppocr-v4-rec"
_PADDLE_DETECTOR: Final = ("ppocr-v4-det-paddle-graph", "ppocr-v4-det-paddle")
_PADDLE_RECOGNISER: Final = ("ppocr-v4-rec-paddle-graph", "ppocr-v4-rec-paddle")
_PADDLE_CHARACTERS: Final = "ppocr-v4-rec-characters"


def _onnx(threads: int, model_dir: Path | None) -> Networks:
    recogniser = OnnxModel(_ONNX_RECOGNISER, threads=threads, model_dir=model_dir)
    detector = OnnxModel(_ONNX_DETECTOR, threads=threads, model_dir=model_dir)
    return Networks(detector, recogniser, recogniser.characters)


def _paddle(threads: int, model_dir: Path | None) -> Networks:
    characters = weights_path(_PADDLE_CHARACTERS, model_dir).read_text("utf-8").splitlines()
    return Networks(
        PaddleModel(*_PADDLE_DETECTOR, threads=threads, model_dir=model_dir),
        PaddleModel(*_PADDLE_RECOGNISER, threads=threads, model_dir=model_dir),
        ["", *characters, " "],
    )


ENGINES: Final = {
    PlateEngine.ONNX: EngineParts("ppocr-onnx", "onnxruntime", (_ONNX_DETECTOR, _ONNX_RECOGNISER), _onnx),
    PlateEngine.PADDLE: EngineParts(
        "ppocr-paddle", "paddle", (*_PADDLE_DETECTOR, *_PADDLE_RECOGNISER, _PADDLE_CHARACTERS), _paddle
    ),
}
