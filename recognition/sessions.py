"""Networks over verified weights, on onnxruntime or on PaddlePaddle: tensors in, tensors out, the same of either."""

import importlib
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from recognition.weights import weights_path

Tensor = NDArray[np.float32]

_SHAPES_KEPT: Final = 10
"""oneDNN prepares itself anew for every shape of input; photos of one camera have one, lines of text two or three."""


class Network(Protocol):
    """One model with one input and one output; threads may share it."""

    def __call__(self, batch: Tensor) -> Tensor:
        """The model's output for one input tensor."""


class OnnxModel:
    """A model on onnxruntime, loaded from verified weights when it is made."""

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

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """Of the one input; None for a side of any length."""
        return tuple(side if isinstance(side, int) else None for side in self._session.get_inputs()[0].shape)

    def __call__(self, batch: Tensor) -> Tensor:
        """The model's output for one input tensor."""
        return self.outputs(batch)[0]

    def outputs(self, batch: Tensor, names: list[str] | None = None) -> list[Tensor]:
        """Every output, or those with these names, in their order."""
        outputs: list[Tensor] = self._session.run(names, {self._input: batch})
        return outputs


class PaddleModel:
    """A model in Paddle's own form on PaddlePaddle's inference engine, with oneDNN.

    `graph_id` and `weights_id` name its two files. PaddlePaddle is imported here and nowhere else, because it
    costs seconds and hundreds of megabytes, and small gate boxes do not have it.
    """

    def __init__(self, graph_id: str, weights_id: str, *, threads: int, model_dir: Path | None = None) -> None:
        # oneDNN keeps what it prepared with the thread that prepared it, and a predictor holds the tensors of one call.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="paddle")
        graph, weights = weights_path(graph_id, model_dir), weights_path(weights_id, model_dir)
        self._thread.submit(self._load, graph, weights, threads).result()

    def _load(self, graph: Path, weights: Path, threads: int) -> None:
        inference = _paddle_inference()
        config = inference.Config(str(graph), str(weights))
        config.disable_gpu()
        config.enable_mkldnn()
        config.set_mkldnn_cache_capacity(_SHAPES_KEPT)
        config.set_cpu_math_library_num_threads(threads)
        config.enable_memory_optim()
        config.disable_glog_info()
        self._predictor = inference.create_predictor(config)
        self._input = self._predictor.get_input_handle(self._predictor.get_input_names()[0])
        self._output = self._predictor.get_output_handle(self._predictor.get_output_names()[0])

    def __call__(self, batch: Tensor) -> Tensor:
        """The model's output for one input tensor."""
        return self._thread.submit(self._run, batch).result()

    def _run(self, batch: Tensor) -> Tensor:
        self._input.copy_from_cpu(batch)
        self._predictor.run()
        output: Tensor = self._output.copy_to_cpu()
        return output


def _paddle_inference() -> Any:
    with warnings.catch_warnings():
        # It warns that it could not compile extensions faster, which nobody asked it to.
        warnings.simplefilter("ignore")
        return importlib.import_module("paddle.inference")
