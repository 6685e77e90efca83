"""Photos read a second on rendered gate scenes, the parts of one reading, and both engines beside each other."""

import time
from collections.abc import Callable
from functools import partial
from statistics import median

import numpy as np

from recognition.contracts import PlateColour, PlateEngine, PlateReader
from recognition.images import decode
from recognition.plates import default_reader
from recognition.plates.ctc import PlateDecoder
from recognition.plates.engines import ENGINES
from recognition.plates.text_recognition import TextRecogniser
from tests.benchmarks.figures import alternately, compare, rate, show
from tests.builders.scenes import gate_scene, plate_picture
from tests.chaos.installation import Installation

TEXTS = ("皖A12345", "京N8P8F8", "沪ADK3216", "川A8888警", "苏E05EV8", "粤B12345")
PARTS = ("detect", "crop", "recognise", "decode")
DECODINGS = 200


def bench_plates(_: Installation) -> None:
    photos = [gate_scene(text, seed=seed) for seed, text in enumerate(TEXTS)]
    onnx, paddle = default_reader(PlateEngine.ONNX), default_reader(PlateEngine.PADDLE)
    # Processor time, since wall time on a busy machine says more of the others.
    compare("plates_photo_processor", *alternately(_effort(onnx, photos), _effort(paddle, photos), rounds=3), "ms")
    show("plates_photos_per_s", rate(lambda i: onnx.read(decode(photos[i])), len(photos)), "photos/s")
    _show_parts(onnx, photos)
    _show_decoding()


def _effort(reader: PlateReader, photos: list[bytes]) -> Callable[[], float]:
    """Processor milliseconds a photo, over all threads."""
    reader.read(decode(photos[0]))
    return lambda: _cpu_ms(lambda: [reader.read(decode(photo)) for photo in photos]) / len(photos)


def _show_parts(reader: PlateReader, photos: list[bytes]) -> None:
    jpeg = [_cpu_ms(partial(decode, photo)) for photo in photos]
    timings = [reader.read(decode(photo)).timings_ms for photo in photos]
    show("plates_part_jpeg", median(jpeg), "ms")
    for part in PARTS:
        show(f"plates_part_{part}", median(t.get(part, 0.0) for t in timings), "ms")


def _show_decoding() -> None:
    """Processor time to decode one line along every pattern that its ground allows, and along all of them."""
    networks = ENGINES[PlateEngine.ONNX].load(1, None)
    line = np.asarray(plate_picture("皖A12345").resize((150, 48)))[:, :, ::-1]
    output = TextRecogniser(networks.recogniser)([line])[0]
    decoder = PlateDecoder(networks.characters)
    for name, ground in (("blue", PlateColour.BLUE), ("colourless", PlateColour.UNKNOWN)):
        spent = [_cpu_ms(partial(decoder.decode, output, ground)) for _ in range(DECODINGS)]
        show(f"plates_decode_line_{name}", median(spent), "ms of processor time")


def _cpu_ms(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000
