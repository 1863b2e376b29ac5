"""Readers alike: standardised behaviour → PCA → k-means, and what each cluster reads now.

How many components and clusters is measured: each choice is made on readers as they were an hour
before the end, and scored by the likelihood it gives to what they then read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.arrays import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset, Interactions
from script_shared.jit import jit_compiled
from script_shared.models.base import Component, QueryCache
from script_shared.models.components.user_features import UserFeatures
from script_shared.models.reasons import READERS_LIKE_YOU
from script_shared.state.state import State
from script_shared.types import NO_ITEMS, Arrays, FeatureArray, FloatArray, IntArray, Query

_NAMED = 200


class ClusterParameters(BaseModel):
    """What is tried, and on whom.

    Attributes:
        components: numbers of principal components to try.
        clusters: numbers of clusters to try.
        readers: at most so many readers are clustered, of those seen in the window.
        sketch: PCA and k-means are fitted on so many of them.
        window: hours.
        half_life: hours, of the clusters' popularity.
        prior_reads: expected reads mixed into an item's reads by a cluster.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    components: tuple[int, ...] = (4, 8)
    clusters: tuple[int, ...] = (4, 8, 16)
    readers: int = 40_000
    sketch: int = 5_000
    window: float = 24.0
    half_life: float = 4.0
    prior_reads: float = 20.0


@dataclass(frozen=True, slots=True)
class Projection:
    """Standardise, rotate, assign: arrays enough to do it without scikit-learn."""

    mean: FloatArray
    scale: FloatArray
    axes: FloatArray
    centres: FloatArray

    def assign(self, features: FloatArray) -> IntArray:
        """Return the nearest centre of each row."""
        return _nearest(features, self.mean, self.scale, self.axes, self.centres)


@jit_compiled
def _look_up(ratios: FeatureArray, items: IntArray, told: FeatureArray) -> None:
    """Write each item's ratio; 0 for items that came after."""
    for at in range(len(items)):
        told[at, 0] = ratios[items[at]] if items[at] < len(ratios) else 0.0


@jit_compiled
def _nearest(
    features: FloatArray, mean: FloatArray, scale: FloatArray, axes: FloatArray, centres: FloatArray
) -> IntArray:
    nearest, low = np.empty(len(features), np.int32), np.empty(len(axes))
    for at in range(len(features)):
        for axis in range(len(axes)):
            low[axis] = ((features[at] - mean) / scale * axes[axis]).sum()
        least = np.inf
        for centre in range(len(centres)):
            distance = ((centres[centre] - low) ** 2).sum()
            if distance < least:
                least, nearest[at] = distance, centre
    return nearest


@dataclass(frozen=True, slots=True)
class Readers:
    """Some readers as they were at a moment; `users` ascend, `features` has a row for each."""

    users: IntArray
    histories: UserFeatures
    features: FloatArray
    now_ms: int


