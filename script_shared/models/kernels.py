"""Numeric kernels that several models share."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from script_shared.jit import jit_compiled, jit_compiled_sums
from script_shared.types import FeatureArray, FloatArray, IntArray, LongArray

#: Rows by which a table grows.
_GROWTH = 1_000
#: From so many rows on a heap finds the highest scores faster than insertion into a list.
_HEAP_SIZE = 128


def empty_features(items: int, features: int) -> FeatureArray:
    """Return an uninitialised array of shape (items, features) whose columns are contiguous."""
    return np.empty((features, items), np.float32).T


@jit_compiled
def top_items(items: IntArray, scores: npt.NDArray[np.floating[Any]], n: int) -> IntArray:
    """Return the `n` items with the highest scores, best first, ties in the order given."""
    return items[top_rows(scores, n)]


@jit_compiled
def top_rows(scores: npt.NDArray[np.floating[Any]], n: int) -> IntArray:
    """Return the rows of the `n` highest scores, best first, ties in the order given."""
    n = min(n, len(scores))
    if n == len(scores):
        return np.argsort(-scores, kind="mergesort")
    return _insert_rows(scores, n) if n < _HEAP_SIZE else _heap_rows(scores, n)


@jit_compiled
def _insert_rows(scores: npt.NDArray[np.floating[Any]], n: int) -> IntArray:
    """Return the top rows by insertion into a short list: most scores fail the first comparison."""
    rows, count = np.empty(n, np.int64), 0
    for row in range(len(scores)):
        if n == 0 or (count == n and not scores[row] > scores[rows[n - 1]]):
            continue
        place = min(count, n - 1)
        count = min(count + 1, n)
        while place > 0 and scores[row] > scores[rows[place - 1]]:
            rows[place] = rows[place - 1]
            place -= 1
        rows[place] = row
    return rows


@jit_compiled
def _heap_rows(scores: npt.NDArray[np.floating[Any]], n: int) -> IntArray:
    """Return the top rows from a heap whose root is the worst of them, of equal ones the last."""
    heap = np.arange(n)[::-1].copy()
    for place in range(n // 2 - 1, -1, -1):
        _sift_down(heap, place, scores)
    for row in range(n, len(scores)):
        if scores[row] > scores[heap[0]]:
            heap[0] = row
            _sift_down(heap, 0, scores)
    heap.sort()
    return heap[np.argsort(-scores[heap], kind="mergesort")]


@jit_compiled
def _sift_down(heap: LongArray, place: int, scores: npt.NDArray[np.floating[Any]]) -> None:
    """Move an entry below the children that are worse than it."""
    row = heap[place]
    while 2 * place + 1 < len(heap):
        child = 2 * place + 1
        if child + 1 < len(heap) and _is_worse(heap[child + 1], heap[child], scores):
            child += 1
        if not _is_worse(heap[child], row, scores):
            break
        heap[place], place = heap[child], child
    heap[place] = row


@jit_compiled
def _is_worse(row: int, other: int, scores: npt.NDArray[np.floating[Any]]) -> bool:
    return bool(scores[row] < scores[other] or (scores[row] == scores[other] and row > other))


@jit_compiled
def weighted_sums(table: FeatureArray, weights: FloatArray) -> FloatArray:
    """Return the weighted sum of each row of a table; columns should be contiguous."""
    sums = np.zeros(len(table))
    for column in range(len(weights)):
        for row in range(len(table)):
            sums[row] += weights[column] * table[row, column]
    return sums


@jit_compiled_sums
def dot_product(left: FeatureArray, right: FeatureArray) -> float:
    """Return the dot product of two vectors, in single precision."""
    total = np.float32(0.0)
    for column in range(len(right)):
        total += left[column] * right[column]
    return float(total)


@jit_compiled
def nearest_items(items: IntArray, rows: FeatureArray, vector: FeatureArray, n: int) -> IntArray:
    """Return the `n` items whose rows have the highest dot products with a vector, best first."""
    products = np.empty(len(items), np.float32)
    for row in range(len(items)):
        products[row] = dot_product(rows[row], vector)
    return top_items(items, products, n)


@jit_compiled_sums
def compare_rows(table: FeatureArray, rows: LongArray, vector: FeatureArray) -> FeatureArray:
    """Return the dot products of some rows of a table and a vector."""
    products = np.empty(len(rows), np.float32)
    for place in range(len(rows)):
        products[place] = dot_product(table[rows[place]], vector)
    return products


def gather_rows(table: npt.NDArray[Any], positions: IntArray) -> npt.NDArray[Any]:
    """Return the rows at some positions; zeros for positions after the table's end."""
    if not len(table):
        return np.zeros((len(positions), *table.shape[1:]), table.dtype)
    is_missing = positions >= len(table)
    if not is_missing.any():
        return table[positions]
    rows = table[np.where(is_missing, 0, positions)]
    rows[is_missing] = 0
    return rows


def grow_table(table: npt.NDArray[Any], rows: int) -> npt.NDArray[Any]:
    """Return a table of at least `rows` rows, padded with zeros; it grows by a thousand rows at a time."""
    if rows <= len(table):
        return table
    added = -(-(rows - len(table)) // _GROWTH) * _GROWTH
    return np.concatenate([table, np.zeros((added, *table.shape[1:]), table.dtype)])
