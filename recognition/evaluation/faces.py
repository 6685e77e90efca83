"""Compares every two faces of the pictures in a folder, and prints how often same and different persons are told apart.

One folder a person; pictures that lie in the folder itself are of the person whose name they have, without digits at
its end (`lin.jpg`, `lin2.jpg`). A picture counts by its largest face. One without a face, with a second one half as
high or more, or that cannot be opened is left out and counted: nobody could be enrolled by it.

False match and false non-match rate stand at the threshold in `weights.toml`, or in an imported pack's manifest. The
last line is `faces pairs N fmr X fnmr X threshold X p50_ms N`; milliseconds are from bytes to template, a picture.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np

from recognition.face_contracts import FaceEngine, FaceEngineKind, FaceTemplate
from recognition.faces.advice import advice_on, has_rival
from recognition.faces.dlib_engine import DlibFaceEngine
from recognition.faces.limits import enrolment_limits
from recognition.faces.onnx_engine import OnnxFaceEngine
from recognition.faces.rates import Rates, Scores, equal_error, rate_at_most, rates_at, roc
from recognition.faces.search import most_alike
from recognition.faces.templates import Vectors, matrix_of, scores_between
from recognition.images import ImageLimits, ImageRefused, decode
from recognition.weights import WeightsError

_DEFAULT: Final = Path(__file__).parents[2].parent / "shared" / "data" / "faces"
_SUFFIXES: Final = {".jpg", ".jpeg", ".png", ".webp"}
_LIMITS: Final = ImageLimits(max_bytes=64 * 1024 * 1024, allow_trailing_data=True)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One picture: whose it is, its template or why there is none, and what enrolment would say of it."""

    person: str
    template: FaceTemplate | None
    problem: str = ""
    advice: tuple[str, ...] = ()
    detect_ms: float = 0.0
    embed_ms: float = 0.0
    processor_ms: float = 0.0
    """Of both; tells of the work even where other processes share the machine."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """The scores of every two pictures, and of how many pictures the likest other one is of the same person."""

    genuine: Scores
    impostor: Scores
    first_is_right: int
    first_asked: int

    @property
    def count(self) -> int:
        """Of both kinds."""
        return len(self.genuine) + len(self.impostor)


def measure(folder: Path, engine: FaceEngine) -> list[Outcome]:
    """Every picture under a folder, after one unmeasured picture that loads the engine; raises `WeightsError`."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
    for path in files[:1]:
        _outcome(engine, path, "")
    return [_outcome(engine, path, _person(path, folder)) for path in files]


def _person(path: Path, folder: Path) -> str:
    inside = path.relative_to(folder).parts
    return inside[0] if len(inside) > 1 else path.stem.rstrip("0123456789").rstrip("_- ")


def _outcome(engine: FaceEngine, path: Path, person: str) -> Outcome:
    start, processor = time.perf_counter(), time.process_time()
    try:
        image = decode(path.read_bytes(), _LIMITS)
    except ImageRefused as refusal:
        return Outcome(person, None, refusal.code)
    faces = engine.detect(image)
    found = time.perf_counter()
    advice = tuple(advice_on(faces, enrolment_limits()))
    if not faces or has_rival(faces):
        return Outcome(person, None, advice[0], advice, (found - start) * 1000)
    template = engine.embed(image, faces[0])
    parts = found - start, time.perf_counter() - found, time.process_time() - processor
    return Outcome(person, template, "", advice, *(part * 1000 for part in parts))


def pairs_of(outcomes: Sequence[Outcome]) -> Pairs:
    """Every two templates; needs one at least."""
    used = [(outcome.person, outcome.template) for outcome in outcomes if outcome.template]
    vectors = matrix_of([template for _, template in used])
    persons = np.array([person for person, _ in used])
    rows, columns = np.triu_indices(len(used), 1)
    scores, same = scores_between(vectors, vectors)[rows, columns], persons[rows] == persons[columns]
    right = list(_first_is_right(vectors, persons.tolist()))
    return Pairs(scores[same], scores[~same], sum(right), len(right))


def _first_is_right(vectors: Vectors, persons: list[str]) -> Iterator[bool]:
    """For each picture of somebody who has another one."""
    counts = Counter(persons)
    for i, person in enumerate(persons):
        if counts[person] > 1:
            found = next(j for j, _ in most_alike(vectors[i], vectors, 2) if j != i)
            yield persons[found] == person


