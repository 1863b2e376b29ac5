"""User clusters: standardised behaviour → PCA → k-means, and the popularity of items in each cluster.

The numbers of principal components and of clusters are chosen on users as of one hour before the end, by
the likelihood of their interactions in that hour.
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
from script_shared.models.base import Component
from script_shared.models.caches import QueryCache
from script_shared.models.components.user_features import UserHistories
from script_shared.models.reasons import SIMILAR_USERS
from script_shared.state.state import State
from script_shared.types import NO_ITEMS, Arrays, FeatureArray, FloatArray, IntArray, Query

#: Number of most popular items that each cluster retrieves from.
_TOP_ITEMS = 200


class ClusterParameters(BaseModel):
    """Which clusterings are tried, and on which users.

    Attributes:
        components: numbers of principal components to try.
        clusters: numbers of clusters to try.
        users: maximum number of users to cluster, drawn from those of the window.
        sample: number of users that PCA and k-means are fitted on.
        window: hours of interactions to use.
        half_life: hours, of the popularity within a cluster.
        prior_interactions: weight of the prior, in expected interactions of a cluster with an item.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    components: tuple[int, ...] = (4, 8)
    clusters: tuple[int, ...] = (4, 8, 16)
    users: int = 40_000
    sample: int = 5_000
    window: float = 24.0
    half_life: float = 4.0
    prior_interactions: float = 20.0


@dataclass(frozen=True, slots=True)
class Projection:
    """Standardisation, principal axes and cluster centres, which serving applies without scikit-learn."""

    mean: FloatArray
    scale: FloatArray
    axes: FloatArray
    centres: FloatArray

    def assign(self, features: FloatArray) -> IntArray:
        """Return the nearest centre of each row."""
        return _assign_rows(features, self.mean, self.scale, self.axes, self.centres)


@dataclass(frozen=True, slots=True)
class UserSample:
    """Users as of a moment; `users` ascend, `features` has one row a user."""

    users: IntArray
    histories: UserHistories
    features: FloatArray
    now_ms: int


