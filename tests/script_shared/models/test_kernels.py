"""The kernels return what plain numpy returns."""

import numpy as np
import pytest

from script_shared.models.kernels import compare_rows, top_rows


def make_scores(kind, size):
    rng = np.random.default_rng(size)
    return {
        "different": rng.random(size),
        "tied": rng.integers(0, 4, size).astype(np.float32),
        "equal": np.zeros(size),
        "ascending": np.arange(size, dtype=np.float32),
        "descending": -np.arange(size, dtype=np.float64),
        "infinite": np.where(rng.random(size) < 0.5, -np.inf, rng.random(size)),
    }[kind]


@pytest.mark.parametrize("kind", ["different", "tied", "equal", "ascending", "descending", "infinite"])
@pytest.mark.parametrize("size", [0, 1, 7, 200, 3_000])
def test_top_rows_are_those_of_a_stable_sort_by_insertion_heap_and_sort(kind, size):
    scores = make_scores(kind, size)
    expected = np.argsort(-scores, kind="stable")
    for n in (0, 1, 3, 127, 128, 150, 1_001, size, size + 5):
        assert top_rows(scores, n).tolist() == expected[:n].tolist()


def test_compare_rows_returns_the_dot_products_of_the_rows_given():
    rng = np.random.default_rng(0)
    table, vector = rng.random((50, 13), np.float32), rng.random(13, np.float32)
    rows = np.array([3, 3, 49, 0])
    assert compare_rows(table, rows, vector) == pytest.approx(table[rows] @ vector, rel=1e-5)
