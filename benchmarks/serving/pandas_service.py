"""The model of a service in the style of notebooks: each request filters, merges and sorts pandas frames.

An independent re-creation of a kind of service that is public for this task (reported there, at a tenth of
full scale: 63 requests/s for logged users, 114 for semi-logged, 153 for anonymous). Logged users get ALS
scores blended with popularity, semi-logged ones the popular items of their cluster, all others the most
popular recent items. A user's rows are found by an index rather than by filtering.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from benchmarks.serving.requests import load_users
from script_shared.storage.partitions import find_partition

FACTORS, ITERATIONS, CLUSTERS = 32, 5, 12
#: Weight of ALS for logged users; half-life of popularity, days.
ALS_WEIGHT, HALF_LIFE = 0.7, 1.0
ITEMS_PER_CLUSTER = 500


class PandasService:
    """Frames in memory: users with their segment and cluster, interactions, items, factors.

    Args:
        volume: the domain's folder.
    """

    def __init__(self, volume: Path) -> None:
        refined = find_partition(volume / "refined")
        columns = ["user_id", "item_id", "timestamp"]
        self._interactions = pl.read_parquet(refined / "interactions.parquet", columns=columns).to_pandas()
        items = pl.read_parquet(refined / "items.parquet", columns=["item_id", "title", "url", "category"])
        self._items = items.to_pandas().set_index("item_id")
        users = load_users(volume).select("user_id", "segment").to_pandas()
        self._segments = users.set_index("user_id")["segment"]
        self._now = self._interactions["timestamp"].max()
        self._popularity = self._compute_popularity()
        self._fit()
        self._history = self._interactions.groupby("user_id")["item_id"].agg(set)

    def _compute_popularity(self) -> pd.DataFrame:
        age = (self._now - self._interactions["timestamp"]).dt.total_seconds() / 86_400
        weighted = self._interactions.assign(popularity=0.5 ** (age / HALF_LIFE))
        return weighted.groupby("item_id", as_index=False)["popularity"].sum()

    def _fit(self) -> None:
        from implicit.cpu.als import AlternatingLeastSquares
        from scipy.sparse import csr_matrix
        from sklearn.cluster import MiniBatchKMeans

        users = self._interactions["user_id"].astype("category")
        items = self._interactions["item_id"].astype("category")
        codes = (users.cat.codes.to_numpy(), items.cat.codes.to_numpy())
        model = AlternatingLeastSquares(factors=FACTORS, iterations=ITERATIONS, num_threads=2)
        model.fit(csr_matrix((np.ones(len(users), np.float32), codes)), show_progress=False)
        self._factors = pd.Series(list(model.user_factors), users.cat.categories)
        self._item_ids, self._item_factors = items.cat.categories.to_numpy(), np.asarray(model.item_factors)
        labels = MiniBatchKMeans(CLUSTERS, n_init=1, random_state=0).fit_predict(model.user_factors)
        self._clusters = pd.Series(labels, users.cat.categories)
        clustered = self._interactions.assign(cluster=labels[users.cat.codes])
        sizes = clustered.groupby(["cluster", "item_id"], as_index=False).size()
        largest = sizes.sort_values("size", ascending=False).groupby("cluster").head(ITEMS_PER_CLUSTER)
        self._cluster_items = largest.rename(columns={"size": "score"})

    def recommend(self, user_id: str | None, n: int) -> list[dict[str, Any]]:
        """Return the best items for a user."""
        segment = self._segments.get(user_id, "anonymous")
        by_segment = {"logged": self._score_logged, "semi_logged": self._score_semi_logged}
        scored = by_segment.get(segment, self._score_anonymous)(user_id)
        history = self._history.get(user_id, set())
        new = scored[~scored["item_id"].isin(history)]
        best = new.sort_values("score", ascending=False).head(n)
        return best.join(self._items.loc[best["item_id"]], on="item_id").to_dict("records")

    def _score_logged(self, user_id: str | None) -> pd.DataFrame:
        scored = pd.DataFrame({"item_id": self._item_ids, "als": self._item_factors @ self._factors[user_id]})
        scored = scored.merge(self._popularity, on="item_id", how="left").fillna({"popularity": 0.0})
        for name in ("als", "popularity"):
            low, high = scored[name].min(), scored[name].max()
            scored[name] = (scored[name] - low) / (high - low)
        scored["score"] = ALS_WEIGHT * scored["als"] + (1 - ALS_WEIGHT) * scored["popularity"]
        return scored[["item_id", "score"]]

    def _score_semi_logged(self, user_id: str | None) -> pd.DataFrame:
        items = self._cluster_items[self._cluster_items["cluster"] == self._clusters[user_id]]
        items = items.merge(self._popularity, on="item_id", how="left")
        return items.assign(score=items["score"] * items["popularity"])[["item_id", "score"]]

    def _score_anonymous(self, _: str | None) -> pd.DataFrame:
        return self._popularity.rename(columns={"popularity": "score"})