class Clusters(Component):
    """Log ratio of how often the reader's cluster reads an item to how often everybody does.

    The ratio is the posterior mean of a Poisson rate with a gamma prior around 1, worth
    `prior_reads` expected reads: an item of which little is known yet gets 0.
    """

    name: ClassVar[str] = "clusters"
    reason: ClassVar[str] = READERS_LIKE_YOU

    def __init__(self, parameters: ClusterParameters) -> None:
        self._parameters = parameters
        self._rank: IntArray = np.zeros(1, np.int32)
        self._projection: Projection | None = None
        self._ratios: FeatureArray = np.zeros((0, 0), np.float32)
        self._named: IntArray = np.zeros((0, 0), np.int32)
        self._choice: dict[str, float] = {}
        self._cluster: QueryCache[int | None] = QueryCache()

    def fit(self, dataset: Dataset, state: State) -> None:
        """Choose and fit the clusters; with fewer readers than ten a cluster there are none."""
        self._cluster.forget()
        self._rank = _category_ranks(dataset, state)
        self._projection, self._choice = None, {}
        users = self._draw(dataset)
        rehearsal = self._describe(users, state, dataset.as_of_ms - MS_PER_HOUR)
        if len(rehearsal.users) < 10 * max(self._parameters.clusters):
            return
        tried = [(self._rehearse(p, k, rehearsal, dataset), p, k) for p, k in self._choices(rehearsal)]
        likelihood, components, clusters = max(tried)
        if likelihood <= 0.0:
            return  # no choice tells more of what is read next than the whole audience does
        self._choice = {"log_likelihood": likelihood, "components": components, "clusters": clusters}
        final = self._describe(users, state, dataset.as_of_ms)
        self._projection = self._project(final.features, components, clusters)
        labels = self._projection.assign(final.features)
        interactions = self._window(final.now_ms, dataset)
        self._ratios, _, counts = self._popularity(
            labels, final, interactions, interactions.item, len(dataset.items)
        )
        self._named = np.argsort(-counts, axis=1, kind="stable")[:, :_NAMED].astype(np.int32)

    def _choices(self, readers: Readers) -> list[tuple[int, int]]:
        width = min(readers.features.shape)
        return [(p, k) for p in self._parameters.components if p <= width for k in self._parameters.clusters]

    def _draw(self, dataset: Dataset) -> IntArray:
        start = dataset.as_of_ms - int(self._parameters.window * MS_PER_HOUR)
        users = np.unique(dataset.interactions.between(start, dataset.as_of_ms).user)
        users = users[users < len(dataset.users)]
        order = np.random.default_rng(0).permutation(len(users))[: self._parameters.readers]
        return users[np.sort(order)]

    def _describe(self, users: IntArray, state: State, now_ms: int) -> Readers:
        """Describe readers by what they had read at a moment; those without two reads are left out."""
        interactions = state.histories.select_by_user(users)
        interactions = interactions.take(interactions.time < now_ms)
        interactions = interactions.take(np.bincount(interactions.user, minlength=1)[interactions.user] >= 2)
        known, starts = np.unique(interactions.user, return_index=True)
        histories = UserFeatures(starts, interactions.item, interactions.time, interactions.weight)
        features = histories.add_item_vectors(state.items, self._rank) if len(known) else np.zeros((0, 1))
        return Readers(known, histories, features, now_ms)

    def _project(self, features: FloatArray, components: int, clusters: int) -> Projection:
        from sklearn.cluster import KMeans  # training only
        from sklearn.decomposition import PCA
        from threadpoolctl import threadpool_limits

        features = features[:: max(1, len(features) // self._parameters.sketch)]
        mean, scale = features.mean(axis=0), features.std(axis=0)
        scale = np.where(scale < 1e-9, 1.0, scale)
        with threadpool_limits(1):  # so little work is slower on several threads
            axes = PCA(components, random_state=0).fit((features - mean) / scale).components_
            low = (features - mean) / scale @ axes.T
            centres = KMeans(clusters, n_init=2, random_state=0).fit(low).cluster_centers_
        return Projection(mean, scale, axes, centres)

    def _rehearse(self, components: int, clusters: int, readers: Readers, dataset: Dataset) -> float:
        """Return how much likelier the clusters make what was read next, mean log ratio a read.

        Both shares are taken among what the reader had not read: what a cluster has read much its
        readers will not read again.
        """
        labels = self._project(readers.features, components, clusters).assign(readers.features)
        history = readers.histories
        following = dataset.interactions.between(readers.now_ms, dataset.as_of_ms)
        interactions = self._window(readers.now_ms, dataset)
        place, items = _places(len(dataset.items), interactions.item, following.item, history.items)
        ratios, share, _ = self._popularity(labels, readers, interactions, place[interactions.item], items)
        row, hit = _rows_of(following, readers.users)
        own = np.exp(ratios) * share
        own /= own.sum(axis=1, keepdims=True)
        gain = ratios[labels[row], place[following.item[hit]]]
        known = place[history.items]
        left_own = history.unread(own[np.repeat(labels, history.lengths), known])
        left_all = history.unread(share[known])
        return float((gain - np.log(left_own[row]) + np.log(left_all[row])).mean()) if len(hit) else 0.0

    def _window(self, now_ms: int, dataset: Dataset) -> Interactions:
        return dataset.interactions.between(now_ms - int(self._parameters.window * MS_PER_HOUR), now_ms)

    def _popularity(
        self, labels: IntArray, readers: Readers, interactions: Interactions, item: IntArray, items: int
    ) -> tuple[FeatureArray, FloatArray, FloatArray]:
        """Return log ratios by cluster and item, each item's share of all reads, and the counts.

        Args:
            labels: the cluster of each reader.
            readers: whose clusters these are.
            reads: everybody's.
            item: what was read, below `items`.
            items: how many there are.
        """
        p = self._parameters
        row, known = _rows_of(interactions, readers.users)
        decayed = np.exp2((interactions.time - readers.now_ms) / (p.half_life * MS_PER_HOUR))
        everybody = np.bincount(item, decayed, items)
        share = (everybody + 1e-3) / (everybody.sum() + 1e-3 * items)
        cells = labels[row].astype(np.int64) * items + item[known]
        size = int(labels.max()) + 1
        counts = np.asarray(np.bincount(cells, decayed[known], size * items), np.float64)
        counts = counts.reshape(size, items)
        expected = counts.sum(axis=1, keepdims=True) * share
        ratios = np.log((counts + p.prior_reads) / (expected + p.prior_reads))
        return ratios.astype(np.float32), share, counts

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return what the reader's cluster read most at the time of training."""
        cluster = self._cluster.get(query, state, self._assign)
        return NO_ITEMS if cluster is None else self._named[cluster, :n]

    def fill(self, query: Query, state: State, items: IntArray, told: FeatureArray) -> None:
        """Write the log ratios, one column; 0 for a reader without history."""
        cluster = self._cluster.get(query, state, self._assign)
        if cluster is None:
            told[:] = 0.0
        else:
            _look_up(self._ratios[cluster], items, told)

    def cluster(self, query: Query, state: State) -> int | None:
        """Return the reader's cluster; None where there are none, and for a reader without history."""
        return self._cluster.get(query, state, self._assign)

    def _assign(self, query: Query, state: State) -> int | None:
        if self._projection is None or not len(query.history):
            return None
        described = UserFeatures.of(query).add_item_vectors(state.items, self._rank)
        return int(self._projection.assign(described)[0])

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the column that `features` gives."""
        return ("cluster",)

    def dump(self) -> Bundle:
        """Return the projection and each cluster's popularity."""
        arrays: Arrays = {"rank": self._rank}
        if self._projection is not None:
            p = self._projection
            parts = {"mean": p.mean, "scale": p.scale, "axes": p.axes, "centres": p.centres}
            arrays = {**arrays, **parts, "ratios": self._ratios, "named": self._named}
        return Bundle(arrays, self._choice)

    def load(self, bundle: Bundle) -> None:
        """Take them back."""
        self._cluster.forget()
        self._rank = np.asarray(bundle.arrays["rank"], np.int32)
        self._choice, self._projection = dict(bundle.document), None
        if "axes" in bundle.arrays:
            parts = ("mean", "scale", "axes", "centres")
            self._projection = Projection(*(np.asarray(bundle.arrays[x], np.float64) for x in parts))
            self._ratios = np.asarray(bundle.arrays["ratios"], np.float32)
            self._named = np.asarray(bundle.arrays["named"], np.int32)


def _rows_of(interactions: Interactions, users: IntArray) -> tuple[IntArray, IntArray]:
    """Return the row of each read's reader, and which reads those are that have one."""
    places = np.minimum(np.searchsorted(users, interactions.user), len(users) - 1)
    known = np.flatnonzero(users[places] == interactions.user)
    return places[known], known


def _places(items: int, *lists: IntArray) -> tuple[IntArray, int]:
    """Number the items of some lists; return each item's number, and how many have one."""
    listed = np.zeros(items, np.bool_)
    for each in lists:
        listed[each] = True
    return np.cumsum(listed) - 1, int(listed.sum())


def _category_ranks(dataset: Dataset, state: State) -> IntArray:
    """Return the rank of each category by reads, 0 the largest."""
    category = state.items.category
    counts = np.bincount(category[dataset.interactions.item], minlength=int(category.max(initial=0)) + 1)
    rank = np.empty(len(counts), np.int32)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return rank
