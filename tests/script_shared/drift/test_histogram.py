"""Histograms with cells between quantiles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from script_shared.drift.histogram import CELLS, COARSE_CELLS, Histogram, count_cells
from tests.support.contracts import contract

VALUES = arrays(np.float64, st.integers(1, 300), elements=st.floats(-1e6, 1e6))


def test_few_distinct_values_have_a_cell_each():
    histogram = Histogram.of(np.array([3.0, 1.0, 1.0, 2.0]))
    assert histogram.edges.tolist() == [1, 2, 3]
    assert histogram.counts.tolist() == [2, 1, 1, 0]


def test_many_values_are_divided_into_cells_of_equal_mass():
    histogram = Histogram.of(np.random.default_rng(0).lognormal(size=10_000))
    assert histogram.counts.tolist() == [100] * CELLS + [0]


def test_values_above_the_largest_of_the_baseline_are_in_the_last_cell():
    assert count_cells(np.array([1.0, 2.0]), np.array([0.5, 1.0, 1.5, 2.0, 9.0])).tolist() == [2, 2, 1]


def test_coarse_cells_have_a_tenth_each():
    histogram = Histogram.of(np.random.default_rng(0).normal(size=10_000))
    assert histogram.merge(histogram.counts).tolist() == [1_000] * COARSE_CELLS


def test_a_frequent_value_has_a_coarse_cell_of_its_own():
    """Of 1,000 values 600 are 0: they are one cell, in the middle of the first six tenths."""
    values = np.concatenate([np.zeros(600), np.random.default_rng(0).exponential(size=400)])
    histogram = Histogram.of(values)
    coarse = histogram.merge(histogram.counts)
    assert coarse[3] == 600
    assert coarse[[0, 1, 2, 4, 5]].tolist() == [0] * 5


@contract
@given(values=VALUES, later=VALUES)
def test_every_value_is_in_one_cell(values, later):
    histogram = Histogram.of(values)
    counts = count_cells(histogram.edges, later)
    assert histogram.counts.sum() == len(values)
    assert counts.sum() == len(later)
    assert histogram.merge(counts).sum() == len(later)
    assert len(counts) == len(histogram.counts)
    assert (np.diff(histogram.edges) > 0).all()


@pytest.mark.parametrize("value", [0.0, -7.5])
def test_a_constant_is_one_cell(value):
    histogram = Histogram.of(np.full(50, value))
    assert histogram.edges.tolist() == [value]
    assert histogram.counts.tolist() == [50, 0]
