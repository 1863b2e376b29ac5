"""Scores of boosted trees: all rows go down a tree side by side, without a branch.

A leaf is its own child, so that every row takes as many steps as the tree is deep. What becomes of a
row depends on no other row: the processor works on several at once, which a walk that stops at its
leaf prevents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from script_shared.compiled import compiled
from script_shared.types import Arrays, FeatureArray, FloatArray, IntArray

_KINDS = {
    "roots": np.uint32,
    "depths": np.int32,
    "features": np.uint16,
    "thresholds": np.float32,
    "children": np.uint32,
    "values": np.float64,
}


class Forest(NamedTuple):
    """Nodes of all trees, one after the other.

    Attributes:
        roots: the first node of each tree.
        depths: steps from each tree's root to its furthest leaf.
        features: the column that a node looks at, 0 for a leaf.
        thresholds: of a node; what is greater goes right.
        children: left and right of each node in turn; those of a leaf are itself.
        values: of a leaf, 0 for a split.
    """

    roots: IntArray
    depths: IntArray
    features: IntArray
    thresholds: FeatureArray
    children: IntArray
    values: FloatArray

    @classmethod
    def of(cls, trees: Iterable[Mapping[str, Any]]) -> Forest:
        """Take LightGBM's description of its trees, the `tree_info` of `Booster.dump_model`."""
        lists: dict[str, list[Any]] = {name: [] for name in _KINDS}
        for tree in trees:
            _lay_out(tree["tree_structure"], lists)
        lists["thresholds"] = _not_above(np.array(lists["thresholds"])).tolist()
        return cls.load({name: np.array(each) for name, each in lists.items()})

    def score(self, features: FeatureArray) -> FloatArray:
        """Return a score a row."""
        return _score(np.ascontiguousarray(features, np.float32), self)

    def dump(self) -> Arrays:
        """Return the nodes as arrays."""
        return {name: getattr(self, name) for name in _KINDS}

    @classmethod
    def load(cls, arrays: Arrays) -> Forest:
        """Take back what `dump` returned."""
        return cls(**{name: np.array(arrays[name], kind) for name, kind in _KINDS.items()})


def _lay_out(root: Mapping[str, Any], lists: dict[str, list[Any]]) -> None:
    """Append a tree's nodes, level by level."""
    first = len(lists["values"])
    lists["roots"].append(first)
    waiting, depth = [(root, 0)], 0
    for place, (node, depth) in enumerate(waiting, start=first):  # grows while it is walked
        is_leaf = "leaf_value" in node
        left = place if is_leaf else first + len(waiting)
        waiting += [] if is_leaf else [(node[side], depth + 1) for side in ("left_child", "right_child")]
        lists["features"].append(0 if is_leaf else node["split_feature"])
        lists["thresholds"].append(np.inf if is_leaf else node["threshold"])
        lists["children"] += [place, place] if is_leaf else [left, left + 1]
        lists["values"].append(node["leaf_value"] if is_leaf else 0.0)
    lists["depths"].append(depth)


def _not_above(thresholds: FloatArray) -> FeatureArray:
    """Round down: a float32 is above the threshold exactly if it is above the rounded one."""
    rounded = thresholds.astype(np.float32)
    return np.where(rounded > thresholds, np.nextafter(rounded, np.float32(-np.inf)), rounded)


@compiled
def _score(rows: FeatureArray, forest: Forest) -> FloatArray:
    features, thresholds, children = forest.features, forest.thresholds, forest.children
    scores, flat, width = np.zeros(len(rows)), rows.ravel(), np.uint64(rows.shape[1])
    # Unsigned all the way: a signed place may count from the end, and each look-up would ask whether it does.
    nodes = np.empty(len(rows), np.uint32)
    for tree in range(len(forest.roots)):
        nodes[:] = forest.roots[tree]
        for _ in range(forest.depths[tree]):
            start = np.uint64(0)
            for row in range(len(rows)):
                node = np.uint64(nodes[row])
                right = np.uint64(flat[start + np.uint64(features[node])] > thresholds[node])
                nodes[row] = children[np.uint64(2) * node + right]
                start += width
        for row in range(len(rows)):
            scores[row] += forest.values[nodes[row]]
    return scores
