"""The two-stage recommender: components retrieve items and compute features, a scorer ranks them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any
from weakref import ref

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.arrays import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset
from script_shared.models.base import Component, Recommender
from script_shared.models.candidate_union import CandidateUnion
from script_shared.models.kernels import empty_features, top_rows
from script_shared.models.ranking.contribution import Contribution
from script_shared.models.ranking.reason_attribution import RankedList, ReasonAttribution
from script_shared.models.ranking.scorer import LabelledList, Scorer, ScorerParameters
from script_shared.models.ranking.state_replay import StateReplay
from script_shared.models.ranking.training_samples import (
    Period,
    SampleKind,
    TrainingSample,
    draw_samples,
    label_items,
)
from script_shared.models.reasons import Reason
from script_shared.state.state import State, StateParameters
from script_shared.types import NO_ITEMS, BoolArray, FeatureArray, IntArray, Mask, Query, ScoredItem, User

#: With fewer interactions in the configured training hours, all hours of four days are used.
MIN_INTERACTIONS = 5_000
SPARSE_HOURS = (tuple(range(1, 49)), tuple(range(49, 97)))
#: With fewer lists no component is dropped; the ablation uses about so many.
MIN_LISTS_TO_SELECT = 1_500
#: Prefix of the scorer's arrays, beside those of the components.
_SCORER = "scorer"
#: Key of the trees' contribution, beside those of the features.
TREES = "trees"


class TwoStageParameters(BaseModel):
    """How a two-stage recommender retrieves and learns.

    Attributes:
        retrieve: maximum number of items to retrieve, by component name.
        retrieve_others: the same for components that `retrieve` does not name.
        fit_hours: the scorer is fitted on the hours that begin so many hours before `as_of`. The components
            are fitted once a group, on the data before the group's first hour.
        period_hours: length of each of these periods, an hour for news.
        min_interactions: with fewer interactions in these periods, all hours of four days are used instead.
        fit_users: maximum number of users over all these hours, divided equally among the hours.
        fit_negatives: number of items per list that the user did not choose.
        sampling: `hourly`: what users interact with in the period after a moment; `clicks`: their next click
            in a session, with the state at the start of the hour; `live`: the same with the state at the
            click; `arrivals`: all that new users interact with, with the state at their first interaction.
        scorer: how the scorer is fitted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    retrieve: dict[str, int] = {"popularity": 160}
    retrieve_others: int = 30
    fit_hours: tuple[tuple[int, ...], ...] = ((25, 24, 23), (5, 3, 2, 1))
    period_hours: int = 1
    min_interactions: int = MIN_INTERACTIONS
    fit_users: int = 4_000
    fit_negatives: int = 25
    sampling: SampleKind = "hourly"
    scorer: ScorerParameters = ScorerParameters()


