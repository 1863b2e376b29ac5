"""A two-stage recommender: components name items and describe them, a fitted ranking orders them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any, Literal, NamedTuple
from weakref import ref

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.arrays import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset
from script_shared.jit import jit_compiled
from script_shared.models.base import Component, Recommender, best_places, table_of
from script_shared.models.candidate_union import CandidateUnion
from script_shared.models.ranking.contribution import Contribution
from script_shared.models.ranking.scorer import Listed, Scorer, ScorerParameters
from script_shared.models.ranking.training_samples import StateReplay, TrainingSample, draw_clicks, draw_users
from script_shared.models.reasons import (
    CATEGORIES,
    CONTEXT,
    FOLLOWS_ITEM,
    NEW,
    SIMILAR_USERS,
    TRENDING,
    Reason,
)
from script_shared.state.state import State, StateParameters
from script_shared.types import (
    NO_ITEMS,
    BoolArray,
    FeatureArray,
    FloatArray,
    IntArray,
    Query,
    ScoredItem,
    User,
)
from script_shared.vocabulary import UNKNOWN

#: Fewer reads than this in the hours to fit on, and all hours of four days are used.
MIN_READS = 5_000
SPARSE_HOURS = (tuple(range(1, 49)), tuple(range(49, 97)))
#: From so many lists on, what each component is worth is measured, on about so many.
MIN_LISTS_TO_CHOOSE = 1_500
#: Names what the ranking learned, among the components.
RANKING = "ranking"
#: Names what the trees add to a score, among the features.
TREES = "trees"
#: In this order where two add as much.
REASONS = (TRENDING, FOLLOWS_ITEM, SIMILAR_USERS, CONTEXT, NEW, CATEGORIES)
_READ = REASONS.index(FOLLOWS_ITEM)
_REASONS = tuple(map(Reason, REASONS))
_NO_ADDED: FloatArray = np.zeros(len(REASONS))


class TwoStageParameters(BaseModel):
    """How a blend retrieves and learns.

    Attributes:
        retrieve: items asked of each component, by its name; of those not named, `retrieve_others`.
        retrieve_others: see `retrieve`.
        fit_hours: the weights are fitted on readers who came so many hours before `as_of`. In each
            group the components know what came before the group's first hour.
        fit_users: at most so many readers of all these hours, each hour its share.
        fit_others: of what a reader did not choose, so many items are compared with what they did.
        moments: what is learned from: `hourly`, what readers read within the hour after a moment;
            `clicks`, their next click in the course of a visit, from a state as old as the hour;
            `live`, the same from a state that knows all that came before the click.
        ranking: how weights and trees are fitted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    retrieve: dict[str, int] = {"popularity": 160}
    retrieve_others: int = 30
    fit_hours: tuple[tuple[int, ...], ...] = ((25, 24, 23), (5, 3, 2, 1))
    fit_users: int = 4_000
    fit_others: int = 25
    moments: Literal["hourly", "clicks", "live"] = "hourly"
    ranking: ScorerParameters = ScorerParameters()


class RankedList(NamedTuple):
    """What the last list was chosen from.

    Attributes:
        query: whose it was.
        items: ascending.
        features: one row an item.
        scores: of each item.
    """

    query: ref[Query]
    items: IntArray
    features: FeatureArray
    scores: FloatArray