class Clusters(Component):
    """Log ratio of an item's count within the user's cluster to the count expected from its popularity.

    The ratio (count + prior) / (expected + prior) is the posterior mean of a Poisson rate with a gamma
    prior around 1; its log is 0 for items with few interactions.
    """

    name: ClassVar[str] = "clusters"
    reason: ClassVar[str] = SIMILAR_USERS
    feature_names = ("cluster",)

    def __init__(self, parameters: ClusterParameters) -> None:
        self._parameters = parameters
        self._rank: IntArray = np.zeros(1, np.int32)
        self._projection: Projection | None = None
        self._ratios: FeatureArray = np.zeros((0, 0), np.float32)
        self._top_items: IntArray = np.zeros((0, 0), np.int32)
        self._choice: dict[str, float] = {}
        self._cluster: QueryCache[int | None] = QueryCache()

    def fit(self, dataset: Dataset, state: State) -> None:
        """Choose and fit a clustering; none with fewer than ten users a cluster, or where none helps."""
        self._cluster.clear()
        self._rank = _category_ranks(dataset, state)
        self._projection, self._choice = None, {}
        users = self._draw_users(dataset)
        validation = self._sample_at(users, state, dataset.as_of_ms - MS_PER_HOUR)
        if len(validation.users) < 10 * max(self._parameters.clusters):
            return
        tried = [(self._validate(p, k, validation, dataset), p, k) for p, k in self._choices(validation)]
        likelihood, components, clusters = max(tried)
        if likelihood <= 0.0:
            return  # no clustering predicts the next hour better than overall popularity
        self._choice = {"log_likelihood": likelihood, "components": components, "clusters": clusters}
        final = self._sample_at(users, state, dataset.as_of_ms)
        self._projection = self._fit_projection(final.features, components, clusters)
        labels = self._projection.assign(final.features)
        recent = self._window(final.now_ms, dataset)
        self._ratios, _, counts = self._popularity(labels, final, recent, recent.item, len(dataset.items))
        self._top_items = np.argsort(-counts, axis=1, kind="stable")[:, :_TOP_ITEMS].astype(np.int32)

    def _choices(self, sample: UserSample) -> list[tuple[int, int]]:
        width = min(sample.features.shape)
        return [(p, k) for p in self._parameters.components if p <= width for k in self._parameters.clusters]

    def _draw_users(self, dataset: Dataset) -> IntArray:
        start = dataset.as_of_ms - int(self._parameters.window * MS_PER_HOUR)
        users = np.unique(dataset.interactions.between(start, dataset.as_of_ms).user)
        users = users[users < len(dataset.users)]
        order = np.random.default_rng(0).permutation(len(users))[: self._parameters.users]
        return users[np.sort(order)]

    def _sample_at(self, users: IntArray, state: State, now_ms: int) -> UserSample:
        """Return the users as of a moment, without those that then had fewer than two interactions."""
        interactions = state.histories.select_by_user(users)
        interactions = interactions.take(interactions.time < now_ms)
        interactions = interactions.take(np.bincount(interactions.user, minlength=1)[interactions.user] >= 2)
        known, starts = np.unique(interactions.user, return_index=True)
        histories = UserHistories(starts, interactions.item, interactions.time, interactions.weight)
        features = histories.features(state.items, self._rank) if len(known) else np.zeros((0, 1))
        return UserSample(known, histories, features, now_ms)

    def _fit_projection(self, features: FloatArray, components: int, clusters: int) -> Projection:
        from sklearn.cluster import KMeans  # training only
        from sklearn.decomposition import PCA
        from threadpoolctl import threadpool_limits

        features = features[:: max(1, len(features) // self._parameters.sample)]
        mean, scale = features.mean(axis=0), features.std(axis=0)
        scale = np.where(scale < 1e-9, 1.0, scale)
        with threadpool_limits(1):  # on such small matrices several threads are slower
            axes = PCA(components, random_state=0).fit((features - mean) / scale).components_
            reduced = (features - mean) / scale @ axes.T
            centres = KMeans(clusters, n_init=2, random_state=0).fit(reduced).cluster_centers_
        return Projection(mean, scale, axes, centres)

    def _validate(self, components: int, clusters: int, sample: UserSample, dataset: Dataset) -> float:
        """Return the mean log ratio of the likelihoods of the next interactions, with and without clusters.

        Both distributions are normalised over the items outside the user's history: a cluster's most
        popular items are in the histories of its users.
        """
        labels = self._fit_projection(sample.features, components, clusters).assign(sample.features)
        histories = sample.histories
        following = dataset.interactions.between(sample.now_ms, dataset.as_of_ms)
        interactions = self._window(sample.now_ms, dataset)
        place, items = _number_items(len(dataset.items), interactions.item, following.item, histories.items)
        ratios, share, _ = self._popularity(labels, sample, interactions, place[interactions.item], items)
        row, hit = _match_users(following, sample.users)
        cluster_share = np.exp(ratios) * share
        cluster_share /= cluster_share.sum(axis=1, keepdims=True)
        gain = ratios[labels[row], place[following.item[hit]]]
        seen = place[histories.items]
        cluster_mass = histories.unseen_mass(cluster_share[np.repeat(labels, histories.lengths), seen])
        mass = histories.unseen_mass(share[seen])
        return float((gain - np.log(cluster_mass[row]) + np.log(mass[row])).mean()) if len(hit) else 0.0

    def _window(self, now_ms: int, dataset: Dataset) -> Interactions:
        return dataset.interactions.between(now_ms - int(self._parameters.window * MS_PER_HOUR), now_ms)

    def _popularity(
        self, labels: IntArray, sample: UserSample, interactions: Interactions, item: IntArray, items: int
    ) -> tuple[FeatureArray, FloatArray, FloatArray]:
        """Return log ratios by cluster and item, each item's share of all interactions, and the counts.

        Args:
            labels: the cluster of each user of the sample.
            sample: the clustered users.
            interactions: of all users.
            item: the item of each interaction, below `items`.
            items: number of items.
        """
        p = self._parameters
        row, known = _match_users(interactions, sample.users)
        decayed = np.exp2((interactions.time - sample.now_ms) / (p.half_life * MS_PER_HOUR))
        overall = np.bincount(item, decayed, items)
        share = (overall + 1e-3) / (overall.sum() + 1e-3 * items)
        cells = labels[row].astype(np.int64) * items + item[known]
        size = int(labels.max()) + 1
        counts = np.asarray(np.bincount(cells, decayed[known], size * items), np.float64)
        counts = counts.reshape(size, items)
        expected = counts.sum(axis=1, keepdims=True) * share
        ratios = np.log((counts + p.prior_interactions) / (expected + p.prior_interactions))
        return ratios.astype(np.float32), share, counts

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the items that were most popular in the user's cluster at training time."""
        cluster = self.cluster(query, state)
        return NO_ITEMS if cluster is None else self._top_items[cluster, :n]

    def write_features(self, query: Query, state: State, items: IntArray, out: FeatureArray) -> None:
        """Write the log ratios, one column; 0 without a cluster and for items that are new since training."""
        cluster = self.cluster(query, state)
        if cluster is None:
            out[:] = 0.0
        else:
            _write_ratios(self._ratios[cluster], items, out)

    def cluster(self, query: Query, state: State) -> int | None:
        """Return the user's cluster; None without clusters or without history."""
        return self._cluster.get(query, state, self._assign)

    def _assign(self, query: Query, state: State) -> int | None:
        if self._projection is None or not len(query.history):
            return None
        features = UserHistories.from_query(query).features(state.items, self._rank)
        return int(self._projection.assign(features)[0])

    def dump(self) -> Bundle:
        """Return the projection and each cluster's popularity."""
        arrays: Arrays = {"rank": self._rank}
        if self._projection is not None:
            p = self._projection
            parts = {"mean": p.mean, "scale": p.scale, "axes": p.axes, "centres": p.centres}
            arrays = {**arrays, **parts, "ratios": self._ratios, "top_items": self._top_items}
        return Bundle(arrays, self._choice)

    def load(self, bundle: Bundle) -> None:
        """Restore the clusters from the result of `dump`."""
        self._cluster.clear()
        self._rank = np.asarray(bundle.arrays["rank"], np.int32)
        self._choice, self._projection = dict(bundle.document), None
        if "axes" in bundle.arrays:
            parts = ("mean", "scale", "axes", "centres")
            self._projection = Projection(*(np.asarray(bundle.arrays[x], np.float64) for x in parts))
            self._ratios = np.asarray(bundle.arrays["ratios"], np.float32)
            self._top_items = np.asarray(bundle.arrays["top_items"], np.int32)


@jit_compiled
def _write_ratios(ratios: FeatureArray, items: IntArray, out: FeatureArray) -> None:
    for row in range(len(items)):
        out[row, 0] = ratios[items[row]] if items[row] < len(ratios) else 0.0


@jit_compiled
def _assign_rows(
    features: FloatArray, mean: FloatArray, scale: FloatArray, axes: FloatArray, centres: FloatArray
) -> IntArray:
    nearest, reduced = np.empty(len(features), np.int32), np.empty(len(axes))
    for row in range(len(features)):
        for axis in range(len(axes)):
            reduced[axis] = ((features[row] - mean) / scale * axes[axis]).sum()
        smallest = np.inf
        for centre in range(len(centres)):
            distance = ((centres[centre] - reduced) ** 2).sum()
            if distance < smallest:
                smallest, nearest[row] = distance, centre
    return nearest


def _match_users(interactions: Interactions, users: IntArray) -> tuple[IntArray, IntArray]:
    """Return the rows in `users` of the interactions' users, and the interactions whose user has one."""
    rows = np.minimum(np.searchsorted(users, interactions.user), len(users) - 1)
    known = np.flatnonzero(users[rows] == interactions.user)
    return rows[known], known


def _number_items(items: int, *lists: IntArray) -> tuple[IntArray, int]:
    """Return consecutive numbers for the items of some lists, by position, and how many there are."""
    is_listed = np.zeros(items, np.bool_)
    for listed in lists:
        is_listed[listed] = True
    return np.cumsum(is_listed) - 1, int(is_listed.sum())


def _category_ranks(dataset: Dataset, state: State) -> IntArray:
    """Return the rank of each category by interactions, 0 the largest."""
    category = state.items.category
    counts = np.bincount(category[dataset.interactions.item], minlength=int(category.max(initial=0)) + 1)
    rank = np.empty(len(counts), np.int32)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return rank
