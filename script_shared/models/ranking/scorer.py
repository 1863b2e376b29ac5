"""The scorer of a ranked list: a weighted sum for all items, re-ranked by trees at the head of the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.arrays import Bundle
from script_shared.evaluation.ranking import score_list
from script_shared.jit import jit_compiled
from script_shared.models.kernels import top_rows, weighted_sums
from script_shared.models.ranking.lambdamart import TreeParameters, fit_trees
from script_shared.models.ranking.tree_scoring import TreeArrays, TreeEnsemble, score_rows
from script_shared.types import BoolArray, FeatureArray, FloatArray

#: The features of a list's items, and which of the items were chosen.
LabelledList = tuple[FeatureArray, BoolArray]

#: With fewer lists the weights cannot be estimated, and `default_feature` alone ranks.
MIN_LISTS = 50
#: With fewer lists no trees are fitted.
MIN_LISTS_FOR_TREES = 1_000
#: Share of the lists, the oldest, that is used for fitting when the trees are validated on the rest.
_TRAINING_SHARE = 0.75


class ScorerParameters(BaseModel):
    """How a scorer is fitted.

    Attributes:
        ridge: penalty on the weights.
        trees: hyperparameters of the trees; None for weights alone.
        head: number of items, best first by the weights, that the trees re-rank.
        default_feature: the feature that ranks where there are too few lists to fit weights.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ridge: float = 3e-3
    trees: TreeParameters | None = TreeParameters()
    head: int = 80
    default_feature: str = "popularity_1h"


class Scorer:
    """The weights of a conditional logit, plus trees where they improve the NDCG of held-out lists.

    Args:
        names: names of the features.
        parameters: how to fit.
    """

    def __init__(self, names: Sequence[str], parameters: ScorerParameters) -> None:
        self._names, self._parameters = tuple(names), parameters
        self.weights: FloatArray = np.zeros(len(self._names))
        self.trees: TreeEnsemble | None = None
        self._statistics: dict[str, Any] = {}

    @property
    def head(self) -> int:
        """The number of items that the trees re-rank."""
        return self._parameters.head

    @property
    def fitted_on(self) -> int:
        """The number of lists used for fitting."""
        return int(self._statistics.get("fitted_on", 0))

    def score(self, features: FeatureArray) -> FloatArray:
        """Return one score an item of a list; trees decide the order of its head."""
        features = np.asfortranarray(features)
        if self.trees is None or len(features) < 2:
            return weighted_sums(features, self.weights)
        return _rerank_head(features, self.weights, self._parameters.head, self.trees.parts)

    def fit(self, lists: Sequence[LabelledList]) -> None:
        """Fit the weights, and the trees where they improve the ranking of the newest lists.

        Args:
            lists: oldest first, each with at least one chosen item.
        """
        self._statistics, self.trees = {"fitted_on": len(lists)}, None
        if len(lists) < MIN_LISTS:
            default = self._parameters.default_feature
            self.weights = np.array([float(name == default) for name in self._names])
        else:
            self._fit(lists, self._parameters.trees if self._trees_help(lists) else None)

    def _trees_help(self, lists: Sequence[LabelledList]) -> bool:
        """Compare weights with and without trees on held-out lists."""
        if self._parameters.trees is None or len(lists) < MIN_LISTS_FOR_TREES:
            return False
        cut = int(len(lists) * _TRAINING_SHARE)
        self._fit(lists[:cut], self._parameters.trees)
        with_trees = self._ndcg(lists[cut:])
        self.trees = None
        without = self._ndcg(lists[cut:])
        means = {"weights": float(without.mean()), "with_trees": float(with_trees.mean())}
        self._statistics["held_out_ndcg"] = means
        return means["with_trees"] > means["weights"]

    def _fit(self, lists: Sequence[LabelledList], trees: TreeParameters | None) -> None:
        from script_shared.models.ranking.conditional_logit import fit_logit  # serving must not load scipy

        features, chosen = (np.concatenate(parts) for parts in zip(*lists, strict=True))
        lengths = np.array([len(labels) for _, labels in lists])
        starts = np.cumsum(lengths) - lengths
        self.weights = fit_logit(features, starts, chosen, self._parameters.ridge)
        self.trees = fit_trees(features, lengths, chosen, trees) if trees is not None else None

    def _ndcg(self, lists: Sequence[LabelledList]) -> FloatArray:
        return np.array([list_ndcg(self.score(features), chosen) for features, chosen in lists])

    def dump(self) -> Bundle:
        """Return the weights by feature name, the trees, and the statistics of the fit."""
        weights = dict(zip(self._names, self.weights.tolist(), strict=True))
        trees = self.trees.dump() if self.trees is not None else {}
        return Bundle(trees, {**self._statistics, "weights": weights})

    def load(self, bundle: Bundle) -> None:
        """Restore the scorer from the result of `dump`."""
        document = bundle.document
        self._statistics = {key: document[key] for key in ("fitted_on", "held_out_ndcg") if key in document}
        self.weights = np.array([document["weights"][name] for name in self._names])
        self.trees = TreeEnsemble.load(bundle.arrays) if bundle.arrays else None


def list_ndcg(scores: FloatArray, chosen: BoolArray) -> float:
    """Return the NDCG@10 of one list, sorted by its scores."""
    ranked = np.argsort(-scores, kind="stable").tolist()
    return score_list(ranked, set(np.flatnonzero(chosen).tolist()))["ndcg"]


@jit_compiled
def _rerank_head(features: FeatureArray, weights: FloatArray, limit: int, trees: TreeArrays) -> FloatArray:
    """Return weighted sums; to those of the head the trees' scores are added, both standardised.

    The head's scores are shifted so that the lowest equals the lowest weighted sum of the head: no item
    outside the head overtakes it.
    """
    scores = weighted_sums(features, weights)
    head = top_rows(scores, limit)
    sums, tree_scores = scores[head], score_rows(features, head, trees)
    combined = (sums - sums.mean()) / max(sums.std(), 1e-9)
    combined += (tree_scores - tree_scores.mean()) / max(tree_scores.std(), 1e-9)
    shift = sums.min() - combined.min()
    for row in range(len(head)):
        scores[head[row]] = shift + combined[row]
    return scores