def report(outcomes: Sequence[Outcome], match_at: float, grey_at: float) -> str:
    """The whole report as text; no name and no vector stands in it."""
    pairs = pairs_of(outcomes)
    at_match, at_grey = (rates_at(threshold, pairs.genuine, pairs.impostor) for threshold in (match_at, grey_at))
    lines = [*_pictures(outcomes), f"first {pairs.first_is_right}/{pairs.first_asked}", *_curve(pairs)]
    lines += [_line("grey", at_grey), _line("match", at_match), _proven(pairs, match_at), *_parts(outcomes)]
    took = median(o.detect_ms + o.embed_ms for o in outcomes if o.template)
    return "\n".join([*lines, f"faces pairs {pairs.count} {_rates(at_match)} p50_ms {took:.0f}"])


def _pictures(outcomes: Sequence[Outcome]) -> list[str]:
    used = [outcome for outcome in outcomes if outcome.template]
    left_out = Counter(outcome.problem for outcome in outcomes if outcome.problem)
    advised = Counter(advice for outcome in used for advice in outcome.advice)
    return [
        f"pictures {len(outcomes)} used {len(used)} persons {len({outcome.person for outcome in used})}",
        *(f"left_out {problem} {count}" for problem, count in sorted(left_out.items())),
        *(f"advice {advice} {count}" for advice, count in sorted(advised.items())),
    ]


def _curve(pairs: Pairs) -> list[str]:
    if not len(pairs.genuine) or not len(pairs.impostor):
        return []
    lines = [_line("roc", rates) for rates in roc(pairs.genuine, pairs.impostor)]
    lowest, highest = float(pairs.genuine.min()), float(pairs.impostor.max())
    margin = f"margin genuine_min {lowest:.4f} impostor_max {highest:.4f}"
    return [*lines, _line("equal_error", equal_error(pairs.genuine, pairs.impostor)), margin]


def _proven(pairs: Pairs, match_at: float) -> str:
    count, of = int((pairs.impostor >= match_at).sum()), len(pairs.impostor)
    bound = f"{rate_at_most(count, of):.2g}" if of else "nan"
    return f"proven fmr_at_most {bound} from {count} of {of}"


def _parts(outcomes: Sequence[Outcome]) -> list[str]:
    used = [outcome for outcome in outcomes if outcome.template]
    detect, embed = median(o.detect_ms for o in used), median(o.embed_ms for o in used)
    processor = median(o.processor_ms for o in used)
    return [
        f"part detect p50_ms {detect:.1f}",
        f"part embed p50_ms {embed:.1f}",
        f"processor p50_ms {processor:.1f}",
    ]


def _line(name: str, rates: Rates) -> str:
    return f"{name} {_rates(rates)}"


def _rates(rates: Rates) -> str:
    return f"fmr {rates.fmr:.6f} fnmr {rates.fnmr:.4f} threshold {rates.threshold:.4f}"


def main() -> int:
    """Exit status 2 where there is nothing to measure, 3 where the engine is not available."""
    parser = argparse.ArgumentParser(prog="python -m recognition.evaluation.faces", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=_DEFAULT, help="the shared faces unless given")
    parser.add_argument("--engine", type=FaceEngineKind, choices=list(FaceEngineKind), default=FaceEngineKind.DLIB)
    parser.add_argument("--model-dir", type=Path, help="where imported packs lie")
    arguments = parser.parse_args()
    dlib = arguments.engine is FaceEngineKind.DLIB
    engine = DlibFaceEngine(arguments.model_dir) if dlib else OnnxFaceEngine(arguments.model_dir)
    try:
        outcomes, thresholds = measure(arguments.folder, engine), engine.thresholds
    except WeightsError as error:
        print(f"{error} ({error.code})", file=sys.stderr)
        return 3
    if not any(outcome.template for outcome in outcomes):
        print(f"no picture of a face under {arguments.folder}", file=sys.stderr)
        return 2
    print(report(outcomes, thresholds.match_at, thresholds.grey_at))
    return 0


if __name__ == "__main__":
    sys.exit(main())
