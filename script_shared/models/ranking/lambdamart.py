"""Gradient-boosted ranking trees: LightGBM's LambdaMART (Burges, 2010; Ke et al., 2017).

LightGBM fits the trees. `TreeEnsemble` scores them, because a call of LightGBM's predictor costs more than
the trees do.
"""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from script_shared.models.ranking.tree_scoring import MAX_LEAVES, TreeEnsemble
from script_shared.types import BoolArray, FeatureArray, IntArray


class TreeParameters(BaseModel):
    """Hyperparameters of the trees.

    Attributes:
        rounds: number of trees.
        leaves: maximum number of leaves of a tree.
        learning_rate: shrinkage of each tree.
        min_leaf_rows: minimum number of rows in a leaf.
        feature_fraction, row_fraction: share of the features and of the rows that each tree is fitted on.
        ridge: penalty on leaf values.
        truncation: pairs count of which one item is among so many first ranks.
        max_bins: number of histogram bins a feature.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rounds: int = 100
    leaves: int = Field(default=31, ge=2, le=MAX_LEAVES)
    learning_rate: float = 0.1
    min_leaf_rows: int = 50
    feature_fraction: float = 0.6
    row_fraction: float = 0.8
    ridge: float = 5.0
    truncation: int = 20
    max_bins: int = 63


def fit_trees(
    features: FeatureArray, lengths: IntArray, chosen: BoolArray, parameters: TreeParameters
) -> TreeEnsemble:
    """Fit trees that rank chosen items first.

    Args:
        features: shape (rows, features), the lists of all queries concatenated.
        lengths: length of each list.
        chosen: which rows were chosen.
        parameters: hyperparameters.
    """
    import lightgbm  # training only

    p = parameters
    options = {
        "objective": "lambdarank",
        "num_leaves": p.leaves,
        "learning_rate": p.learning_rate,
        "min_data_in_leaf": p.min_leaf_rows,
        "feature_fraction": p.feature_fraction,
        "bagging_fraction": p.row_fraction,
        "bagging_freq": 1,
        "lambda_l2": p.ridge,
        "lambdarank_truncation_level": p.truncation,
        "max_bin": p.max_bins,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "seed": 0,
        "verbosity": -1,
    }
    data = lightgbm.Dataset(features, chosen.astype(np.int32), group=lengths)
    return TreeEnsemble.from_lightgbm(lightgbm.train(options, data, p.rounds).dump_model()["tree_info"])
