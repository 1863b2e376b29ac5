"""Scores of boosted trees: every row answers every split, without a branch.

A row that goes right at a split cannot end in a leaf on its left: bits of a row's mask are the leaves of a
tree that are left, and the first that is left in the end is its own (Lucchese et al., "QuickScorer", SIGIR
2015; "Exploiting CPU SIMD extensions to speed-up document scoring with tree ensembles", SIGIR 2016). It asks
more than a walk down the tree does, but one question of sixteen rows at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.types import Arrays, FeatureArray, FloatArray, IntArray

#: Of a tree at most: a bit each of a mask. Trees with fewer are filled up with splits that rule nothing out.
LEAVES = 32
_ALL = 0xFFFFFFFF
#: A single bit times this has a number of its own in the topmost five bits (de Bruijn).
_SPREAD = 0x077CB531
_KINDS = {"features": np.uint8, "thresholds": np.float32, "masks": np.uint32, "values": np.float64}


class TreeEnsemble(NamedTuple):
    """Splits and leaves, each of shape (trees, 32).

    Attributes:
        features: the column that a split looks at.
        thresholds: of a split; what is greater goes right.
        masks: of a split, a bit a leaf of its tree, from the left: 0 for those on the split's left.
        values: of leaves, in the order of `_slot`.
    """

    features: IntArray
    thresholds: FeatureArray
    masks: IntArray
    values: FloatArray

    @classmethod
    def of(cls, trees: Sequence[Mapping[str, Any]]) -> TreeEnsemble:
        """Take LightGBM's description of its trees, the `tree_info` of `Booster.dump_model`.

        Raises:
            ValueError: a tree has more than 32 leaves.
        """
        shape, values = (len(trees), LEAVES), np.zeros((len(trees), LEAVES))
        features, masks = np.zeros(shape, np.uint8), np.full(shape, _ALL, np.uint32)
        thresholds = np.full(shape, np.inf)
        for tree, told in enumerate(trees):
            splits: list[tuple[int, float, int]] = []
            leaves = _lay_out(told["tree_structure"], splits, [])
            if len(leaves) > LEAVES:
                raise ValueError(f"a tree has {len(leaves)} leaves, at most {LEAVES} can be")
            for place, split in enumerate(splits):
                features[tree, place], thresholds[tree, place], masks[tree, place] = split
            values[tree, [_slot(1 << leaf) for leaf in range(len(leaves))]] = leaves
        return cls(features, _not_above(thresholds), masks, values)

    def score(self, features: FeatureArray) -> FloatArray:
        """Return a score a row."""
        return score_rows(np.asfortranarray(features, np.float32), np.arange(len(features)), self.parts)

    @property
    def parts(self) -> tuple[IntArray, FeatureArray, IntArray, FloatArray]:
        """All of it as a plain tuple, which compiled loops take in half the time."""
        return self.features, self.thresholds, self.masks, self.values

    def dump(self) -> Arrays:
        """Return splits and leaves as arrays."""
        return {name: getattr(self, name) for name in _KINDS}

    @classmethod
    def load(cls, arrays: Arrays) -> TreeEnsemble:
        """Take back what `dump` returned."""
        return cls(**{name: np.array(arrays[name], kind) for name, kind in _KINDS.items()})


def _lay_out(
    node: Mapping[str, Any], splits: list[tuple[int, float, int]], leaves: list[float]
) -> list[float]:
    """Append the splits under a node, and its leaves from the left."""
    if "leaf_value" in node:
        leaves.append(node["leaf_value"])
        return leaves
    first = len(leaves)
    _lay_out(node["left_child"], splits, leaves)
    ruled_out = (1 << len(leaves)) - (1 << first)
    splits.append((node["split_feature"], node["threshold"], ~ruled_out & _ALL))
    return _lay_out(node["right_child"], splits, leaves)


def _slot(bit: int) -> int:
    """Return the place of a leaf's value, given the lowest bit of a mask."""
    return (bit * _SPREAD & _ALL) >> 27


def _not_above(thresholds: FloatArray) -> FeatureArray:
    """Round down: a float32 is above the threshold exactly if it is above the rounded one."""
    rounded = thresholds.astype(np.float32)
    return np.where(rounded > thresholds, np.nextafter(rounded, np.float32(-np.inf)), rounded)


@jit_compiled
def score_rows(
    table: FeatureArray, rows: IntArray, forest: tuple[IntArray, FeatureArray, IntArray, FloatArray]
) -> FloatArray:
    """Return the score of each of some rows of a table whose columns lie side by side; see `TreeEnsemble`."""
    features, thresholds, masks, values = forest
    columns = np.empty((table.shape[1], len(rows)), np.float32)
    for feature in range(len(columns)):
        for at in range(len(rows)):
            columns[feature, at] = table[rows[at], feature]
    scores, left, every = np.zeros(len(rows)), np.empty(len(rows), np.uint32), np.uint32(_ALL)
    for tree in range(len(values)):
        left[:] = every
        for split in range(0, LEAVES, 2):  # two at a time: what is left of a row is looked up half as often
            first, second = columns[features[tree, split]], columns[features[tree, split + 1]]
            least, least_second = thresholds[tree, split], thresholds[tree, split + 1]
            mask, mask_second = masks[tree, split], masks[tree, split + 1]
            for at in range(len(rows)):
                one = mask if first[at] > least else every
                left[at] &= one & (mask_second if second[at] > least_second else every)
        for at in range(len(rows)):
            bit = np.uint32(left[at] & (~left[at] + np.uint32(1)))
            scores[at] += values[tree, np.uint32(bit * np.uint32(_SPREAD)) >> np.uint32(27)]
    return scores
