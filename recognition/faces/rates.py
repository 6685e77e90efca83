"""False matches and false non-matches, and how much a count of them proves. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, exp, isqrt, lgamma, log, log1p
from typing import Final

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

CONFIDENCE_0_1: Final = 0.95
"""One-sided, of every bound here unless another is given."""
_HALVINGS: Final = 60
_ROC_AT: Final = (0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6)


@dataclass(frozen=True, slots=True)
class Rates:
    """At one threshold: the share of impostor pairs at or above it, and of genuine pairs below it."""

    threshold: float
    fmr: float
    fnmr: float


def rates_at(threshold: float, genuine: Scores, impostor: Scores) -> Rates:
    """Both rates; not a number where there are no such pairs."""
    return Rates(threshold, _share(impostor >= threshold), _share(genuine < threshold))


def roc(genuine: Scores, impostor: Scores) -> list[Rates]:
    """The lowest threshold of each false match rate from 10 % down, as far as the impostor pairs reach, and of none."""
    wanted = [fmr for fmr in _ROC_AT if fmr * len(impostor) >= 1]
    return [rates_at(threshold_for(int(fmr * len(impostor)), impostor), genuine, impostor) for fmr in [*wanted, 0.0]]


def equal_error(genuine: Scores, impostor: Scores) -> Rates:
    """Where both rates come nearest to each other; both kinds of pairs are needed."""
    thresholds = np.unique(np.concatenate([genuine, impostor]))
    false_matches = 1 - np.searchsorted(np.sort(impostor), thresholds) / len(impostor)
    misses = np.searchsorted(np.sort(genuine), thresholds) / len(genuine)
    return rates_at(float(thresholds[np.argmin(np.abs(false_matches - misses))]), genuine, impostor)


def threshold_for(false_matches: int, impostor: Scores) -> float:
    """The lowest threshold that at most so many of the impostor scores reach."""
    if false_matches >= len(impostor):
        return 0.0
    highest = np.partition(impostor, len(impostor) - 1 - false_matches)[len(impostor) - 1 - false_matches]
    return float(np.nextafter(np.float32(highest), np.float32(2)))


def rate_at_most(count: int, of: int, confidence_0_1: float = CONFIDENCE_0_1) -> float:
    """Upper bound of a rate of which `count` cases were seen in `of` trials (Clopper and Pearson)."""
    if count >= of:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _seen_or_fewer(count, of, middle) > 1 - confidence_0_1 else (low, middle)
    return high


def count_allowed(rate: float, of: int, confidence_0_1: float = CONFIDENCE_0_1) -> int | None:
    """The most cases that may be seen in `of` trials for the rate to be shown; None where even none shows it."""
    allowed, seen = -1, 0.0
    for count, share in enumerate(_shares(of, rate)):
        seen += share
        if seen > 1 - confidence_0_1:
            break
        allowed = count
    return allowed if allowed >= 0 else None


def trials_needed(rate: float, confidence_0_1: float = CONFIDENCE_0_1) -> int:
    """Trials without a single case that show a rate: about three over the rate."""
    return ceil(log(1 - confidence_0_1) / log1p(-rate))


def persons_for(pairs: int) -> int:
    """The fewest persons who make so many pairs."""
    persons = (1 + isqrt(1 + 8 * pairs)) // 2
    return persons if persons * (persons - 1) // 2 >= pairs else persons + 1


def _seen_or_fewer(count: int, of: int, rate: float) -> float:
    if rate <= 0:
        return 1.0
    shares = _shares(of, rate)
    return sum(share for share, _ in zip(shares, range(count + 1), strict=False))


def _shares(of: int, rate: float) -> Iterator[float]:
    """The probability of seeing 0, 1, 2 … cases in `of` trials."""
    for count in range(of + 1):
        ways = lgamma(of + 1) - lgamma(count + 1) - lgamma(of - count + 1)
        yield exp(ways + count * log(rate) + (of - count) * log1p(-rate))


def _share(holds: NDArray[np.bool_]) -> float:
    return float(holds.mean()) if holds.size else float("nan")
