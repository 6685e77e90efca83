"""What so many pairs prove; expected values by hand or from tables."""

import numpy as np
import pytest

from recognition.faces.rates import (
    count_allowed,
    equal_error,
    persons_for,
    rate_at_most,
    rates_at,
    roc,
    threshold_for,
    trials_needed,
)

TENTHS = (np.arange(100) / 100).astype(np.float32)


def test_one_in_a_hundred_thousand_needs_about_775_people() -> None:
    assert trials_needed(1e-5) == 299_572
    assert persons_for(trials_needed(1e-5)) == 775
    assert rate_at_most(0, 775 * 774 // 2) <= 1e-5 < rate_at_most(0, 774 * 773 // 2)


@pytest.mark.parametrize(("persons", "pairs"), [(2, 1), (3, 2), (3, 3), (4, 4), (100, 4950), (101, 4951)])
def test_persons_make_pairs(persons: int, pairs: int) -> None:
    assert persons_for(pairs) == persons


@pytest.mark.parametrize(
    ("count", "of", "bound"),
    # Clopper and Pearson, one-sided 95 %: 1 - 0.05^(1/n) where nothing was seen, else the beta quantile.
    [(0, 10, 0.25887), (0, 100, 0.02951), (1, 20, 0.21611), (5, 10, 0.77756), (10, 10, 1.0), (3, 1000, 0.007736)],
)
def test_the_bound_is_that_of_the_tables(count: int, of: int, bound: float) -> None:
    assert rate_at_most(count, of) == pytest.approx(bound, rel=2e-3)


@pytest.mark.parametrize("of", [299_572, 500_000, 1_000_000, 10_000_000])
def test_as_many_are_allowed_as_still_show_the_rate(of: int) -> None:
    allowed = count_allowed(1e-5, of)
    assert allowed is not None
    assert rate_at_most(allowed, of) <= 1e-5 < rate_at_most(allowed + 1, of)


def test_where_even_none_would_not_show_it_nothing_is_allowed() -> None:
    assert count_allowed(1e-5, 299_571) is None
    assert count_allowed(1e-5, 299_572) == 0
    assert count_allowed(1e-5, 1) is None


def test_more_confidence_needs_more_pairs() -> None:
    assert trials_needed(1e-5, 0.99) > trials_needed(1e-5, 0.95) > trials_needed(1e-5, 0.5)


@pytest.mark.parametrize("false_matches", [0, 1, 7, 99])
def test_a_threshold_lets_through_as_many_as_it_may(false_matches: int) -> None:
    threshold = threshold_for(false_matches, TENTHS)
    assert int((threshold <= TENTHS).sum()) == false_matches
    assert threshold_for(100, TENTHS) == 0


def test_equal_scores_are_let_through_together_or_not_at_all() -> None:
    scores = np.array([0.1, 0.5, 0.5, 0.5], np.float32)
    assert int((scores >= threshold_for(1, scores)).sum()) == 0


def test_rates_are_shares_of_each_kind() -> None:
    rates = rates_at(0.9, TENTHS, TENTHS)
    assert (rates.fmr, rates.fnmr) == pytest.approx((0.1, 0.9))
    assert np.isnan(rates_at(0.5, np.empty(0, np.float32), TENTHS).fnmr)


def test_the_curve_goes_as_far_as_the_pairs_reach() -> None:
    genuine = (0.5 + TENTHS / 2).astype(np.float32)
    curve = roc(genuine, TENTHS)
    assert [round(rates.fmr, 4) for rates in curve] == [0.1, 0.01, 0.0]
    assert [rates.fnmr for rates in curve] == sorted(rates.fnmr for rates in curve)
    assert equal_error(genuine, TENTHS).fmr == pytest.approx(1 / 3, abs=0.02)
