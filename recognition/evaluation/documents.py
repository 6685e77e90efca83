"""Reads every photo of a folder with a `truth.json`, and prints how often each field of the cards is right.

`truth.json` is a list of `{"card": 1, "side": "front", "file": "1.jpg", "fields": {…}, "conditions": ["shadow"]}`
with the fields `name`, `sex` (male, female), `ethnic_group`, `born_on`, `address`, `number`, or `authority`, `since`,
`until` (null: for life). A card is right when every field of all its photos is. Files are named, never what they hold.

The last line is `documents RIGHT/ALL PERCENT% p50_ms N p95_ms N`; milliseconds are from bytes to fields, a photo.
"""

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

from recognition.contracts import CardBack, CardField, CardFront, CardSide, DocumentRefused, FieldStatus
from recognition.documents.reader import OnnxCardReader
from recognition.images import ImageLimits, decode

_LIMITS: Final = ImageLimits(max_bytes=64 * 1024 * 1024, allow_trailing_data=True)


@dataclass(frozen=True, slots=True)
class FieldOutcome:
    """One field: whether it is right, and what a clerk would be told of it."""

    name: str
    is_right: bool
    status: FieldStatus


@dataclass(frozen=True, slots=True)
class Outcome:
    """One photo: which card's, what became of its fields, how long it took; `refusal` is a code or empty."""

    card: str
    file: str
    conditions: tuple[str, ...]
    fields: tuple[FieldOutcome, ...]
    refusal: str
    milliseconds: float
    cpu_milliseconds: float

    @property
    def is_right(self) -> bool:
        """Whether every field is."""
        return all(field.is_right for field in self.fields)


def measure(folder: Path, threads: int, today: date) -> list[Outcome]:
    """Reads every photo that `truth.json` names, after one unmeasured reading that loads the engine."""
    reader = OnnxCardReader(threads=threads)
    entries: list[dict[str, Any]] = json.loads((folder / "truth.json").read_text("utf-8"))
    for entry in entries[:1]:
        _outcome(reader, folder, entry, today)
    return [_outcome(reader, folder, entry, today) for entry in entries]


def _outcome(reader: OnnxCardReader, folder: Path, entry: Mapping[str, Any], today: date) -> Outcome:
    data = (folder / entry["file"]).read_bytes()
    start, cpu = time.perf_counter(), time.process_time()
    refusal, read = "", {}
    try:
        card = reader.read(decode(data, _LIMITS), today, CardSide(entry["side"]))
        read = _front(card) if isinstance(card, CardFront) else _back(card)
    except DocumentRefused as refused:
        refusal = refused.code
    took, cpu_took = time.perf_counter() - start, time.process_time() - cpu
    fields = tuple(_field(name, truth, read) for name, truth in entry["fields"].items())
    conditions = tuple(entry.get("conditions", ()))
    return Outcome(str(entry["card"]), entry["file"], conditions, fields, refusal, took * 1000, cpu_took * 1000)


def _field(name: str, truth: str | None, read: Mapping[str, tuple[str | None, FieldStatus]]) -> FieldOutcome:
    value, status = read.get(name, ("", FieldStatus.MISSING))
    return FieldOutcome(name, value == truth, status)


def _front(card: CardFront) -> dict[str, tuple[str | None, FieldStatus]]:
    born_on = card.born_on.value
    return {
        **{name: _plain(getattr(card, name)) for name in ("name", "sex", "ethnic_group", "address", "number")},
        "born_on": (born_on.isoformat() if born_on else None, card.born_on.status),
    }


def _back(card: CardBack) -> dict[str, tuple[str | None, FieldStatus]]:
    validity, status = card.validity.value, card.validity.status
    if validity is None:
        return {"authority": _plain(card.authority)}
    until = validity.until.isoformat() if validity.until else None
    return {
        "authority": _plain(card.authority),
        "since": (validity.since.isoformat(), status),
        "until": (until, status),
    }


def _plain(field: CardField[str]) -> tuple[str | None, FieldStatus]:
    return field.value, field.status


def report(outcomes: list[Outcome]) -> str:
    """The whole report as text."""
    lines = [*_failures(outcomes), *_by_field(outcomes), *_by_condition(outcomes), *_refusals(outcomes)]
    return "\n".join([*lines, _cpu(outcomes), _summary(outcomes)])


def _failures(outcomes: Iterable[Outcome]) -> list[str]:
    """By file and field; what was read stays unsaid."""
    return [
        f"wrong {outcome.file} {' '.join(f'{f.name}:{f.status}' for f in outcome.fields if not f.is_right)}"
        f"{f' refused {outcome.refusal}' if outcome.refusal else ''}"
        for outcome in outcomes
        if not outcome.is_right
    ]


def _by_field(outcomes: Iterable[Outcome]) -> list[str]:
    """Right, and of the sure ones the share and how many are wrong: these nobody would look at."""
    groups: dict[str, list[FieldOutcome]] = defaultdict(list)
    for field in (field for outcome in outcomes for field in outcome.fields):
        groups[field.name].append(field)
    return [_field_line(name, group) for name, group in groups.items()]


def _field_line(name: str, group: list[FieldOutcome]) -> str:
    sure = [field for field in group if field.status is FieldStatus.SURE]
    wrong = sum(not field.is_right for field in sure)
    right = sum(field.is_right for field in group)
    return f"field {name} {right}/{len(group)} sure {len(sure)} wrong_but_sure {wrong}"


def _by_condition(outcomes: Iterable[Outcome]) -> list[str]:
    every, right = Counter[str](), Counter[str]()
    for outcome in outcomes:
        every.update(outcome.conditions or ("none",))
        right.update((outcome.conditions or ("none",)) if outcome.is_right else ())
    return [f"condition {name} {right[name]}/{count}" for name, count in sorted(every.items())]


def _refusals(outcomes: Iterable[Outcome]) -> list[str]:
    counted = Counter(outcome.refusal or "none" for outcome in outcomes)
    return [f"refusal {code} {count}" for code, count in sorted(counted.items())]


def _cpu(outcomes: list[Outcome]) -> str:
    """Processor time tells of the work even where other processes share the machine."""
    median, late = _percentiles([outcome.cpu_milliseconds for outcome in outcomes])
    return f"processor p50_ms {median:.0f} p95_ms {late:.0f}"


def _summary(outcomes: list[Outcome]) -> str:
    cards: dict[str, bool] = {}
    for outcome in outcomes:
        cards[outcome.card] = cards.get(outcome.card, True) and outcome.is_right
    right, count = sum(cards.values()), len(cards)
    median, late = _percentiles([outcome.milliseconds for outcome in outcomes])
    return f"documents {right}/{count} {100 * right / count:.1f}% p50_ms {median:.0f} p95_ms {late:.0f}"


def _percentiles(values: list[float]) -> tuple[float, float]:
    """The 50th and the 95th."""
    cuts = quantiles([*values, *values], n=20, method="inclusive")
    return cuts[9], cuts[18]


def main() -> int:
    """Exit status 2 where there is nothing to measure."""
    parser = argparse.ArgumentParser(prog="python -m recognition.evaluation.documents", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--today", type=date.fromisoformat, required=True, help="the local day to check dates against")
    arguments = parser.parse_args()
    if not (arguments.folder / "truth.json").is_file():
        print(f"no truth.json in {arguments.folder}", file=sys.stderr)
        return 2
    print(report(measure(arguments.folder, arguments.threads, arguments.today)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
