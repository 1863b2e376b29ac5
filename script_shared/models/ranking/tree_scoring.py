"""Branch-free scoring of boosted trees with bit masks (QuickScorer).

A bit mask contains the leaves that a row can still reach. A row that goes right at a split cannot reach the
leaves on the split's left, so their bits are cleared; after all splits the lowest bit left is the row's leaf
(Lucchese et al., "QuickScorer", SIGIR 2015; "Exploiting CPU SIMD extensions to speed-up document scoring
with tree ensembles", SIGIR 2016). Every split is evaluated, but for sixteen rows in one SIMD instruction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.types import Arrays, FeatureArray, FloatArray, IntArray

#: Bits of a mask. Smaller trees are padded with splits that clear no bit.
MAX_LEAVES = 32
_ALL_LEAVES = 0xFFFFFFFF
#: De Bruijn sequence: a single bit times this has a distinct number in the upper five bits.
_DE_BRUIJN = 0x077CB531
#: The arrays of a `TreeEnsemble`.
TreeArrays = tuple[IntArray, FeatureArray, IntArray, FloatArray]
_DTYPES = {"features": np.uint8, "thresholds": np.float32, "masks": np.uint32, "values": np.float64}


class TreeEnsemble(NamedTuple):
    """Splits and leaves, each of shape (trees, 32).

    Attributes:
        features: feature column of each split.
        thresholds: threshold of each split; a greater value goes right.
        masks: one bit a leaf, the lowest for the leftmost leaf; 0 for the leaves on the split's left.
        values: value of each leaf, in the order of `_value_index`.
    """

    features: IntArray
    thresholds: FeatureArray
    masks: IntArray
    values: FloatArray

    @classmethod
    def from_lightgbm(cls, trees: Sequence[Mapping[str, Any]]) -> TreeEnsemble:
        """Convert LightGBM trees, the `tree_info` of `Booster.dump_model`.

        Raises:
            ValueError: a tree has more than 32 leaves.
        """
        shape, values = (len(trees), MAX_LEAVES), np.zeros((len(trees), MAX_LEAVES))
        features, masks = np.zeros(shape, np.uint8), np.full(shape, _ALL_LEAVES, np.uint32)
        thresholds = np.full(shape, np.inf)
        for tree, description in enumerate(trees):
            splits: list[tuple[int, float, int]] = []
            leaves = _walk(description["tree_structure"], splits, [])
            if len(leaves) > MAX_LEAVES:
                raise ValueError(f"a tree has {len(leaves)} leaves; the maximum is {MAX_LEAVES}")
            for index, split in enumerate(splits):
                features[tree, index], thresholds[tree, index], masks[tree, index] = split
            values[tree, [_value_index(1 << leaf) for leaf in range(len(leaves))]] = leaves
        return cls(features, _round_down(thresholds), masks, values)

    def score(self, features: FeatureArray) -> FloatArray:
        """Return one score a row."""
        return score_rows(np.asfortranarray(features, np.float32), np.arange(len(features)), self.parts)

    @property
    def parts(self) -> TreeArrays:
        """The arrays as a plain tuple, which compiled functions unpack in half the time."""
        return self.features, self.thresholds, self.masks, self.values

    def dump(self) -> Arrays:
        """Return the splits and leaves as arrays."""
        return {name: getattr(self, name) for name in _DTYPES}

    @classmethod
    def load(cls, arrays: Arrays) -> TreeEnsemble:
        """Restore the trees from the result of `dump`."""
        return cls(**{name: np.array(arrays[name], dtype) for name, dtype in _DTYPES.items()})


def _walk(node: Mapping[str, Any], splits: list[tuple[int, float, int]], leaves: list[float]) -> list[float]:
    """Append the splits and leaves below a node, leaves from left to right; return the leaves."""
    if "leaf_value" in node:
        leaves.append(node["leaf_value"])
        return leaves
    first = len(leaves)
    _walk(node["left_child"], splits, leaves)
    unreachable = (1 << len(leaves)) - (1 << first)
    splits.append((node["split_feature"], node["threshold"], ~unreachable & _ALL_LEAVES))
    return _walk(node["right_child"], splits, leaves)


def _value_index(bit: int) -> int:
    """Return the index of a leaf's value, given the leaf's bit."""
    return (bit * _DE_BRUIJN & _ALL_LEAVES) >> 27


def _round_down(thresholds: FloatArray) -> FeatureArray:
    """Round to float32 so that a float32 exceeds the result exactly if it exceeds the threshold."""
    rounded = thresholds.astype(np.float32)
    return np.where(rounded > thresholds, np.nextafter(rounded, np.float32(-np.inf)), rounded)


@jit_compiled
def score_rows(table: FeatureArray, rows: IntArray, trees: TreeArrays) -> FloatArray:
    """Return the scores of some rows of a table.

    Args:
        table: shape (all rows, features), columns contiguous.
        rows: the rows to score.
        trees: see `TreeEnsemble.parts`.
    """
    features, thresholds, masks, values = trees
    columns = np.empty((table.shape[1], len(rows)), np.float32)
    for feature in range(len(columns)):
        for row in range(len(rows)):
            columns[feature, row] = table[rows[row], feature]
    scores, reachable = np.zeros(len(rows)), np.empty(len(rows), np.uint32)
    all_leaves = np.uint32(_ALL_LEAVES)
    for tree in range(len(values)):
        reachable[:] = all_leaves
        for split in range(0, MAX_LEAVES, 2):  # two splits an iteration: half the loads and stores of masks
            first, second = columns[features[tree, split]], columns[features[tree, split + 1]]
            threshold, threshold_2 = thresholds[tree, split], thresholds[tree, split + 1]
            mask, mask_2 = masks[tree, split], masks[tree, split + 1]
            for row in range(len(rows)):
                first_mask = mask if first[row] > threshold else all_leaves
                reachable[row] &= first_mask & (mask_2 if second[row] > threshold_2 else all_leaves)
        for row in range(len(rows)):
            lowest_bit = np.uint32(reachable[row] & (~reachable[row] + np.uint32(1)))
            scores[row] += values[tree, np.uint32(lowest_bit * np.uint32(_DE_BRUIJN)) >> np.uint32(27)]
    return scores
