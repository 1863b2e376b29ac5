"""Readers alike: standardised behaviour → PCA → k-means, and what each cluster reads now.

How many components and clusters is measured: each choice is made on readers as they were an hour
before the end, and scored by the likelihood it gives to what they then read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.bundle import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset, Interactions
from script_shared.models.base import Component
from script_shared.models.behaviour import behaviour
from script_shared.state.state import State
from script_shared.types import NO_ITEMS, Arrays, FeatureArray, FloatArray, IntArray, Query

_NAMED = 200


class ClusterParameters(BaseModel):
    """What is tried, and on whom.

    Attributes:
        components: numbers of principal components to try.
        clusters: numbers of clusters to try.
        readers: at most so many readers are clustered, of those seen in the window.
        window: hours.
        half_life: hours, of the clusters' popularity.
        prior_reads: reads of the whole audience mixed into each cluster's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    components: tuple[int, ...] = (4, 8)
    clusters: tuple[int, ...] = (4, 8, 16)
    readers: int = 15_000
    window: float = 24.0
    half_life: float = 1.0
    prior_reads: float = 200.0


@dataclass(frozen=True, slots=True)
class Projection:
    """Standardise, rotate, assign: arrays enough to do it without scikit-learn."""

    mean: FloatArray
    scale: FloatArray
    axes: FloatArray
    centres: FloatArray

    def assign(self, features: FloatArray) -> IntArray:
        """Return the nearest centre of each row."""
        low = (features - self.mean) / self.scale @ self.axes.T
        distances = ((low[:, None, :] - self.centres[None]) ** 2).sum(axis=2)
        return np.argmin(distances, axis=1).astype(np.int32)