class TwoStageRecommender(Recommender):
    """Ranks the union of what its components retrieve, by their features.

    Args:
        components: at least one; the first that names an item is its origin.
        state: what the replayed states count while the weights are fitted.
        parameters: how to retrieve and learn.
    """

    def __init__(
        self, components: Sequence[Component], state: StateParameters, parameters: TwoStageParameters
    ) -> None:
        self._all = tuple(components)
        self._state, self._parameters = state, parameters
        self.worth: dict[str, Contribution] = {}
        self._union = CandidateUnion()
        self._ranked: RankedList | None = None
        self._keep(self._all)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the features of all components, in order."""
        return tuple(name for component in self.components for name in component.feature_names)

    def without(self, name: str) -> TwoStageRecommender:
        """Return a blend of the other components, not fitted: what is the one of this name worth?

        Raises:
            ValueError: no component has this name.
        """
        others = [part for part in self.components if part.name != name]
        if len(others) == len(self.components):
            raise ValueError(f"there is no component {name!r} to leave out")
        return TwoStageRecommender(others, self._state, self._parameters)

    def recommend(self, query: Query, state: State, n: int) -> Sequence[ScoredItem]:
        """Return the `n` best of what the components retrieve."""
        items, origin = self.retrieve(query, state)
        features = self.features(query, state, items)
        scores = self.ranking.score(features)
        self._ranked = RankedList(ref(query), items, features, scores)
        best = best_places(scores, n)
        rows = zip(items[best].tolist(), scores[best].tolist(), origin[best].tolist(), strict=True)
        return [ScoredItem(item, score, self.components[part].name) for item, score, part in rows]

    def reasons(self, query: Query, state: State, items: IntArray) -> list[Reason | None]:
        """Name for each item what its weighted features add most to, against the mean of the list's head.

        A component counts where its features are on the side that speaks for an item: what the weights make
        of an item that is read less in a region is no reason to say that it is read there.
        """
        last = self._ranked
        if last is None or last.query() is not query or not len(last.items):
            return [None] * len(items)
        usual = _head_mean(last.features, last.scores, self.ranking.head)
        columns = self.ranking.weights, self._signs, self._part, self._reason
        best, others, parts = _carriers((last.items, last.features, usual), items, columns, _NO_ADDED)
        sources = self._sources(parts, query, state, items)
        return [
            None if place < 0 else Reason(REASONS[place], source) if source != UNKNOWN else _REASONS[other]
            for place, other, source in zip(best.tolist(), others.tolist(), sources, strict=True)
        ]

    def _sources(self, parts: IntArray, query: Query, state: State, items: IntArray) -> list[int]:
        """Return the read that each item follows, as the component says that is named for it."""
        sources = [UNKNOWN] * len(items)
        for part in set(parts.tolist()) - {-1}:
            rows = np.flatnonzero(parts == part)
            found = self.components[part].sources(query, state, items[rows]).tolist()
            for row, source in zip(rows.tolist(), found, strict=True):
                sources[row] = source
        return sources

    def content_scores(self, query: Query, state: State, items: IntArray) -> FeatureArray | None:
        """Return the sum of those features that need no reads; None where no component foresees.

        The fitted weights are not asked: they were learned beside counts, which a new item has not.
        """
        parts = [part.features(query, state, items) for part in self.components if part.cold_start]
        return np.concatenate(parts, axis=1).sum(axis=1) if parts else None

    def add_item_vectors(self, items: IntArray, vectors: FeatureArray) -> None:
        """Tell the components what the texts of some items are about."""
        for component in (*self.components, *self.unranked):
            component.add_item_vectors(items, vectors)

    def similar_items(self, item: int, allowed: BoolArray | None, n: int) -> IntArray:
        """Return the items whose texts are closest to that of one, where a component knows texts."""
        parts = (*self.components, *self.unranked)
        lists = (component.similar_items(item, allowed, n) for component in parts)
        return next((each for each in lists if len(each)), NO_ITEMS)

    def cluster(self, query: Query, state: State) -> int | None:
        """Return the reader's cluster, where a component has clusters."""
        found = (component.cluster(query, state) for component in self.components)
        return next((each for each in found if each is not None), None)

    def explain(self, query: Query, state: State, items: IntArray) -> list[Mapping[str, float]]:
        """Return each feature times its weight, and under `TREES` what the trees, if any, add to these."""
        added = self.features(query, state, items) * self.ranking.weights
        told = [dict(zip(self.feature_names, row, strict=True)) for row in added.tolist()]
        if self.ranking.trees is None:
            return list(told)
        share = self._share_of_trees(query, state)
        return [each | {TREES: share.get(item, 0.0)} for each, item in zip(told, items.tolist(), strict=True)]

    def _share_of_trees(self, query: Query, state: State) -> dict[int, float]:
        """Return what trees add, by item: they settle the order of all that is retrieved together."""
        items, _ = self.retrieve(query, state)
        features = self.features(query, state, items)
        share = self.ranking.score(features) - features @ self.ranking.weights
        return dict(zip(items.tolist(), share.tolist(), strict=True))

    def retrieve(self, query: Query, state: State) -> tuple[IntArray, IntArray]:
        """Return unread items in ascending order, and which component named each first."""
        lists = [part.retrieve(query, state, n) for part, n in self._asked]
        return self._union.of(lists, query.history, state.sizes.items)

    def asked_of(self, part: Component) -> int:
        """Return how many items a component is asked for."""
        return self._parameters.retrieve.get(part.name, self._parameters.retrieve_others)

    def features(self, query: Query, state: State, items: IntArray) -> FeatureArray:
        """Describe items by all components, shape (items, features)."""
        told = table_of(len(items), len(self.ranking.weights))
        for part, own in self._columns:
            part.fill(query, state, items, told[:, own])
        for run in self._logs:
            np.log(told[:, run], out=told[:, run])
        return told

    def fit(self, dataset: Dataset, serves: Callable[[User], bool]) -> None:
        """Fit the ranking on hours before the end, with components that knew no more; then these on all."""
        self._keep(self._all)
        lists: list[Listed] = []
        groups = self._hours(dataset)
        hours = sorted((hour for group in groups for hour in group), reverse=True)
        refitted = {max(group) for group in groups}
        start = dataset.as_of_ms - hours[0] * MS_PER_HOUR
        replay = StateReplay(dataset, self._state, start)
        for hour in hours:
            start = dataset.as_of_ms - hour * MS_PER_HOUR
            if hour in refitted:
                replay.to(start)
                self._fit_components(dataset.before(start), replay.state)
            samples = self._draw(replay, start, serves, self._parameters.fit_users // len(hours))
            lists += [self._listed(sample, replay.state) for sample in samples]
        lists = self._choose([each for each in lists if each[1].any()])
        replay.to(dataset.as_of_ms)
        self._fit_components(dataset, replay.state)
        self.ranking.fit(lists)

    def _keep(self, components: Sequence[Component]) -> None:
        self.components = tuple(components)
        others = [part for part in self._all if part not in self.components]
        #: Left out of the ranking, and fitted all the same: they find items by their texts.
        self.unranked = tuple(part for part in others if part.uses_texts)
        ends = np.cumsum([len(part.feature_names) for part in self.components]).tolist()
        starts = [0, *ends][: len(ends)]
        self._columns = list(zip(self.components, map(slice, starts, ends), strict=True))
        self._asked = [(part, self.asked_of(part)) for part in self.components]
        self._logs = _runs([part.log_features for part in self.components for _ in part.feature_names])
        self.ranking = Scorer(self.feature_names, self._parameters.ranking)
        self._ranked = None
        self._part = np.repeat(np.arange(len(self._columns), dtype=np.int32), np.diff([0, *ends]))
        self._reason = np.array([REASONS.index(part.reason) for part in self.components], np.int32)
        lower = {name for part in self.components for name in part.descending}
        self._signs = np.array([-1.0 if name in lower else 1.0 for name in self.feature_names])

    def _choose(self, lists: Sequence[Listed]) -> list[Listed]:
        """Measure what each component is worth and leave out those that harm; return the others' features."""
        self.worth = {}
        if len(lists) < MIN_LISTS_TO_CHOOSE:
            return list(lists)
        from script_shared.models.ranking.ablation import ablate  # scipy stays out of serving

        owner = np.array([part.name for part in self.components for _ in part.feature_names])
        columns = {part.name: np.flatnonzero(owner == part.name).tolist() for part in self.components}
        self.worth = ablate(lists, columns, self._parameters.ranking.ridge, MIN_LISTS_TO_CHOOSE)
        harmful = [name for name, worth in self.worth.items() if worth.harms]
        self._keep([part for part in self.components if part.name not in harmful])
        kept = np.flatnonzero(~np.isin(owner, harmful))
        return [(features[:, kept], chosen) for features, chosen in lists]

    def _draw(
        self, replay: StateReplay, start_ms: int, serves: Callable[[User], bool], limit: int
    ) -> Iterator[TrainingSample]:
        if self._parameters.moments == "hourly":
            return draw_users(replay, start_ms, serves, limit)
        live = self._parameters.moments == "live"
        return draw_clicks(replay, start_ms, serves, limit, live=live)

    def _hours(self, dataset: Dataset) -> Sequence[Sequence[int]]:
        """Return `fit_hours`, or `SPARSE_HOURS` when those hold few reads."""
        groups, end = self._parameters.fit_hours, dataset.as_of_ms
        starts = [end - hour * MS_PER_HOUR for group in groups for hour in group]
        interactions = sum(len(dataset.interactions.between(at, at + MS_PER_HOUR)) for at in starts)
        return groups if interactions >= MIN_READS else SPARSE_HOURS

    def _listed(self, sample: TrainingSample, state: State) -> Listed:
        """Describe what was read and some of what was not.

        A uniform sample of the items not chosen leaves the fitted weights consistent (McFadden,
        1978, on sampling alternatives).
        """
        items, _ = self.retrieve(sample.query, state)
        chosen = _holds(items, sample.targets)
        rng = np.random.default_rng(sample.query.user + 1)
        others = rng.permutation(np.flatnonzero(~chosen))[: self._parameters.fit_others]
        rows = np.concatenate([np.flatnonzero(chosen), others])
        features = self.features(sample.query, state, items[rows])
        return np.ascontiguousarray(features), chosen[rows]

    def _fit_components(self, dataset: Dataset, state: State) -> None:
        for component in (*self.components, *self.unranked):
            component.fit(dataset, state)

    def dump(self) -> Bundle:
        """Return how to rank, and what each component learned."""
        ranking = self.ranking.dump()
        arrays = {f"{RANKING}.{key}": array for key, array in ranking.arrays.items()}
        documents: dict[str, Any] = {}
        for component in (*self.components, *self.unranked):
            bundle = component.dump()
            arrays |= {f"{component.name}.{key}": array for key, array in bundle.arrays.items()}
            documents[component.name] = dict(bundle.document)
        worth = {name: asdict(each) for name, each in self.worth.items()}
        ranked = {part.name: documents[part.name] for part in self.components}
        unranked = {part.name: documents[part.name] for part in self.unranked}
        parts = {"worth": worth, "components": ranked, "unranked": unranked}
        return Bundle(arrays, {**ranking.document, **parts})

    def load(self, bundle: Bundle) -> None:
        """Take back what `dump` returned."""
        self.worth = {name: Contribution(**each) for name, each in bundle.document["worth"].items()}
        self._keep([part for part in self._all if part.name in bundle.document["components"]])
        self.ranking.load(Bundle(_arrays(bundle, RANKING), bundle.document))
        # A release of before has no components but those that rank.
        documents = bundle.document["components"] | bundle.document.get("unranked", {})
        self.unranked = tuple(part for part in self.unranked if part.name in documents)
        for component in (*self.components, *self.unranked):
            document = documents[component.name]
            component.load(Bundle(_arrays(bundle, component.name), document))


def _arrays(bundle: Bundle, name: str) -> dict[str, Any]:
    prefix = f"{name}."
    return {k.removeprefix(prefix): v for k, v in bundle.arrays.items() if k.startswith(prefix)}


def _runs(wanted: Sequence[bool]) -> list[slice]:
    """Return where the wanted columns are, those side by side together."""
    places = groupby(enumerate(wanted), lambda each: each[1])
    spans = [[place for place, _ in group] for is_wanted, group in places if is_wanted]
    return [slice(span[0], span[-1] + 1) for span in spans]


def _holds(ascending: IntArray, items: IntArray) -> BoolArray:
    """Tell which of the ascending items are among the others; faster than sorting both."""
    found = np.zeros(len(ascending) + 1, np.bool_)
    places = np.searchsorted(ascending, items)
    known = places < len(ascending)
    found[places[known][ascending[places[known]] == items[known]]] = True
    return found[:-1]


@jit_compiled
def _head_mean(features: FeatureArray, scores: FloatArray, head: int) -> FloatArray:
    """Return the mean of each feature over the best of a list."""
    best, means = best_places(scores, head), np.zeros(features.shape[1])
    for column in range(len(means)):
        for row in best:
            means[column] += features[row, column]
    return means / len(best)


@jit_compiled
def _carriers(
    ranked: tuple[IntArray, FeatureArray, FloatArray],
    items: IntArray,
    columns: tuple[FloatArray, FloatArray, IntArray, IntArray],
    nothing: FloatArray,
) -> tuple[IntArray, IntArray, IntArray]:
    """Return the reason that adds most to each item, the one that does without reads, and the reads' part.

    Args:
        ranked: all items of a list, ascending, their features, and what these are compared with.
        items: which of them; one that is not among them has the reason -1.
        columns: of each feature its weight, 1 or -1 for the side that speaks for an item, and its component;
            of each component its reason.
        nothing: a zero a reason.
    """
    all_items, features, usual = ranked
    best, others = np.full(len(items), -1, np.int32), np.full(len(items), -1, np.int32)
    interactions = np.full(len(items), -1, np.int32)
    for at in range(len(items)):
        row = np.searchsorted(all_items, items[at])
        if row == len(all_items) or all_items[row] != items[at]:
            continue
        by_reason, part = _added(features[row], usual, columns, nothing)
        best[at] = by_reason.argmax()
        if best[at] == _READ:
            interactions[at], by_reason[_READ] = part, 0.0
        others[at] = by_reason.argmax()
    return best, others, interactions


@jit_compiled
def _added(
    features: FeatureArray,
    usual: FloatArray,
    columns: tuple[FloatArray, FloatArray, IntArray, IntArray],
    nothing: FloatArray,
) -> tuple[FloatArray, int]:
    """Return what an item's components add by reason, and the one of reads that adds most."""
    weights, signs, part, reason = columns
    added, evidence = np.zeros(len(reason)), np.zeros(len(reason))
    for column in range(len(weights)):
        above = features[column] - usual[column]
        added[part[column]] += weights[column] * above
        evidence[part[column]] += signs[column] * above
    by_reason, most, chosen = nothing.copy(), 0.0, -1
    for own in range(len(reason)):
        if evidence[own] > 0.0:
            by_reason[reason[own]] += added[own]
            if reason[own] == _READ and added[own] > most:
                most, chosen = added[own], own
    return np.maximum(by_reason, 0.0), chosen
