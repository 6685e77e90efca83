"""Reads every picture of some folders whose file names are the truth, and prints how often that is right.

Right is a picture in which any plate read is the named one, since photos show more cars than one; how often the plate
that would be acted on is the named one stands beside it. A picture that cannot be opened is read wrongly.
The last line is `plates RIGHT/ALL PERCENT% p50_ms N p95_ms N`; milliseconds are from bytes to readings.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Final

from recognition.contracts import Band, PlateEngine, PlateReader, PlateReading, PlateReadings, band_for
from recognition.images import ImageLimits, ImageRefused, decode
from recognition.plates.reader import OcrPlateReader

_DATA: Final = Path(__file__).parents[2].parent / "shared" / "data" / "plates"
_DEFAULT: Final = (_DATA / "photos", _DATA / "crops")
_NOT_IN_A_PLATE: Final = str.maketrans("", "", "·•. ")
_SUFFIXES: Final = {".jpg", ".jpeg", ".png", ".webp"}
_LIMITS: Final = ImageLimits(max_bytes=64 * 1024 * 1024, allow_trailing_data=True)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One picture: its name's truth, what was read, and how long it took from bytes to readings."""

    file: Path
    readings: PlateReadings
    milliseconds: float
    problem: str = ""
    """Why the picture could not be opened, else empty."""

    @property
    def truth(self) -> str:
        """The plate that the file name gives; a second picture of a plate is named `PLATE-2`."""
        return self.file.stem.split("-")[0].split("_")[0].translate(_NOT_IN_A_PLATE).upper()

    @property
    def match(self) -> PlateReading | None:
        """The reading that equals the truth, if any."""
        return next((plate for plate in self.readings.plates if _same(plate.text, self.truth)), None)

    @property
    def top_is_right(self) -> bool:
        """Whether the plate that would be acted on is the named one."""
        best = self.readings.best
        return best is not None and _same(best.text, self.truth)


def _same(text: str, truth: str) -> bool:
    """Equal, letter O and digit 0 taken as one: they are the same stroke on a plate."""
    return text.replace("O", "0") == truth.replace("O", "0")


def measure(folder: Path, reader: PlateReader) -> list[Outcome]:
    """Reads every picture under a folder, after one unmeasured reading that loads the engine."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
    for path in files[:1]:
        _outcome(reader, path)
    return [_outcome(reader, path) for path in files]


def _outcome(reader: PlateReader, path: Path) -> Outcome:
    data = path.read_bytes()
    start = time.perf_counter()
    readings, problem = PlateReadings((), 0, 0, {}), ""
    try:
        readings = reader.read(decode(data, _LIMITS))
    except ImageRefused as refusal:
        problem = refusal.code
    return Outcome(path, readings, (time.perf_counter() - start) * 1000, problem)


def report(outcomes: list[Outcome]) -> str:
    """The whole report as text."""
    lines = [*_failures(outcomes), *_shares("province", outcomes, lambda o: o.truth[:1])]
    lines += _shares("kind", outcomes, _kind)
    lines += [*_bands(outcomes), *_parts(outcomes), _summary("plates", outcomes)]
    return "\n".join(lines)


def _failures(outcomes: Iterable[Outcome]) -> list[str]:
    return [f"wrong {o.file} truth {o.truth} read {_read(o)}" for o in outcomes if not o.match]


def _read(outcome: Outcome) -> str:
    texts = " ".join(f"{p.text}:{p.confidence_0_1:.2f}" for p in outcome.readings.plates)
    return texts or outcome.problem or "nothing"


def _shares(title: str, outcomes: list[Outcome], group: Callable[[Outcome], str]) -> list[str]:
    all_of = Counter(group(o) for o in outcomes)
    right = Counter(group(o) for o in outcomes if o.match)
    return [f"{title} {name} {right[name]}/{count}" for name, count in sorted(all_of.items())]


def _kind(outcome: Outcome) -> str:
    plate = outcome.match or outcome.readings.best
    return plate.kind if plate else "none"


def _band(outcome: Outcome) -> Band:
    """The band of the named plate, or else of the plate that would be acted on in its place."""
    plate = outcome.match or outcome.readings.best
    return band_for(plate) if plate else Band.REJECT


def _bands(outcomes: list[Outcome]) -> list[str]:
    groups = {band: [o for o in outcomes if _band(o) is band] for band in Band}
    right = {band: sum(bool(o.match) for o in group) for band, group in groups.items()}
    return [
        f"band {band} share {len(group) / len(outcomes):.3f} right {right[band]}/{len(group)}"
        for band, group in groups.items()
    ]


def _parts(outcomes: list[Outcome]) -> list[str]:
    names = sorted({name for o in outcomes for name in o.readings.timings_ms})
    medians = {n: _percentiles([o.readings.timings_ms.get(n, 0.0) for o in outcomes])[0] for n in names}
    return [f"part {name} p50_ms {median:.1f}" for name, median in medians.items()]


def any_and_best(folder: Path, outcomes: list[Outcome]) -> str:
    """One folder in one line: in how many pictures any plate, and in how many the best one, is the named one."""
    best = sum(o.top_is_right for o in outcomes)
    return f"{_summary(folder.name, outcomes)} any {sum(bool(o.match) for o in outcomes)} best {best}"


def _summary(name: str, outcomes: list[Outcome]) -> str:
    right, count = sum(bool(o.match) for o in outcomes), len(outcomes)
    median, late = _percentiles([o.milliseconds for o in outcomes])
    return f"{name} {right}/{count} {100 * right / count:.1f}% p50_ms {median:.0f} p95_ms {late:.0f}"


def _percentiles(values: list[float]) -> tuple[float, float]:
    """The 50th and the 95th."""
    cuts = quantiles([*values, *values], n=20, method="inclusive")
    return cuts[9], cuts[18]


def main() -> int:
    """Exit status 2 where there is nothing to measure."""
    parser = argparse.ArgumentParser(prog="python -m recognition.evaluation", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="photos and crops of the shared data unless given")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--engine", type=PlateEngine, choices=list(PlateEngine), default=PlateEngine.ONNX)
    parser.add_argument("--model-dir", type=Path, help="where imported packs lie")
    arguments = parser.parse_args()
    reader = OcrPlateReader(arguments.engine, threads=arguments.threads, model_dir=arguments.model_dir)
    folders = arguments.folders or _DEFAULT
    measured = {folder: measure(folder, reader) for folder in folders}
    outcomes = [outcome for found in measured.values() for outcome in found]
    if not outcomes:
        print(f"no pictures under {' '.join(map(str, folders))}", file=sys.stderr)
        return 2
    for folder, found in measured.items():
        if found:
            print(any_and_best(folder, found))
    print(report(outcomes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
