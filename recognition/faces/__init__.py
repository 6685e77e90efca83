"""Faces: find one in a picture, say whether the picture will do, and compare it with one other. Never with a crowd.

Whether a face is a living one is not known here: a photo of a photo matches. Nobody's age is guessed either.
"""

from functools import cache
from pathlib import Path

from recognition.face_contracts import FaceEngine, FaceEngineKind
from recognition.faces.dlib_engine import DlibFaceEngine
from recognition.faces.onnx_engine import OnnxFaceEngine


@cache
def default_engine(kind: FaceEngineKind = FaceEngineKind.DLIB, model_dir: Path | None = None) -> FaceEngine:
    """The one engine of this process for a kind; its weights load at the first picture.

    Packs that an operator imported lie under `model_dir`; without them the engine on onnxruntime is unavailable.
    """
    return DlibFaceEngine(model_dir) if kind is FaceEngineKind.DLIB else OnnxFaceEngine(model_dir)
