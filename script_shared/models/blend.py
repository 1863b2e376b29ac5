"""A two-stage recommender: components name items and describe them, fitted weights rank them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.bundle import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset
from script_shared.models.base import Component, Recommender
from script_shared.models.samples import Sample, draw, replay
from script_shared.state.state import State, StateParameters
from script_shared.types import BoolArray, FeatureArray, FloatArray, IntArray, Query, Reader, ScoredItem

#: Fewer lists than this cannot carry a dozen weights: the default feature ranks alone.
MIN_LISTS = 50
#: Fewer reads than this in the hours to fit on, and all hours of four days are used.
MIN_READS = 5_000
SPARSE_HOURS = (tuple(range(1, 49)), tuple(range(49, 97)))
DEFAULT_FEATURE = "popularity_1h"


class BlendParameters(BaseModel):
    """How a blend retrieves and learns.

    Attributes:
        retrieve: items asked of each component, by its name; of those not named, `retrieve_others`.
        retrieve_others: see `retrieve`.
        fit_hours: the weights are fitted on readers who came so many hours before `as_of`. In each
            group the components know what came before the group's first hour.
        fit_readers: at most so many readers of all these hours, each hour its share.
        fit_others: of what a reader did not choose, so many items are compared with what they did.
        ridge: penalty on the weights.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    retrieve: dict[str, int] = {"popularity": 160}
    retrieve_others: int = 30
    fit_hours: tuple[tuple[int, ...], ...] = ((25, 24, 23), (5, 3, 2, 1))
    fit_readers: int = 2_100
    fit_others: int = 25
    ridge: float = 3e-3


