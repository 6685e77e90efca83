"""Thresholds from a site's own people: how alike different persons are there, and what that proves.

Each pair of persons counts once, by their two likest pictures, so that a person with many pictures proves no more than
one with few. Pairs that share a person are not quite independent; the bound treats them as if they were, as is usual.
It speaks of pictures like those it was given: a gate's are worse than enrolled ones, and in bad light strangers may
look more alike.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recognition.face_contracts import FaceCalibration, FaceRefused, FaceTemplate, FaceThresholds
from recognition.faces.rates import (
    CONFIDENCE_0_1,
    Scores,
    count_allowed,
    persons_for,
    rate_at_most,
    threshold_for,
    trials_needed,
)
from recognition.faces.search import person_pairs
from recognition.faces.templates import Vectors, matrix_of, scores_between

TARGET_FMR: Final = 1e-5
_GREY_FMR: Final = 1e-3
"""One impostor in a thousand may reach a person's eyes; more would teach them to nod."""
_QUANTILES: Final = (0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999)
_TO_LOOK_AT: Final = 20
_BINS: Final = 20_000
_FEWEST_PERSONS: Final = 2


@dataclass(slots=True)
class _Tally:
    """Scores of impostor pairs as they come: a histogram of all, and the highest themselves."""

    kept: int
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(_BINS, np.int64))
    highest: Scores = field(default_factory=lambda: np.empty(0, np.float32))

    def add(self, scores: Scores) -> None:
        self.counts += np.bincount(np.minimum((scores * _BINS).astype(np.intp), _BINS - 1), minlength=_BINS)
        together = np.concatenate([self.highest, scores])
        surplus = len(together) - self.kept
        self.highest = np.partition(together, surplus)[surplus:] if surplus > 0 else together

    @property
    def pairs(self) -> int:
        return int(self.counts.sum())

    def quantile(self, share: float) -> float:
        """To the width of a bin, rounded up."""
        reached = np.cumsum(self.counts) >= share * self.pairs
        return float(int(np.argmax(reached)) + 1) / _BINS


def calibrate(
    templates: Iterable[tuple[str, FaceTemplate]],
    current: FaceThresholds,
    *,
    target_fmr: float = TARGET_FMR,
    confidence_0_1: float = CONFIDENCE_0_1,
) -> FaceCalibration:
    """Thresholds for a false match rate, from (person, template) pairs of one model, and the evidence for them.

    Where the persons are too few to show the rate the thresholds are never below the current ones and not certified.
    Raises `FaceRefused` for templates of another model (`face_models_differ`) and for a single person
    (`face_calibration_too_few`).
    """
    people = sorted(templates, key=lambda one: one[0])
    names, starts = _persons(people)
    if len(names) < _FEWEST_PERSONS:
        raise FaceRefused("face_calibration_too_few", "two persons are needed")
    if people[0][1].model != current.model:
        raise FaceRefused("face_models_differ", "templates and thresholds are of different models")
    vectors = matrix_of([template for _, template in people])
    pairs = len(names) * (len(names) - 1) // 2
    allowed = count_allowed(target_fmr, pairs, confidence_0_1)
    tally, look_at = _impostors(vectors, starts, names, current.match_at, (allowed or 0) + 1)
    thresholds = _thresholds(tally, current, allowed, target_fmr)
    false_matches = int((tally.highest >= np.float32(thresholds.match_at)).sum())
    genuine = _genuine(vectors, starts)
    needed = trials_needed(target_fmr, confidence_0_1)
    return FaceCalibration(
        thresholds=thresholds,
        target_fmr=target_fmr,
        persons=len(names),
        templates=len(people),
        impostor_pairs=pairs,
        impostor_pairs_needed=needed,
        persons_needed=persons_for(needed),
        genuine_pairs=len(genuine),
        false_matches=false_matches,
        fmr_at_most=rate_at_most(false_matches, pairs, confidence_0_1),
        confidence_0_1=confidence_0_1,
        fnmr=float((genuine < thresholds.match_at).mean()) if genuine.size else None,
        impostor_quantiles={f"{share}": tally.quantile(share) for share in _QUANTILES if pairs * (1 - share) >= 1},
        look_at=look_at,
    )


def _persons(people: Sequence[tuple[str, FaceTemplate]]) -> tuple[list[str], list[int]]:
    starts = [i for i, (name, _) in enumerate(people) if i == 0 or name != people[i - 1][0]]
    return [people[i][0] for i in starts], starts


def _impostors(
    vectors: Vectors, starts: Sequence[int], names: Sequence[str], suspect_at: float, kept: int
) -> tuple[_Tally, tuple[tuple[str, str, float], ...]]:
    tally, suspects = _Tally(kept), list[tuple[str, str, float]]()
    for firsts, seconds, scores in person_pairs(vectors, starts):
        tally.add(scores)
        suspects += [
            (names[firsts[i]], names[seconds[i]], float(scores[i])) for i in np.flatnonzero(scores >= suspect_at)
        ]
        suspects = sorted(suspects, key=lambda pair: -pair[2])[:_TO_LOOK_AT]
    return tally, tuple(suspects)


def _thresholds(tally: _Tally, current: FaceThresholds, allowed: int | None, target_fmr: float) -> FaceThresholds:
    """At the order statistic that leaves as many false matches as the target bears: a bound without a model."""
    shown = threshold_for(allowed or 0, tally.highest)
    match_at = min(1.0, shown if allowed is not None else max(shown, current.match_at))
    few = tally.pairs * _GREY_FMR < 1
    grey_at = min(match_at, current.grey_at if few else tally.quantile(1 - _GREY_FMR))
    evidence = f"{tally.pairs} pairs of different persons, target FMR {target_fmr:g}"
    # Somebody enrolled twice with one picture leaves no threshold at all.
    is_certified = allowed is not None and shown <= 1
    return FaceThresholds(current.model, match_at, grey_at, is_certified, evidence)


def _genuine(vectors: Vectors, starts: Sequence[int]) -> Scores:
    """Scores of every two pictures of one person."""
    people = np.split(vectors, starts[1:])
    scores = [scores_between(person, person)[np.triu_indices(len(person), 1)] for person in people]
    return np.concatenate(scores)
