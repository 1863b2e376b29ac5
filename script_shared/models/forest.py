"""Scores of boosted trees: every row answers every split, without a branch.

A row that goes right at a split cannot end in a leaf on its left: bits of a row's mask are the leaves of a
tree that are left, and the first that is left in the end is its own (Lucchese et al., "QuickScorer", SIGIR
2015; "Exploiting CPU SIMD extensions to speed-up document scoring with tree ensembles", SIGIR 2016). It asks
more than a walk down the tree does, but one question of sixteen rows at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from script_shared.compiled import compiled
from script_shared.types import Arrays, FeatureArray, FloatArray, IntArray

#: Of a tree at most: a bit each of a mask.
LEAVES = 32
#: A single bit times this has a number of its own in the topmost five bits (de Bruijn).
_SPREAD = 0x077CB531
_KINDS = {
    "ends": np.int32,
    "features": np.int32,
    "thresholds": np.float32,
    "masks": np.uint32,
    "values": np.float64,
}


class Forest(NamedTuple):
    """Splits of all trees, one after the other.

    Attributes:
        ends: behind the last split of each tree.
        features: the column that a split looks at.
        thresholds: of a split; what is greater goes right.
        masks: of a split, a bit a leaf of its tree, from the left: 0 for those on the split's left.
        values: of leaves, shape (trees, 32), in the order of `_slot`.
    """

    ends: IntArray
    features: IntArray
    thresholds: FeatureArray
    masks: IntArray
    values: FloatArray

    @classmethod
    def of(cls, trees: Iterable[Mapping[str, Any]]) -> Forest:
        """Take LightGBM's description of its trees, the `tree_info` of `Booster.dump_model`.

        Raises:
            ValueError: a tree has more than 32 leaves.
        """
        lists: dict[str, list[Any]] = {name: [] for name in _KINDS}
        for tree in trees:
            leaves = _lay_out(tree["tree_structure"], lists, [])
            if len(leaves) > LEAVES:
                raise ValueError(f"a tree has {len(leaves)} leaves, at most {LEAVES} can be")
            values = np.zeros(LEAVES)
            values[[_slot(1 << leaf) for leaf in range(len(leaves))]] = leaves
            lists["values"].append(values)
            lists["ends"].append(len(lists["features"]))
        lists["thresholds"] = _not_above(np.array(lists["thresholds"], np.float64)).tolist()
        return cls.load({name: np.array(each) for name, each in lists.items()})

    def score(self, features: FeatureArray) -> FloatArray:
        """Return a score a row."""
        return self.score_some(np.asfortranarray(features, np.float32), np.arange(len(features)))

    def score_some(self, features: FeatureArray, rows: IntArray) -> FloatArray:
        """Return the score of each of some rows of a table whose columns lie side by side."""
        splits = self.features, self.thresholds, self.masks
        return _score(features, rows, self.ends, splits, self.values)

    def dump(self) -> Arrays:
        """Return the splits as arrays."""
        return {name: getattr(self, name) for name in _KINDS}

    @classmethod
    def load(cls, arrays: Arrays) -> Forest:
        """Take back what `dump` returned."""
        return cls(**{name: np.array(arrays[name], kind) for name, kind in _KINDS.items()})


def _lay_out(node: Mapping[str, Any], lists: dict[str, list[Any]], leaves: list[float]) -> list[float]:
    """Append the splits under a node, and its leaves from the left."""
    if "leaf_value" in node:
        leaves.append(node["leaf_value"])
        return leaves
    first = len(leaves)
    _lay_out(node["left_child"], lists, leaves)
    ruled_out = (1 << len(leaves)) - (1 << first)
    lists["features"].append(node["split_feature"])
    lists["thresholds"].append(node["threshold"])
    lists["masks"].append(~ruled_out & 0xFFFFFFFF)
    return _lay_out(node["right_child"], lists, leaves)


def _slot(bit: int) -> int:
    """Return the place of a leaf's value, given the lowest bit of a mask."""
    return (bit * _SPREAD & 0xFFFFFFFF) >> 27


def _not_above(thresholds: FloatArray) -> FeatureArray:
    """Round down: a float32 is above the threshold exactly if it is above the rounded one."""
    rounded = thresholds.astype(np.float32)
    return np.where(rounded > thresholds, np.nextafter(rounded, np.float32(-np.inf)), rounded)


@compiled
def _score(
    table: FeatureArray,
    rows: IntArray,
    ends: IntArray,
    splits: tuple[IntArray, FeatureArray, IntArray],
    values: FloatArray,
) -> FloatArray:
    features, thresholds, masks = splits
    columns = np.empty((table.shape[1], len(rows)), np.float32)
    for feature in range(len(columns)):
        for at in range(len(rows)):
            columns[feature, at] = table[rows[at], feature]
    scores, left, split = np.zeros(len(rows)), np.empty(len(rows), np.uint32), 0
    for tree in range(len(ends)):
        left[:] = 0xFFFFFFFF
        while split < ends[tree]:
            column, threshold, mask = columns[features[split]], thresholds[split], masks[split]
            for at in range(len(rows)):
                left[at] &= mask if column[at] > threshold else np.uint32(0xFFFFFFFF)
            split += 1
        for at in range(len(rows)):
            bit = np.uint32(left[at] & (~left[at] + np.uint32(1)))
            scores[at] += values[tree, np.uint32(bit * np.uint32(_SPREAD)) >> np.uint32(27)]
    return scores