class TwoStageRecommender(Recommender):
    """Ranks the union of the items that its components retrieve, by a score of their features.

    Args:
        components: at least one; the reason of a scored item is the first component that retrieved it.
        state: what the replayed states count while the scorer is fitted.
        parameters: how to retrieve and learn.

    Attributes:
        contributions: measured contribution of each component, by name; empty where too few lists exist.
        components: the components that rank; the others were dropped because they harm.
        unranked: dropped components that are kept for text similarity.
        scorer: ranks the retrieved items.
    """

    def __init__(
        self, components: Sequence[Component], state: StateParameters, parameters: TwoStageParameters
    ) -> None:
        self._all_components = tuple(components)
        self._state, self._parameters = state, parameters
        self.contributions: dict[str, Contribution] = {}
        self._union = CandidateUnion()
        self._ranked: RankedList | None = None
        self._set_components(self._all_components)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The features of all ranking components, in order."""
        return tuple(name for component in self.components for name in component.feature_names)

    def without(self, name: str) -> TwoStageRecommender:
        """Return an unfitted recommender without one of the components.

        Raises:
            ValueError: no component has this name.
        """
        others = [component for component in self.components if component.name != name]
        if len(others) == len(self.components):
            raise ValueError(f"there is no component {name!r} to leave out")
        return TwoStageRecommender(others, self._state, self._parameters)

    def recommend(self, query: Query, state: State, n: int) -> Sequence[ScoredItem]:
        """Return the `n` retrieved items with the highest scores."""
        ranked, origin = self._rank(query, state)
        return self._name_origins(ranked, origin, top_rows(ranked.scores, n))

    def recommend_allowed(self, query: Query, state: State, n: int, allowed: BoolArray) -> list[ScoredItem]:
        """Return the allowed of the retrieved items with the highest scores; see `Recommender`."""
        ranked, origin = self._rank(query, state)
        rows = np.flatnonzero(allowed[ranked.items])
        return self._name_origins(ranked, origin, rows[top_rows(ranked.scores[rows], n)])

    def _rank(self, query: Query, state: State) -> tuple[RankedList, IntArray]:
        items, origin = self.retrieve(query, state)
        features = self.features(query, state, items)
        self._ranked = RankedList(ref(query), items, features, self._scorer_of(query, state).score(features))
        return self._ranked, origin

    def _scorer_of(self, query: Query, state: State) -> Scorer:
        """Return the scorer that ranks for a query."""
        return self.scorer

    def _name_origins(self, ranked: RankedList, origin: IntArray, rows: IntArray) -> list[ScoredItem]:
        columns = (column[rows].tolist() for column in (ranked.items, ranked.scores, origin))
        triples = zip(*columns, strict=True)
        return [ScoredItem(item, score, self.components[index].name) for item, score, index in triples]

    def retrieve(self, query: Query, state: State) -> tuple[IntArray, IntArray]:
        """Return the retrieved items, ascending, and the index of the first component that retrieved each."""
        lists = [component.retrieve(query, state, limit) for component, limit in self._limits]
        return self._union.merge(lists, query.history, state.sizes.items)

    def retrieval_limit(self, component: Component) -> int:
        """Return the maximum number of items that a component retrieves."""
        return self._parameters.retrieve.get(component.name, self._parameters.retrieve_others)

    def features(self, query: Query, state: State, items: IntArray) -> FeatureArray:
        """Return the features of all components, shape (items, features)."""
        out = empty_features(len(items), len(self.scorer.weights))
        for component, columns in self._columns:
            component.write_features(query, state, items, out[:, columns])
        for columns in self._log_columns:
            np.log(out[:, columns], out=out[:, columns])
        return out

    def reasons(self, query: Query, state: State, items: IntArray) -> list[Reason | None]:
        """Return why each item of the last list was recommended; see `ReasonAttribution`."""
        ranked = self._ranked
        if ranked is None or ranked.query() is not query or not len(ranked.items):
            return [None] * len(items)
        return self._attribution.attribute(ranked, self._scorer_of(query, state), query, state, items)

    def explain(self, query: Query, state: State, items: IntArray) -> list[Mapping[str, float]]:
        """Return each feature times its weight and, under `TREES`, the contribution of the trees, if any."""
        scorer = self._scorer_of(query, state)
        products = self.features(query, state, items) * scorer.weights
        explained = [dict(zip(self.feature_names, row, strict=True)) for row in products.tolist()]
        if scorer.trees is None:
            return list(explained)
        by_item = self._tree_contributions(query, state)
        pairs = zip(explained, items.tolist(), strict=True)
        return [features | {TREES: by_item.get(item, 0.0)} for features, item in pairs]

    def _tree_contributions(self, query: Query, state: State) -> dict[int, float]:
        """Return what the trees add, by item; it depends on all items that are retrieved together."""
        items, _ = self.retrieve(query, state)
        features = self.features(query, state, items)
        scorer = self._scorer_of(query, state)
        added = scorer.score(features) - features @ scorer.weights
        return dict(zip(items.tolist(), added.tolist(), strict=True))

    def content_scores(self, query: Query, state: State, items: IntArray) -> FeatureArray | None:
        """Return the sum of the cold-start features of each item; None where no component has any.

        The fitted weights do not apply: they were fitted together with counts, which a new item lacks.
        """
        components = [component for component in self.components if component.cold_start]
        parts = [component.features(query, state, items) for component in components]
        return np.concatenate(parts, axis=1).sum(axis=1) if parts else None

    def add_item_vectors(self, items: IntArray, vectors: FeatureArray) -> None:
        """Pass the text vectors of items to all components."""
        for component in (*self.components, *self.unranked):
            component.add_item_vectors(items, vectors)

    def similar_items(self, item: int, allowed: Mask, n: int) -> IntArray:
        """Return the items most similar by text, from the first component that finds any."""
        components = (*self.components, *self.unranked)
        lists = (component.similar_items(item, allowed, n) for component in components)
        return next((items for items in lists if len(items)), NO_ITEMS)

    def cluster(self, query: Query, state: State) -> int | None:
        """Return the user's cluster, from the first component that has clusters."""
        clusters = (component.cluster(query, state) for component in self.components)
        return next((cluster for cluster in clusters if cluster is not None), None)

    def fit(self, dataset: Dataset, accepts: Callable[[User], bool]) -> None:
        """Fit the scorer on past hours, with components fitted before them; then fit these on all data."""
        self._set_components(self._all_components)
        lists: list[LabelledList] = []
        queries: list[Query] = []
        groups = self._fit_hours(dataset)
        hours = sorted((hour for group in groups for hour in group), reverse=True)
        refit_hours = {max(group) for group in groups}
        replay = StateReplay(dataset, self._state, dataset.as_of_ms - hours[0] * MS_PER_HOUR)
        for hour in hours:
            start_ms = dataset.as_of_ms - hour * MS_PER_HOUR
            if hour in refit_hours:
                replay.advance_to(start_ms)
                self._fit_components(dataset.before(start_ms), replay.state)
            limit = self._parameters.fit_users // len(hours)
            period = Period(start_ms, start_ms + self._parameters.period_hours * MS_PER_HOUR)
            samples = draw_samples(self._parameters.sampling, replay, period, accepts, limit)
            for sample in samples:
                features, chosen = self._label(sample, replay.state)
                if chosen.any():
                    lists.append((features, chosen))
                    queries.append(sample.query)
        lists = self._select_components(lists)
        replay.advance_to(dataset.as_of_ms)
        self._fit_components(dataset, replay.state)
        self._fit_scorer(lists, queries, replay.state)

    def _fit_scorer(self, lists: Sequence[LabelledList], queries: Sequence[Query], state: State) -> None:
        """Fit the scorer.

        Args:
            lists: oldest first, each with at least one chosen item.
            queries: one a list.
            state: at the end of the data.
        """
        self.scorer.fit(lists)

    def _fit_hours(self, dataset: Dataset) -> Sequence[Sequence[int]]:
        """Return `fit_hours`, or `SPARSE_HOURS` where those contain few interactions."""
        groups, end = self._parameters.fit_hours, dataset.as_of_ms
        starts = [end - hour * MS_PER_HOUR for group in groups for hour in group]
        length = self._parameters.period_hours * MS_PER_HOUR
        count = sum(len(dataset.interactions.between(start, start + length)) for start in starts)
        return groups if count >= self._parameters.min_interactions else SPARSE_HOURS

    def _label(self, sample: TrainingSample, state: State) -> LabelledList:
        items, _ = self.retrieve(sample.query, state)
        rows, chosen = label_items(items, sample, self._parameters.fit_negatives)
        features = self.features(sample.query, state, items[rows])
        return np.ascontiguousarray(features), chosen

    def _select_components(self, lists: Sequence[LabelledList]) -> list[LabelledList]:
        """Drop the components that harm the ranking; return the lists with the features of the others."""
        self.contributions = {}
        if len(lists) < MIN_LISTS_TO_SELECT:
            return list(lists)
        from script_shared.models.ranking.ablation import measure_contributions  # serving must not load scipy

        owner = np.array([component.name for component in self.components for _ in component.feature_names])
        names = [component.name for component in self.components]
        columns = {name: np.flatnonzero(owner == name).tolist() for name in names}
        ridge = self._parameters.scorer.ridge
        self.contributions = measure_contributions(lists, columns, ridge, MIN_LISTS_TO_SELECT)
        harmful = [name for name, measured in self.contributions.items() if measured.is_harmful]
        self._set_components([component for component in self.components if component.name not in harmful])
        kept = np.flatnonzero(~np.isin(owner, harmful))
        return [(features[:, kept], chosen) for features, chosen in lists]

    def _set_components(self, components: Sequence[Component]) -> None:
        """Rank by these components alone, with a new scorer."""
        self.components = tuple(components)
        dropped = [component for component in self._all_components if component not in self.components]
        self.unranked = tuple(component for component in dropped if component.uses_texts)
        ends = np.cumsum([len(component.feature_names) for component in self.components]).tolist()
        starts = [0, *ends][: len(ends)]
        self._columns = list(zip(self.components, map(slice, starts, ends), strict=True))
        self._limits = [(component, self.retrieval_limit(component)) for component in self.components]
        owners = [component for component in self.components for _ in component.feature_names]
        self._log_columns = _true_runs([component.log_features for component in owners])
        self.scorer = Scorer(self.feature_names, self._parameters.scorer)
        self._attribution = ReasonAttribution(self.components)
        self._ranked = None

    def _fit_components(self, dataset: Dataset, state: State) -> None:
        for component in (*self.components, *self.unranked):
            component.fit(dataset, state)

    def dump(self) -> Bundle:
        """Return the scorer and the learned parameters of each component."""
        scorer = self.scorer.dump()
        arrays = {f"{_SCORER}.{key}": array for key, array in scorer.arrays.items()}
        documents: dict[str, Any] = {}
        for component in (*self.components, *self.unranked):
            bundle = component.dump()
            arrays |= {f"{component.name}.{key}": array for key, array in bundle.arrays.items()}
            documents[component.name] = dict(bundle.document)
        parts = {
            "contributions": {name: asdict(measured) for name, measured in self.contributions.items()},
            "components": {component.name: documents[component.name] for component in self.components},
            "unranked": {component.name: documents[component.name] for component in self.unranked},
        }
        return Bundle(arrays, {**scorer.document, **parts})

    def load(self, bundle: Bundle) -> None:
        """Restore the recommender from the result of `dump`."""
        document = bundle.document
        measured = document["contributions"].items()
        self.contributions = {name: Contribution(**fields) for name, fields in measured}
        documents = document["components"]
        self._set_components([component for component in self._all_components if component.name in documents])
        self.scorer.load(Bundle(arrays_of(bundle, _SCORER), document))
        documents = documents | document["unranked"]
        self.unranked = tuple(component for component in self.unranked if component.name in documents)
        for component in (*self.components, *self.unranked):
            arrays = arrays_of(bundle, component.name)
            component.load(Bundle(arrays, documents[component.name]))


def arrays_of(bundle: Bundle, name: str) -> dict[str, Any]:
    """Return the arrays of a part of a bundle."""
    prefix = f"{name}."
    return {k.removeprefix(prefix): v for k, v in bundle.arrays.items() if k.startswith(prefix)}


def _true_runs(mask: Sequence[bool]) -> list[slice]:
    """Return the slices of consecutive true values."""
    groups = groupby(enumerate(mask), lambda pair: pair[1])
    runs = [[index for index, _ in group] for is_true, group in groups if is_true]
    return [slice(run[0], run[-1] + 1) for run in runs]