class Blend(Recommender):
    """Ranks the union of what its components retrieve by a weighted sum of their features.

    Args:
        components: at least one; the first that names an item gives the reason shown.
        state: what the replayed states count while the weights are fitted.
        parameters: how to retrieve and learn.
    """

    def __init__(
        self, components: Sequence[Component], state: StateParameters, parameters: BlendParameters
    ) -> None:
        self.components = tuple(components)
        self._state, self._parameters = state, parameters
        self.weights: FloatArray = np.zeros(len(self.feature_names))
        self.fitted_on = 0

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the features of all components, in order."""
        return tuple(name for component in self.components for name in component.feature_names)

    def without(self, name: str) -> Blend:
        """Return a blend of the other components, not fitted: what is the one of this name worth?

        Raises:
            ValueError: no component has this name.
        """
        others = [part for part in self.components if part.name != name]
        if len(others) == len(self.components):
            raise ValueError(f"there is no component {name!r} to leave out")
        return Blend(others, self._state, self._parameters)

    def recommend(self, query: Query, state: State, n: int) -> Sequence[ScoredItem]:
        """Return the `n` best of what the components retrieve."""
        items, origin = self.retrieve(query, state)
        scores = self.features(query, state, items) @ self.weights
        best = np.argsort(-scores, kind="stable")[:n]
        rows = zip(items[best].tolist(), scores[best].tolist(), origin[best].tolist(), strict=True)
        return [ScoredItem(item, score, self.components[part].name) for item, score, part in rows]

    def retrieve(self, query: Query, state: State) -> tuple[IntArray, IntArray]:
        """Return unread items in ascending order, and which component named each first."""
        lists = [part.retrieve(query, state, self._asked(part)) for part in self.components]
        named = np.repeat(np.arange(len(lists)), [len(each) for each in lists])
        items, first = np.unique(np.concatenate(lists), return_index=True)
        unread = ~_holds(items, query.history)
        return items[unread], named[first[unread]].astype(np.int32)

    def _asked(self, part: Component) -> int:
        return self._parameters.retrieve.get(part.name, self._parameters.retrieve_others)

    def features(self, query: Query, state: State, items: IntArray) -> FeatureArray:
        """Describe items by all components, shape (items, features)."""
        return np.concatenate([part.features(query, state, items) for part in self.components], axis=1)

    def fit(self, dataset: Dataset, serves: Callable[[Reader], bool]) -> None:
        """Fit the weights on hours before the end, with components that knew no more; then these on all."""
        lists: list[tuple[FeatureArray, BoolArray]] = []
        groups = self._hours(dataset)
        hours = [hour for group in groups for hour in group]
        refitted = {0, *(max(group) for group in groups)}
        for before, state, following in replay(dataset, self._state, [*hours, 0]):
            if before in refitted:
                self._fit_components(dataset.before(dataset.as_of_ms - before * MS_PER_HOUR), state)
            drawn = draw(dataset, state, following, serves, self._parameters.fit_readers // len(hours))
            lists += [self._listed(sample, state) for sample in drawn]
        self._fit_weights([(features, chosen) for features, chosen in lists if chosen.any()])

    def _hours(self, dataset: Dataset) -> Sequence[Sequence[int]]:
        """Return `fit_hours`, or `SPARSE_HOURS` when those hold few reads."""
        groups, end = self._parameters.fit_hours, dataset.as_of_ms
        starts = [end - hour * MS_PER_HOUR for group in groups for hour in group]
        reads = sum(len(dataset.interactions.between(at, at + MS_PER_HOUR)) for at in starts)
        return groups if reads >= MIN_READS else SPARSE_HOURS

    def _listed(self, sample: Sample, state: State) -> tuple[FeatureArray, BoolArray]:
        """Describe what was read and some of what was not.

        A uniform sample of the items not chosen leaves the fitted weights consistent (McFadden,
        1978, on sampling alternatives).
        """
        items, _ = self.retrieve(sample.query, state)
        chosen = _holds(items, sample.targets)
        rng = np.random.default_rng(sample.query.user + 1)
        others = rng.permutation(np.flatnonzero(~chosen))[: self._parameters.fit_others]
        rows = np.concatenate([np.flatnonzero(chosen), others])
        return self.features(sample.query, state, items[rows]), chosen[rows]

    def _fit_weights(self, lists: list[tuple[FeatureArray, BoolArray]]) -> None:
        from script_shared.models.logit import fit_logit  # scipy stays out of serving

        self.fitted_on = len(lists)
        if len(lists) < MIN_LISTS:
            self.weights = np.array([float(name == DEFAULT_FEATURE) for name in self.feature_names])
            return
        features, chosen = (np.concatenate(part) for part in zip(*lists, strict=True))
        starts = np.cumsum([0] + [len(x) for x, _ in lists[:-1]])
        self.weights = fit_logit(features, starts, chosen, self._parameters.ridge)

    def _fit_components(self, dataset: Dataset, state: State) -> None:
        for component in self.components:
            component.fit(dataset, state)

    def dump(self) -> Bundle:
        """Return the weights by name, and what each component learned."""
        arrays: dict[str, Any] = {}
        documents: dict[str, Any] = {}
        for component in self.components:
            bundle = component.dump()
            arrays |= {f"{component.name}.{key}": array for key, array in bundle.arrays.items()}
            documents[component.name] = dict(bundle.document)
        weights = dict(zip(self.feature_names, self.weights.tolist(), strict=True))
        document = {"weights": weights, "fitted_on": self.fitted_on, "components": documents}
        return Bundle(arrays, document)

    def load(self, bundle: Bundle) -> None:
        """Take back what `dump` returned."""
        self.fitted_on = bundle.document["fitted_on"]
        self.weights = np.array([bundle.document["weights"][name] for name in self.feature_names])
        for component in self.components:
            prefix = f"{component.name}."
            arrays = {k.removeprefix(prefix): v for k, v in bundle.arrays.items() if k.startswith(prefix)}
            component.load(Bundle(arrays, bundle.document["components"][component.name]))


def _holds(ascending: IntArray, items: IntArray) -> BoolArray:
    """Tell which of the ascending items are among the others; faster than sorting both."""
    found = np.zeros(len(ascending) + 1, np.bool_)
    places = np.searchsorted(ascending, items)
    known = places < len(ascending)
    found[places[known][ascending[places[known]] == items[known]]] = True
    return found[:-1]
