"""Reads every picture of a folder whose file names are the truth, and prints how often that is right.

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

from recognition.contracts import Band, PlateReading, PlateReadings, band_for
from recognition.images import ImageLimits, decode
from recognition.plates.reader import OcrPlateReader

_DEFAULT: Final = Path(__file__).parents[2].parent / "shared" / "data" / "plates" / "photos"
_SUFFIXES: Final = {".jpg", ".jpeg", ".png", ".webp"}
_LIMITS: Final = ImageLimits(max_bytes=64 * 1024 * 1024, allow_trailing_data=True)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One picture: its name's truth, what was read, and how long it took from bytes to readings."""

    file: Path
    readings: PlateReadings
    milliseconds: float

    @property
    def truth(self) -> str:
        """The plate that the file name gives; a second picture of a plate is named `PLATE-2`."""
        return self.file.stem.split("-")[0].split("_")[0]

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


def measure(folder: Path, threads: int) -> list[Outcome]:
    """Reads every picture under a folder, after one unmeasured reading that loads the engine."""
    reader = OcrPlateReader(threads=threads)
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
    for path in files[:1]:
        reader.read(decode(path.read_bytes(), _LIMITS))
    return [_outcome(reader, path) for path in files]


def _outcome(reader: OcrPlateReader, path: Path) -> Outcome:
    data = path.read_bytes()
    start = time.perf_counter()
    readings = reader.read(decode(data, _LIMITS))
    return Outcome(path, readings, (time.perf_counter() - start) * 1000)


def report(outcomes: list[Outcome]) -> str:
    """The whole report as text."""
    lines = [*_failures(outcomes), *_shares("province", outcomes, lambda o: o.truth[:1])]
    lines += _shares("kind", outcomes, _kind)
    lines += [*_bands(outcomes), *_parts(outcomes), _top(outcomes), _summary(outcomes)]
    return "\n".join(lines)


def _failures(outcomes: Iterable[Outcome]) -> list[str]:
    return [f"wrong {o.file.name} truth {o.truth} read {_read(o)}" for o in outcomes if not o.match]


def _read(outcome: Outcome) -> str:
    return " ".join(f"{p.text}:{p.confidence_0_1:.2f}" for p in outcome.readings.plates) or "nothing"


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


def _top(outcomes: list[Outcome]) -> str:
    return f"top-1 {sum(o.top_is_right for o in outcomes)}/{len(outcomes)}"


def _summary(outcomes: list[Outcome]) -> str:
    right, count = sum(bool(o.match) for o in outcomes), len(outcomes)
    median, late = _percentiles([o.milliseconds for o in outcomes])
    return f"plates {right}/{count} {100 * right / count:.1f}% p50_ms {median:.0f} p95_ms {late:.0f}"


def _percentiles(values: list[float]) -> tuple[float, float]:
    """The 50th and the 95th."""
    cuts = quantiles([*values, *values], n=20, method="inclusive")
    return cuts[9], cuts[18]


def main() -> int:
    """Exit status 2 where there is nothing to measure."""
    parser = argparse.ArgumentParser(prog="python -m recognition.evaluation", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=_DEFAULT)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    outcomes = measure(arguments.folder, arguments.threads)
    if not outcomes:
        print(f"no pictures under {arguments.folder}", file=sys.stderr)
        return 2
    print(report(outcomes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
