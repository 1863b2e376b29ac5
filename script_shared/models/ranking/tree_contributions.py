"""What each feature adds to the score of boosted trees: path-dependent SHAP values.

Lundberg, Erion & Lee, "Consistent Individualized Feature Attribution for Tree Ensembles" (2018). The values
of a row sum to its score minus the mean score of the training rows. They equal those of LightGBM's and
XGBoost's `pred_contrib`.

The value of a leaf times a product over the distinct features of its path is a game whose Shapley values are
integrals of polynomials (Owen, "Multilinear Extensions of Games", 1972). Gauss–Legendre quadrature computes
them exactly, and as sums over the nodes of a tree instead of over its leaves (Yu et al., "Linear TreeShap",
NeurIPS 2022).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from script_shared.jit import jit_compiled, jit_compiled_sums
from script_shared.models.ranking.decision_trees import DecisionTrees
from script_shared.types import BoolArray, FeatureArray, FloatArray, IntArray

#: A share of no training rows, as Hessians of 0 make it: the products over a path are divided by shares.
_SMALLEST_SHARE = 1e-12


class _Nodes(NamedTuple):
    """The nodes of all trees but the roots, parents first; arrays of shape (nodes,) unless stated otherwise.

    Attributes:
        parents: place of the parent here, -1 for a root.
        features, thresholds, missing_left, is_left: the split of the parent, and on which side of it.
        earlier: the nearest node above that is below a split of the same feature, -1 for none.
        shares: share of the training rows that satisfy all splits of the feature down to here.
        values: of the leaves; 0 for splits.
    """

    parents: IntArray
    features: IntArray
    thresholds: FeatureArray
    missing_left: BoolArray
    is_left: BoolArray
    earlier: IntArray
    shares: FloatArray
    values: FloatArray


class TreeExplainer:
    """Computes the contributions of features to the score of trees.

    Args:
        trees: the trees.
    """

    def __init__(self, trees: DecisionTrees) -> None:
        roots, depths = _find_roots(trees.parents)
        order = np.lexsort((depths, roots))
        order = order[depths[order] > 0]
        places = np.full(len(trees.parents), -1, np.int32)
        places[order] = np.arange(len(order))
        parents = trees.parents[order]
        shares = trees.covers[order] / np.maximum(trees.covers[parents], _SMALLEST_SHARE)
        earlier, shares, lengths = _join_splits(places[parents], trees.features[parents], shares)
        self._nodes = _Nodes(
            places[parents],
            trees.features[parents],
            trees.thresholds[parents],
            trees.missing_left[parents],
            trees.left[parents] == order,
            earlier,
            shares,
            trees.values[order],
        )
        # A path of n distinct features makes polynomials of degree n - 1.
        points, weights = np.polynomial.legendre.leggauss(max(1, -(-int(lengths.max(initial=1)) // 2)))
        self._points, self._weights = (points + 1) / 2, weights / 2

    def explain(self, features: FeatureArray) -> FloatArray:
        """Return the contributions, shape (n, columns); features of shape (n, columns), NaN where missing."""
        rows = np.ascontiguousarray(features, np.float32)
        return _explain(rows, self._nodes, self._points, self._weights)


@jit_compiled
def _find_roots(parents: IntArray) -> tuple[IntArray, IntArray]:
    """Return the root and the depth of each node."""
    roots, depths = np.empty(len(parents), np.int32), np.zeros(len(parents), np.int32)
    for start in range(len(parents)):
        node = start
        while parents[node] >= 0:
            node = parents[node]
            depths[start] += 1
        roots[start] = node
    return roots, depths


@jit_compiled
def _join_splits(
    parents: IntArray, features: IntArray, shares: FloatArray
) -> tuple[IntArray, FloatArray, IntArray]:
    """Return `earlier` and the joint shares of `_Nodes`, and the distinct features down to each node.

    Args:
        parents: see `_Nodes`.
        features: see `_Nodes`.
        shares: share of the parent's training rows in each node.
    """
    earlier, lengths = np.empty(len(parents), np.int32), np.empty(len(parents), np.int32)
    joint = np.empty(len(parents))
    for node in range(len(parents)):
        above = parents[node]
        lengths[node] = 0 if above < 0 else lengths[above]
        while above >= 0 and features[above] != features[node]:
            above = parents[above]
        earlier[node] = above
        lengths[node] += above < 0
        share = shares[node] if above < 0 else shares[node] * joint[above]
        joint[node] = max(share, _SMALLEST_SHARE)
    return earlier, joint, lengths


@jit_compiled
def _explain(rows: FeatureArray, nodes: _Nodes, points: FloatArray, weights: FloatArray) -> FloatArray:
    added = np.zeros(rows.shape)
    size = len(nodes.parents)
    sums, taken = np.empty((size, len(points))), np.empty(size)
    for row in range(len(rows)):
        _multiply_down(rows[row], nodes, points, (sums, taken))
        for node in range(size - 1, -1, -1):
            parent, earlier, feature = nodes.parents[node], nodes.earlier[node], nodes.features[node]
            joined = nodes.shares[node], taken[node]
            added[row, feature] += _integrate(joined, points, weights, sums[node])
            if earlier >= 0:
                joined = nodes.shares[earlier], taken[earlier]
                added[row, feature] -= _integrate(joined, points, weights, sums[node])
            if parent >= 0:
                for point in range(len(points)):
                    sums[parent, point] += sums[node, point]
    return added


@jit_compiled
def _multiply_down(
    row: FeatureArray, nodes: _Nodes, points: FloatArray, out: tuple[FloatArray, FloatArray]
) -> None:
    """Write the product over each leaf's path times its value, and which nodes the row may reach.

    A node is taken, 1 or 0, if the row satisfies all splits of its feature down to it.
    """
    sums, taken = out
    products = np.empty_like(sums)
    for node in range(len(taken)):
        value, earlier = row[nodes.features[node]], nodes.earlier[node]
        goes_left = nodes.missing_left[node] if np.isnan(value) else value <= nodes.thresholds[node]
        taken[node] = goes_left == nodes.is_left[node] and (earlier < 0 or taken[earlier] > 0)
        share, parent = nodes.shares[node], nodes.parents[node]
        gain = taken[node] - share
        for point in range(len(points)):
            product = share + points[point] * gain
            if parent >= 0:
                product *= products[parent, point]
            products[node, point] = product
        if earlier >= 0:
            share = nodes.shares[earlier]
            gain = taken[earlier] - share
            for point in range(len(points)):
                products[node, point] /= share + points[point] * gain
        for point in range(len(points)):
            sums[node, point] = products[node, point] * nodes.values[node]


@jit_compiled_sums
def _integrate(
    joined: tuple[float, float], points: FloatArray, weights: FloatArray, sums: FloatArray
) -> float:
    """Return the integral of the sums without the factor of one feature, times what it gains."""
    share, taken = joined
    gain, total = taken - share, 0.0
    for point in range(len(points)):
        total += weights[point] * sums[point] / (share + points[point] * gain)
    return total * gain
