"""ONNX sessions over verified weights."""

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from recognition.weights import weights_path

Tensor = NDArray[np.float32]


class OnnxModel:
    """One model with one input and one output, loaded from verified weights when it is made."""

    def __init__(self, model_id: str, *, threads: int, model_dir: Path | None = None) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Spinning threads would take the cores of the other processes between two photos.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        path = weights_path(model_id, model_dir)
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._input: str = self._session.get_inputs()[0].name

    @property
    def characters(self) -> list[str]:
        """What a recogniser was exported to read, in the order of its output; the blank is the empty string."""
        metadata: dict[str, str] = self._session.get_modelmeta().custom_metadata_map
        return ["", *metadata["character"].splitlines(), " "]

    def __call__(self, batch: Tensor) -> Tensor:
        """The model's output for one input tensor."""
        output: Tensor = self._session.run(None, {self._input: batch})[0]
        return output
