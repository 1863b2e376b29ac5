"""What each feature adds to the score of boosted trees: path-dependent SHAP values.

Lundberg, Erion & Lee, "Consistent Individualized Feature Attribution for Tree Ensembles" (2018). The values
of a row sum to its score minus the mean score of the training rows. They equal those of LightGBM's and
XGBoost's `pred_contrib`. Each leaf is treated by itself: the features on its path, whether the row satisfies
all splits of a feature, and the share of the training rows that satisfy them.
"""

from __future__ import annotations

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.models.ranking.decision_trees import DecisionTrees
from script_shared.types import BoolArray, FeatureArray, FloatArray, IntArray

#: The arrays of the nodes.
_Nodes = tuple[IntArray, FeatureArray, BoolArray, IntArray, IntArray, FloatArray, FloatArray]


def explain_scores(trees: DecisionTrees, features: FeatureArray) -> FloatArray:
    """Return the contributions of the features to the scores, shape (n, columns).

    Args:
        trees: the trees.
        features: shape (n, columns), NaN where missing.
    """
    nodes = (trees.features, trees.thresholds, trees.missing_left, trees.left, trees.parents)
    rows = np.ascontiguousarray(features, np.float32)
    return _explain(rows, (*nodes, trees.covers, trees.values), _longest_path(trees.parents))


@jit_compiled
def _longest_path(parents: IntArray) -> int:
    longest = 0
    for start in range(len(parents)):
        node, length = start, 0
        while parents[node] >= 0:
            node, length = parents[node], length + 1
        longest = max(longest, length)
    return longest


@jit_compiled
def _explain(rows: FeatureArray, nodes: _Nodes, longest: int) -> FloatArray:
    features, values = nodes[0], nodes[6]
    added = np.zeros(rows.shape)
    # The path of a leaf: its distinct features, the shares of rows, and whether the row takes it.
    path = np.empty(longest + 1, np.int32)
    shares, taken = np.empty(longest + 1), np.empty(longest + 1)
    weights = np.empty(longest + 2)
    for row in range(len(rows)):
        for leaf in range(len(features)):
            if features[leaf] >= 0:
                continue
            length = _read_path(rows[row], leaf, nodes, (path, shares, taken))
            _weigh_subsets(length, shares, taken, weights)
            for step in range(length):
                total = _sum_without(step, length, shares[step], taken[step], weights)
                added[row, path[step]] += total * (taken[step] - shares[step]) * values[leaf]
    return added


@jit_compiled
def _read_path(
    row: FeatureArray, leaf: int, nodes: _Nodes, out: tuple[IntArray, FloatArray, FloatArray]
) -> int:
    """Write the distinct features on the path to a leaf; return their number."""
    features, thresholds, missing_left, left, parents, covers, _ = nodes
    path, shares, taken = out
    length, node = 0, leaf
    while parents[node] >= 0:
        parent = parents[node]
        value = row[features[parent]]
        goes_left = missing_left[parent] if np.isnan(value) else value <= thresholds[parent]
        follows = 1.0 if goes_left == (left[parent] == node) else 0.0
        share = covers[node] / covers[parent] if covers[parent] > 0 else 0.0
        step = 0
        while step < length and path[step] != features[parent]:
            step += 1
        if step == length:
            path[step], shares[step], taken[step] = features[parent], 1.0, 1.0
            length += 1
        shares[step] *= share
        taken[step] *= follows
        node = parent
    return length


@jit_compiled
def _weigh_subsets(length: int, shares: FloatArray, taken: FloatArray, weights: FloatArray) -> None:
    """Write by size the summed Shapley weights of the subsets of a path's features (EXTEND)."""
    weights[0] = 1.0
    for step in range(length):
        depth = step + 1
        weights[depth] = 0.0
        for size in range(step, -1, -1):
            weights[size + 1] += taken[step] * weights[size] * (size + 1) / (depth + 1)
            weights[size] *= shares[step] * (depth - size) / (depth + 1)


@jit_compiled
def _sum_without(step: int, length: int, share: float, is_taken: float, weights: FloatArray) -> float:
    """Return the summed weights of the subsets without one feature (UNWIND)."""
    following, total = weights[length], 0.0
    for size in range(length - 1, -1, -1):
        if is_taken != 0.0:
            weight = following / ((size + 1) * is_taken)
            total += weight
            following = weights[size] - weight * share * (length - size)
        elif share != 0.0:
            total += weights[size] / (share * (length - size))
    return total * (length + 1)
