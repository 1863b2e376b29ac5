"""How features become an order: weights for all items, trees for the head of the list where they help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.arrays import Bundle
from script_shared.evaluation.ranking import score_list
from script_shared.jit import jit_compiled
from script_shared.models.base import best_places, weigh
from script_shared.models.ranking.lambdamart import TreeParameters, grow
from script_shared.models.ranking.tree_scoring import TreeEnsemble, score_rows
from script_shared.types import BoolArray, FeatureArray, FloatArray, IntArray

#: The features of a list's items, and which of them were read.
Listed = tuple[FeatureArray, BoolArray]

#: Fewer lists than this cannot carry a dozen weights: the default feature ranks alone.
MIN_LISTS = 50
#: Fewer than this grow no trees worth their time.
MIN_LISTS_FOR_TREES = 1_000
#: Weights and trees are compared on what is left after so many of the lists, the oldest.
_REHEARSED = 0.75
DEFAULT_FEATURE = "popularity_1h"


class ScorerParameters(BaseModel):
    """How a ranking is fitted.

    Attributes:
        ridge: penalty on the weights.
        trees: how the trees are grown; None for weights alone.
        head: so many of the best by the weights are scored by the trees too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ridge: float = 3e-3
    trees: TreeParameters | None = TreeParameters()
    head: int = 80


class Scorer:
    """The weights of a conditional logit, and a forest where it does better on lists not seen.

    Args:
        names: of the features.
        parameters: how to fit.
    """

    def __init__(self, names: Sequence[str], parameters: ScorerParameters) -> None:
        self._names, self._parameters = tuple(names), parameters
        self.weights: FloatArray = np.zeros(len(self._names))
        self.trees: TreeEnsemble | None = None
        self._fitted: dict[str, Any] = {}

    @property
    def head(self) -> int:
        """How many of the best by the weights compete for the first places."""
        return self._parameters.head

    @property
    def fitted_on(self) -> int:
        """How many lists it learned from."""
        return int(self._fitted.get("fitted_on", 0))

    def score(self, features: FeatureArray) -> FloatArray:
        """Return a score for each item of one list; trees settle the order of its head."""
        features = np.asfortranarray(features)
        if self.trees is None or len(features) < 2:
            return weigh(features, self.weights)
        return _settled(features, self.weights, self._parameters.head, self.trees.parts)

    def fit(self, lists: Sequence[Listed]) -> None:
        """Fit the weights, and the trees where they help on the newest lists, which they had not seen.

        Args:
            lists: oldest first, each with something that was read.
        """
        self._fitted, self.trees = {"fitted_on": len(lists)}, None
        if len(lists) < MIN_LISTS:
            self.weights = np.array([float(name == DEFAULT_FEATURE) for name in self._names])
        else:
            self._learn(lists, self._parameters.trees if self._is_worth_trees(lists) else None)

    def _is_worth_trees(self, lists: Sequence[Listed]) -> bool:
        if self._parameters.trees is None or len(lists) < MIN_LISTS_FOR_TREES:
            return False
        cut = int(len(lists) * _REHEARSED)
        self._learn(lists[:cut], self._parameters.trees)
        with_trees = self._ndcg(lists[cut:])
        self.trees = None
        alone = self._ndcg(lists[cut:])
        means = {"weights": float(alone.mean()), "with_trees": float(with_trees.mean())}
        self._fitted["held_out_ndcg"] = means
        return means["with_trees"] > means["weights"]

    def _learn(self, lists: Sequence[Listed], trees: TreeParameters | None) -> None:
        from script_shared.models.ranking.conditional_logit import fit_logit  # scipy stays out of serving

        features, chosen = (np.concatenate(part) for part in zip(*lists, strict=True))
        lengths = np.array([len(own) for own, _ in lists])
        starts = np.cumsum(lengths) - lengths
        self.weights = fit_logit(features, starts, chosen, self._parameters.ridge)
        self.trees = grow(features, lengths, chosen, trees) if trees is not None else None

    def _ndcg(self, lists: Sequence[Listed]) -> FloatArray:
        return np.array([list_ndcg(self.score(features), chosen) for features, chosen in lists])

    def dump(self) -> Bundle:
        """Return the weights by name, the forest, and how they were chosen."""
        weights = dict(zip(self._names, self.weights.tolist(), strict=True))
        trees = self.trees.dump() if self.trees is not None else {}
        return Bundle(trees, {**self._fitted, "weights": weights})

    def load(self, bundle: Bundle) -> None:
        """Take back what `dump` returned."""
        self._fitted = {
            key: bundle.document[key] for key in ("fitted_on", "held_out_ndcg") if key in bundle.document
        }
        self.weights = np.array([bundle.document["weights"][name] for name in self._names])
        self.trees = TreeEnsemble.load(bundle.arrays) if bundle.arrays else None


def list_ndcg(scores: FloatArray, chosen: BoolArray) -> float:
    """Return the NDCG@10 of one list, ordered by its scores."""
    ranked = np.argsort(-scores, kind="stable").tolist()
    return score_list(ranked, set(np.flatnonzero(chosen).tolist()))["ndcg"]


@jit_compiled
def _settled(
    features: FeatureArray,
    weights: FloatArray,
    most: int,
    trees: tuple[IntArray, FeatureArray, IntArray, FloatArray],
) -> FloatArray:
    """Return weighted sums, those of the best with the trees' scores added: both standardised.

    None of these falls below the lowest of them.
    """
    scores = weigh(features, weights)
    head = best_places(scores, most)
    weighed, grown = scores[head], score_rows(features, head, trees)
    both = (weighed - weighed.mean()) / max(weighed.std(), 1e-9)
    both += (grown - grown.mean()) / max(grown.std(), 1e-9)
    lift = weighed.min() - both.min()
    for at in range(len(head)):
        scores[head[at]] = lift + both[at]
    return scores
