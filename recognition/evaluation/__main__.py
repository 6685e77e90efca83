"""Reads every picture of some folders whose file names are the truth, and prints how often that is right.

Right is a picture in which any plate read is the named one, since photos show more cars than one; how often the plate
that would be acted on is the named one stands beside it. A picture named `none` has no plate and is right where nothing
is accepted. A picture that cannot be opened is read wrongly. Where pictures lie in several folders, each has a line.
The last line is `plates RIGHT/ALL PERCENT% p50_ms N p95_ms N`; milliseconds are from bytes to readings.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import exp, lgamma, log, log1p
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
_SELDOM: Final = 0.05
_HALVINGS: Final = 40
_NO_PLATE: Final = "NONE"
_LIMITS: Final = ImageLimits(max_bytes=64 * 1024 * 1024, allow_trailing_data=True)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One picture: its name's truth, what was read, and how long it took from bytes to readings."""

    file: Path
    readings: PlateReadings
    milliseconds: float
    processor_ms: float
    """Over all threads: what the clock shows on a busy machine is the others' as well."""
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
    def is_right(self) -> bool:
        """Whether the named plate was read; of a picture without one, whether nothing was accepted."""
        if self.truth == _NO_PLATE:
            return not self.problem and not self.is_accepted
        return self.match is not None

    @property
    def top_is_right(self) -> bool:
        """Whether the plate that would be acted on is the named one."""
        best = self.readings.best
        return best is not None and _same(best.text, self.truth)

    @property
    def is_accepted(self) -> bool:
        """Whether a plate would be acted on without a person."""
        best = self.readings.best
        return best is not None and band_for(best) is Band.ACCEPT


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
    start, spent = time.perf_counter(), time.process_time()
    readings, problem = PlateReadings((), 0, 0, {}), ""
    try:
        readings = reader.read(decode(data, _LIMITS))
    except ImageRefused as refusal:
        problem = refusal.code
    milliseconds, processor_ms = (time.perf_counter() - start) * 1000, (time.process_time() - spent) * 1000
    return Outcome(path, readings, milliseconds, processor_ms, problem)


def report(outcomes: list[Outcome]) -> str:
    """The whole report as text."""
    lines = [*_failures(outcomes), *_shares("province", outcomes, lambda o: o.truth[:1])]
    lines += [*_shares("kind", outcomes, _kind), *_groups(outcomes), *_bands(outcomes), accepted("accepted", outcomes)]
    lines += [*_parts(outcomes), _processor(outcomes), _summary("plates", outcomes)]
    return "\n".join(lines)


def _failures(outcomes: Iterable[Outcome]) -> list[str]:
    return [f"wrong {o.file} truth {o.truth} read {_read(o)}" for o in outcomes if not o.is_right]


def _read(outcome: Outcome) -> str:
    texts = " ".join(f"{p.text}:{p.confidence_0_1:.2f}" for p in outcome.readings.plates)
    return texts or outcome.problem or "nothing"


def _shares(title: str, outcomes: list[Outcome], group: Callable[[Outcome], str]) -> list[str]:
    all_of = Counter(group(o) for o in outcomes)
    right = Counter(group(o) for o in outcomes if o.is_right)
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
    right = {band: sum(o.is_right for o in group) for band, group in groups.items()}
    return [
        f"band {band} share {len(group) / len(outcomes):.3f} right {right[band]}/{len(group)}"
        for band, group in groups.items()
    ]


def _groups(outcomes: list[Outcome]) -> list[str]:
    """A line for each folder that pictures lie in; none where they all lie in one."""
    folders = sorted({o.file.parent for o in outcomes})
    named = {folder: [o for o in outcomes if o.file.parent == folder] for folder in folders}
    return [
        f"group {folder.name} {sum(o.is_right for o in found)}/{len(found)} {accepted('accepted', found)}"
        for folder, found in named.items()
        if len(folders) > 1
    ]


def accepted(name: str, outcomes: list[Outcome]) -> str:
    """How many pictures would be acted on without a person, on how many of them by another plate than the named one,
    and what share of right ones that proves at least (exact binomial bound, 95 %).
    """
    taken = [o for o in outcomes if o.is_accepted]
    wrong = sum(not o.top_is_right for o in taken)
    at_least = 100 * proven_share(len(taken), wrong)
    return f"{name} {len(taken)}/{len(outcomes)} others {wrong} precision_at_least {at_least:.2f}%"


def proven_share(count: int, wrong: int) -> float:
    """The share of right ones below which so few wrong ones of `count` would be seen once in twenty times.

    Clopper and Pearson's one-sided bound; without a wrong one it is the rule of three, 1 - 3/count.
    """
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        seldom = sum(_chance(count, k, 1 - middle) for k in range(wrong + 1)) < _SELDOM
        low, high = (middle, high) if seldom else (low, middle)
    return low


def _chance(count: int, hits: int, each: float) -> float:
    """Of exactly so many hits, in logarithms, since the ways to choose them outgrow a float."""
    ways = lgamma(count + 1) - lgamma(hits + 1) - lgamma(count - hits + 1)
    return exp(ways + hits * log(each) + (count - hits) * log1p(-each))


def _processor(outcomes: list[Outcome]) -> str:
    median, late = _percentiles([o.processor_ms for o in outcomes])
    return f"processor p50_ms {median:.0f} p95_ms {late:.0f}"


def _parts(outcomes: list[Outcome]) -> list[str]:
    names = sorted({name for o in outcomes for name in o.readings.timings_ms})
    medians = {n: _percentiles([o.readings.timings_ms.get(n, 0.0) for o in outcomes])[0] for n in names}
    return [f"part {name} p50_ms {median:.1f}" for name, median in medians.items()]


def any_and_best(folder: Path, outcomes: list[Outcome]) -> str:
    """One folder in one line: in how many pictures any plate, and in how many the best one, is the named one."""
    best = sum(o.top_is_right for o in outcomes)
    return f"{_summary(folder.name, outcomes)} any {sum(o.is_right for o in outcomes)} best {best}"


def _summary(name: str, outcomes: list[Outcome]) -> str:
    right, count = sum(o.is_right for o in outcomes), len(outcomes)
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
