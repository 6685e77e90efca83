"""Tiny networks in ONNX's own form, so that what runs imported networks is tested on the real onnxruntime.

Written as protocol buffers by hand (onnx.proto3), since nothing in the product needs a library that writes them.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Message = list[tuple[int, int | bytes]]

_FLOAT, _INTS, _TENSOR = 1, 7, 4
_OPSET, _IR_VERSION = 13, 8


def constant_network(outputs: Mapping[str, NDArray[np.float32]], side_px: int) -> bytes:
    """A network over 1 × 3 × side × side whose outputs are always these.

    They come of the input times nothing, because OpenCV takes no network that does not look at its input.
    """
    nodes = [
        _node("ReduceMean", ["input"], "mean", axes=[1, 2, 3]),
        _node("Constant", [], "zero", value=_tensor(np.zeros((1, 1, 1, 1), np.float32))),
        _node("Mul", ["mean", "zero"], "nothing"),
    ]
    for name, value in outputs.items():
        nodes.append(_node("Constant", [], f"{name}_value", value=_tensor(value[None])))
        nodes.append(_node("Add", ["nothing", f"{name}_value"], name))
    return _model(nodes, (1, 3, side_px, side_px), {name: (1, *value.shape) for name, value in outputs.items()})


def mosaic_network(side_px: int, tiles: int) -> bytes:
    """A network over 1 × 3 × side × side that gives the mean of each of tiles × tiles squares, colour by colour."""
    size = side_px // tiles
    nodes = [
        _node("AveragePool", ["input"], "pooled", kernel_shape=[size, size], strides=[size, size]),
        _node("Flatten", ["pooled"], "vector"),
    ]
    return _model(nodes, (1, 3, side_px, side_px), {"vector": (1, 3 * tiles * tiles)})


def _model(nodes: Sequence[bytes], input_shape: Sequence[int], outputs: Mapping[str, Sequence[int]]) -> bytes:
    graph: Message = [(1, node) for node in nodes]
    graph += [(2, b"test"), (11, _value("input", input_shape))]
    graph += [(12, _value(name, shape)) for name, shape in outputs.items()]
    return _bytes([(1, _IR_VERSION), (7, _bytes(graph)), (8, _bytes([(1, b""), (2, _OPSET)]))])


def _node(kind: str, inputs: Sequence[str], output: str, **attributes: Sequence[int] | bytes) -> bytes:
    named = [(5, _attribute(name, value)) for name, value in attributes.items()]
    return _bytes([*((1, name.encode()) for name in inputs), (2, output.encode()), (4, kind.encode()), *named])


def _attribute(name: str, value: Sequence[int] | bytes) -> bytes:
    if isinstance(value, bytes):
        return _bytes([(1, name.encode()), (5, value), (20, _TENSOR)])
    return _bytes([(1, name.encode()), *((8, number) for number in value), (20, _INTS)])


def _tensor(values: NDArray[np.float32]) -> bytes:
    return _bytes([*((1, side) for side in values.shape), (2, _FLOAT), (9, values.astype("<f4").tobytes())])


def _value(name: str, shape: Sequence[int]) -> bytes:
    sides = _bytes([(1, _bytes([(1, side)])) for side in shape])
    return _bytes([(1, name.encode()), (2, _bytes([(1, _bytes([(1, _FLOAT), (2, sides)]))]))])


def _bytes(fields: Sequence[tuple[int, int | bytes]]) -> bytes:
    """Each field's number and wire type, then the number itself or its length and bytes."""
    parts = [
        _varint(number << 3) + _varint(value)
        if isinstance(value, int)
        else _varint(number << 3 | 2) + _varint(len(value)) + value
        for number, value in fields
    ]
    return b"".join(parts)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
