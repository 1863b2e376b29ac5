"""Boosted decision trees of any size: read from LightGBM and XGBoost, scored and stored without either.

`TreeEnsemble` scores small trees faster. These trees may have any number of leaves and features, follow the
branch of missing values (NaN), and know the number of rows of each node, which SHAP values need.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.types import Arrays, BoolArray, FeatureArray, FloatArray, IntArray

_LEAF = -1
#: The arrays of the nodes that scoring needs.
_Nodes = tuple[IntArray, IntArray, FeatureArray, BoolArray, IntArray, IntArray, FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class DecisionTrees:
    """The nodes of all trees, one after the other; arrays of shape (nodes,) unless stated otherwise.

    Attributes:
        roots: the first node of each tree, shape (trees,).
        features: column of the split, -1 for a leaf.
        thresholds: a greater value goes right.
        missing_left: whether a missing value goes left.
        left, right: the children; -1 for a leaf.
        parents: -1 for a root.
        covers: number (LightGBM) or summed Hessian (XGBoost) of the training rows.
        values: what a leaf adds to the score; 0 for splits.
        bias: the score before the first tree, shape (1,).
    """

    roots: IntArray
    features: IntArray
    thresholds: FeatureArray
    missing_left: BoolArray
    left: IntArray
    right: IntArray
    parents: IntArray
    covers: FloatArray
    values: FloatArray
    bias: FloatArray

    @classmethod
    def from_lightgbm(cls, trees: Sequence[Mapping[str, Any]]) -> DecisionTrees:
        """Convert LightGBM trees with numerical splits, the `tree_info` of `Booster.dump_model`."""
        nodes = _NodeLists()
        for tree in trees:
            nodes.roots.append(len(nodes.features))
            _add_lightgbm(tree["tree_structure"], _LEAF, nodes)
        return nodes.build(0.0)

    @classmethod
    def from_xgboost(cls, document: Mapping[str, Any]) -> DecisionTrees:
        """Convert a model of the objective `binary:logistic`, the JSON that `Booster.save_model` writes."""
        nodes, learner = _NodeLists(), document["learner"]
        for tree in learner["gradient_booster"]["model"]["trees"]:
            _add_xgboost(tree, nodes)
        base = float(str(learner["learner_model_param"]["base_score"]).strip("[]"))
        return nodes.build(float(np.log(base) - np.log1p(-base)))

    def score(self, features: FeatureArray) -> FloatArray:
        """Return the sum of the trees' values and the bias, shape (n,); features of shape (n, columns)."""
        rows = np.ascontiguousarray(features, np.float32)
        nodes = (self.roots, self.features, self.thresholds, self.missing_left)
        return self.bias[0] + _score(rows, (*nodes, self.left, self.right, self.values))

    def dump(self) -> Arrays:
        """Return the arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def load(cls, arrays: Arrays) -> DecisionTrees:
        """Restore the trees from the result of `dump`."""
        return cls(**{field.name: np.asarray(arrays[field.name]) for field in fields(cls)})  # type: ignore[arg-type]


class _NodeLists:
    """The columns of `DecisionTrees`, while nodes are added."""

    def __init__(self) -> None:
        self.roots: list[int] = []
        self.features: list[int] = []
        self.thresholds: list[float] = []
        self.missing_left: list[bool] = []
        self.left: list[int] = []
        self.right: list[int] = []
        self.parents: list[int] = []
        self.covers: list[float] = []
        self.values: list[float] = []

    def add(self, parent: int, cover: float, value: float = 0.0) -> int:
        """Append a leaf, which `split` may turn into a split; return its number."""
        self.features.append(_LEAF)
        self.thresholds.append(0.0)
        self.missing_left.append(True)
        self.left.append(_LEAF)
        self.right.append(_LEAF)
        self.parents.append(parent)
        self.covers.append(cover)
        self.values.append(value)
        return len(self.features) - 1

    def split(self, node: int, feature: int, threshold: float, *, missing_left: bool) -> None:
        """Turn a node into a split; its children are set afterwards."""
        self.features[node], self.thresholds[node] = feature, threshold
        self.missing_left[node] = missing_left

    def build(self, bias: float) -> DecisionTrees:
        """Return the arrays."""
        integers = (self.roots, self.features, self.left, self.right, self.parents)
        roots, features, left, right, parents = (np.array(values, np.int32) for values in integers)
        thresholds = round_down(np.array(self.thresholds, np.float64))
        missing = np.array(self.missing_left, np.bool_)
        covers, values = (np.array(column, np.float64) for column in (self.covers, self.values))
        return DecisionTrees(
            roots, features, thresholds, missing, left, right, parents, covers, values, np.array([bias])
        )


def round_down(thresholds: FloatArray) -> FeatureArray:
    """Round to float32 so that a float32 exceeds the result exactly if it exceeds the threshold."""
    limit = np.finfo(np.float32).max
    rounded = np.clip(thresholds, -limit, limit).astype(np.float32)
    return np.where(rounded > thresholds, np.nextafter(rounded, np.float32(-np.inf)), rounded)


def _add_lightgbm(node: Mapping[str, Any], parent: int, nodes: _NodeLists) -> int:
    if "leaf_value" in node:
        return nodes.add(parent, float(node.get("leaf_count", 1)), node["leaf_value"])
    number = nodes.add(parent, float(node["internal_count"]))
    # Without values that were missing in training, LightGBM reads a missing one as 0.
    missing_left = node["default_left"] if node["missing_type"] == "NaN" else node["threshold"] >= 0
    nodes.split(number, node["split_feature"], node["threshold"], missing_left=bool(missing_left))
    nodes.left[number] = _add_lightgbm(node["left_child"], number, nodes)
    nodes.right[number] = _add_lightgbm(node["right_child"], number, nodes)
    return number


def _add_xgboost(tree: Mapping[str, Any], nodes: _NodeLists) -> None:
    """Append a tree, whose nodes are numbered from 0; a value below the condition goes left."""
    first = len(nodes.features)
    nodes.roots.append(first)
    conditions = np.array(tree["split_conditions"], np.float32)
    below = np.nextafter(conditions, np.float32(-np.inf))
    for node, (left, right) in enumerate(zip(tree["left_children"], tree["right_children"], strict=True)):
        parent, cover = tree["parents"][node], float(tree["sum_hessian"][node])
        is_leaf = left == _LEAF
        nodes.add(first + parent if node else _LEAF, cover, float(conditions[node]) if is_leaf else 0.0)
        if not is_leaf:
            missing_left = bool(tree["default_left"][node])
            nodes.split(first + node, tree["split_indices"][node], below[node], missing_left=missing_left)
            nodes.left[-1], nodes.right[-1] = first + left, first + right


@jit_compiled
def _score(rows: FeatureArray, nodes: _Nodes) -> FloatArray:
    roots, features, thresholds, missing_left, left, right, values = nodes
    scores = np.zeros(len(rows))
    for row in range(len(rows)):
        for root in roots:
            node = root
            while features[node] >= 0:
                value = rows[row, features[node]]
                goes_left = missing_left[node] if np.isnan(value) else value <= thresholds[node]
                node = left[node] if goes_left else right[node]
            scores[row] += values[node]
    return scores
