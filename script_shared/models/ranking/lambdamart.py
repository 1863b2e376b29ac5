"""Boosted trees that rank: LightGBM's lambdarank (Burges, 2010; Ke et al., 2017).

Fitting uses the package; what it grew is scored as a `TreeEnsemble`, for a call of the package costs more
than the trees do.
"""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from script_shared.models.ranking.tree_scoring import LEAVES, TreeEnsemble
from script_shared.types import BoolArray, FeatureArray, IntArray


class TreeParameters(BaseModel):
    """How the trees are grown.

    Attributes:
        rounds: trees.
        leaves: of a tree, at most.
        learning_rate: share of each tree that counts.
        rows: of a leaf, at least.
        columns, sample: share of the features and of the rows that a tree sees.
        ridge: penalty on a leaf's value.
        top: pairs count that concern the first so many places.
        bins: values of a feature are told apart in so many steps.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rounds: int = 100
    leaves: int = Field(default=31, ge=2, le=LEAVES)
    learning_rate: float = 0.1
    rows: int = 50
    columns: float = 0.6
    sample: float = 0.8
    ridge: float = 5.0
    top: int = 20
    bins: int = 63


def grow(
    features: FeatureArray, lengths: IntArray, chosen: BoolArray, parameters: TreeParameters
) -> TreeEnsemble:
    """Learn to put what was chosen first.

    Args:
        features: shape (rows, features), the lists of all queries one after the other.
        lengths: of each list.
        chosen: which rows were read.
        parameters: how to grow.
    """
    import lightgbm  # training only

    p = parameters
    told = {
        "objective": "lambdarank",
        "num_leaves": p.leaves,
        "learning_rate": p.learning_rate,
        "min_data_in_leaf": p.rows,
        "feature_fraction": p.columns,
        "bagging_fraction": p.sample,
        "bagging_freq": 1,
        "lambda_l2": p.ridge,
        "lambdarank_truncation_level": p.top,
        "max_bin": p.bins,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "seed": 0,
        "verbosity": -1,
    }
    data = lightgbm.Dataset(features, chosen.astype(np.int32), group=lengths)
    return TreeEnsemble.of(lightgbm.train(told, data, p.rounds).dump_model()["tree_info"])