class Clusters(Component):
    """Log ratio of an item's share within the reader's cluster to its share among all readers."""

    name: ClassVar[str] = "clusters"

    def __init__(self, parameters: ClusterParameters) -> None:
        self._parameters = parameters
        self._category: IntArray = np.zeros(0, np.int32)
        self._projection: Projection | None = None
        self._ratios: FeatureArray = np.zeros((0, 0), np.float32)
        self._named: IntArray = np.zeros((0, 0), np.int32)
        self._choice: dict[str, float] = {}

    def fit(self, dataset: Dataset, state: State) -> None:
        """Choose and fit the clusters; with fewer readers than clusters there are none."""
        self._category = _category_ranks(dataset)
        self._projection, self._choice = None, {}
        end = dataset.as_of_ms
        users = self._draw(dataset)
        rehearsal = self._describe(users, dataset, state, end - MS_PER_HOUR)
        if len(rehearsal.users) < 10 * max(self._parameters.clusters):
            return
        best = max(
            ((self._rehearse(p, k, rehearsal, dataset), p, k) for p, k in self._choices(rehearsal)),
            key=lambda found: found[0],
        )
        if best[0] <= 0.0:
            return  # no choice tells more of what is read next than the whole audience does
        self._choice = {"log_likelihood": best[0], "components": best[1], "clusters": best[2]}
        final = self._describe(users, dataset, state, end)
        self._projection = _project(final.features, best[1], best[2])
        self._ratios, self._named = self._popularity(self._projection.assign(final.features), final, dataset)

    def _choices(self, described: _Described) -> list[tuple[int, int]]:
        width = min(described.features.shape)
        return [(p, k) for p in self._parameters.components if p <= width for k in self._parameters.clusters]

    def _draw(self, dataset: Dataset) -> IntArray:
        start = dataset.as_of_ms - int(self._parameters.window * MS_PER_HOUR)
        users = np.unique(dataset.interactions.between(start, dataset.as_of_ms).user)
        order = np.random.default_rng(0).permutation(len(users))[: self._parameters.readers]
        return users[np.sort(order)]

    def _describe(self, users: IntArray, dataset: Dataset, state: State, now_ms: int) -> _Described:
        """Describe readers by what they had read at a moment; those without two reads are left out."""
        rows, kept = [], []
        for user in users.tolist():
            items, times, weights = state.histories.of(user)
            size = int(np.searchsorted(times, now_ms))
            if size >= 2:
                query = Query(user, None, (), items[:size], times[:size], weights[:size], now_ms)
                rows.append(behaviour(query, state, self._category))
                kept.append(user)
        features = np.array(rows) if rows else np.zeros((0, 1))
        return _Described(np.array(kept, np.int32), features, now_ms)

    def _rehearse(self, components: int, clusters: int, described: _Described, dataset: Dataset) -> float:
        labels = _project(described.features, components, clusters).assign(described.features)
        ratios, _ = self._popularity(labels, described, dataset)
        following = dataset.interactions.between(described.now_ms, dataset.as_of_ms)
        cluster, hit = _labels_of(following, described.users, labels)
        return float(ratios[cluster, following.item[hit]].mean()) if len(hit) else 0.0

    def _popularity(
        self, labels: IntArray, described: _Described, dataset: Dataset
    ) -> tuple[FeatureArray, IntArray]:
        """Return log ratios by cluster and item, and each cluster's most read items."""
        p = self._parameters
        start = described.now_ms - int(p.window * MS_PER_HOUR)
        reads = dataset.interactions.between(start, described.now_ms)
        cluster, known = _labels_of(reads, described.users, labels)
        decayed = np.exp2((reads.time[known] - described.now_ms) / (p.half_life * MS_PER_HOUR))
        counts = np.zeros((int(labels.max()) + 1, len(dataset.items)))
        np.add.at(counts, (cluster, reads.item[known]), decayed)
        share = (counts.sum(axis=0) + 1e-3) / (counts.sum() + 1.0)
        prior = p.prior_reads * share
        ratios = (counts + prior) / (counts.sum(axis=1, keepdims=True) + p.prior_reads) / share
        named = np.argsort(-counts, axis=1, kind="stable")[:, :_NAMED]
        return np.log(ratios).astype(np.float32), named.astype(np.int32)

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return what the reader's cluster read most at the time of training."""
        cluster = self._cluster(query, state)
        return NO_ITEMS if cluster is None else self._named[cluster, :n]

    def features(self, query: Query, state: State, items: IntArray) -> FeatureArray:
        """Return the log ratios, one column; 0 for a reader without history."""
        cluster = self._cluster(query, state)
        if cluster is None:
            return np.zeros((len(items), 1), np.float32)
        return self._ratios[cluster, items][:, None]

    def _cluster(self, query: Query, state: State) -> int | None:
        if self._projection is None or not len(query.history):
            return None
        return int(self._projection.assign(behaviour(query, state, self._category)[None])[0])

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the column that `features` gives."""
        return ("cluster",)

    def dump(self) -> Bundle:
        """Return the projection and each cluster's popularity."""
        arrays: Arrays = {"category": self._category}
        if self._projection is not None:
            p = self._projection
            parts = {"mean": p.mean, "scale": p.scale, "axes": p.axes, "centres": p.centres}
            arrays = {**arrays, **parts, "ratios": self._ratios, "named": self._named}
        return Bundle(arrays, self._choice)

    def load(self, bundle: Bundle) -> None:
        """Take them back."""
        self._category = np.asarray(bundle.arrays["category"], np.int32)
        self._choice, self._projection = dict(bundle.document), None
        if "axes" in bundle.arrays:
            parts = ("mean", "scale", "axes", "centres")
            self._projection = Projection(*(np.asarray(bundle.arrays[x], np.float64) for x in parts))
            self._ratios = np.asarray(bundle.arrays["ratios"], np.float32)
            self._named = np.asarray(bundle.arrays["named"], np.int32)


@dataclass(frozen=True, slots=True)
class _Described:
    """Readers and their behaviour at a moment; `users` ascend, `features` has a row for each."""

    users: IntArray
    features: FloatArray
    now_ms: int


def _project(features: FloatArray, components: int, clusters: int) -> Projection:
    from sklearn.cluster import KMeans  # training only
    from sklearn.decomposition import PCA

    mean, scale = features.mean(axis=0), features.std(axis=0)
    scale = np.where(scale < 1e-9, 1.0, scale)
    axes = PCA(components, random_state=0).fit((features - mean) / scale).components_
    low = (features - mean) / scale @ axes.T
    centres = KMeans(clusters, n_init=2, random_state=0).fit(low).cluster_centers_
    return Projection(mean, scale, axes, centres)


def _labels_of(reads: Interactions, users: IntArray, labels: IntArray) -> tuple[IntArray, IntArray]:
    """Return the cluster of each read by a clustered reader, and which reads those are."""
    places = np.minimum(np.searchsorted(users, reads.user), len(users) - 1)
    known = np.flatnonzero(users[places] == reads.user)
    return labels[places[known]], known


def _category_ranks(dataset: Dataset) -> IntArray:
    """Return the rank of each item's category by reads, 0 the largest."""
    category = np.maximum(dataset.catalogue.category, 0)
    counts = np.bincount(category[dataset.interactions.item], minlength=int(category.max(initial=0)) + 1)
    rank = np.empty(len(counts), np.int32)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return rank[category]
