"""Exact search among many templates: to find double enrolments and to measure. A gate never asks it."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recognition.faces.templates import Vectors, scores_between

_PERSONS_AT_ONCE: Final = 256


def most_alike(probe: Vectors, gallery: Vectors, count: int = 1) -> list[tuple[int, float]]:
    """Rows of the gallery and their scores, the most alike first; every row is compared."""
    scores = scores_between(probe.reshape(1, -1), gallery)[0]
    best = np.argsort(-scores, kind="stable")[:count]
    return [(int(i), float(scores[i])) for i in best]


def person_pairs(
    vectors: Vectors, starts: Sequence[int]
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]]:
    """Every pair of different persons once, in blocks: the first's number, the second's, their best score.

    `vectors` are sorted by person and `starts` holds each person's first row.
    """
    bounds = np.append(np.asarray(starts, np.intp), len(vectors))
    persons = len(starts)
    for first in range(0, persons, _PERSONS_AT_ONCE):
        last = min(first + _PERSONS_AT_ONCE, persons)
        scores = scores_between(vectors[bounds[first] : bounds[last]], vectors[bounds[first] :])
        by_row = np.maximum.reduceat(scores, bounds[first:last] - bounds[first], axis=0)
        by_pair = np.maximum.reduceat(by_row, bounds[first:persons] - bounds[first], axis=1)
        rows, columns = np.triu_indices(last - first, 1, persons - first)
        yield rows + first, columns + first, by_pair[rows, columns]
