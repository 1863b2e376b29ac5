"""Tests of equal distributions: against SciPy, and by their level on samples of one distribution."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, fisher_exact, ks_2samp

from script_shared.drift.significance import (
    chi_square_p_value,
    fisher_p_values,
    ks_p_value,
    ks_statistic,
    population_stability_index,
)
from tests.support.contracts import contract

SEEDS = st.integers(0, 2**32 - 1)
COUNTS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=8)


@contract
@given(seed=SEEDS, n=st.integers(2, 60), m=st.integers(2, 60))
def test_distance_of_distribution_functions_equals_that_of_scipy(seed, n, m):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 20, n), rng.integers(0, 25, m)
    shares = (np.bincount(values, minlength=25) / len(values) for values in (first, second))
    assert ks_statistic(*shares) == pytest.approx(ks_2samp(first, second).statistic)


@pytest.mark.parametrize(("n", "m"), [(100, 100), (1_000, 80), (5_000, 400)])
@pytest.mark.parametrize("distance", [0.05, 0.1, 0.2, 0.3])
def test_p_value_of_the_distance_is_near_the_exact_one(n, m, distance):
    distance = round(distance * math.lcm(n, m)) / math.lcm(n, m)
    first = np.arange(n) / n
    second = np.arange(m) / m + distance
    exact = ks_2samp(first, second, method="exact")
    assert ks_p_value(exact.statistic, n, m) == pytest.approx(exact.pvalue, rel=0.35, abs=1e-4)


def test_no_distance_is_certain_and_the_full_distance_impossible():
    assert ks_p_value(0.0, 100, 100) == 1.0
    assert ks_p_value(1.0, 1_000, 1_000) == pytest.approx(0, abs=1e-100)


@contract
@given(counts=COUNTS)
def test_chi_square_equals_that_of_scipy(counts):
    first, second = np.array(counts).T
    if not first.any() or not second.any():
        return
    used = (first + second) > 0
    expected = chi2_contingency([first[used], second[used]], correction=False).pvalue if used.sum() > 1 else 1
    assert chi_square_p_value(first, second) == pytest.approx(expected)


@contract
@given(n=st.integers(1, 60), m=st.integers(1, 60), data=st.data())
def test_fisher_doubles_the_shorter_tail(n, m, data):
    first, second = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    table = [[second, m - second], [first, n - first]]
    tails = [fisher_exact(table, alternative=side).pvalue for side in ("less", "greater")]
    assert float(fisher_p_values(first, n, second, m)) == pytest.approx(min(2 * min(tails), 1))


def test_fisher_tests_many_rates_at_once():
    p_values = fisher_p_values([10, 10, 0], 1_000, [1, 30, 0], 100)
    assert p_values.shape == (3,)
    assert p_values[1] < 1e-20
    assert p_values[2] == 1


def test_stability_index_equals_the_formula():
    """Half a row in each cell: (.505, .495) against (.755, .245) of 100 rows each."""
    p, q = np.array([50.5, 50.5]) / 101, np.array([75.5, 25.5]) / 101
    expected = ((p - q) * np.log(p / q)).sum()
    assert population_stability_index([50, 50], [75, 25]) == pytest.approx(expected)
    assert expected == pytest.approx(0.25 * math.log(3), rel=0.03)


def test_stability_index_of_equal_shares_is_zero_and_of_an_empty_cell_finite():
    assert population_stability_index([10, 20], [10, 20]) == 0
    assert 1 < population_stability_index([10, 20], [30, 0]) < 10


def test_stability_index_by_chance_grows_with_the_cells_and_falls_with_the_rows():
    rng = np.random.default_rng(3)
    shares = np.full(10, 0.1)
    values = [
        population_stability_index(rng.multinomial(2_000, shares), rng.multinomial(500, shares))
        for _ in range(500)
    ]
    assert np.mean(values) == pytest.approx(9 * (1 / 2_000 + 1 / 500), rel=0.1)


@pytest.mark.parametrize("level", [0.05, 0.01])
def test_level_holds_for_samples_of_one_distribution(level):
    rng = np.random.default_rng(5)
    shares = rng.dirichlet(np.ones(20))
    wrong = np.zeros(3)
    for _ in range(1_000):
        first, second = rng.multinomial(3_000, shares), rng.multinomial(300, shares)
        distance = ks_statistic(first / 3_000, second / 300)
        p_values = [
            ks_p_value(distance, 3_000, 300),
            chi_square_p_value(first, second),
            float(fisher_p_values(first[0], 3_000, second[0], 300)),
        ]
        wrong += np.array(p_values) <= level
    assert (wrong / 1_000 <= level + 3 * math.sqrt(level / 1_000)).all()
