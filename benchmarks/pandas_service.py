"""A service written as notebooks are: pandas frames that each request filters, merges and sorts.

Our own re-creation of a kind of service that is public for this task (reported there, at a tenth of full
scale: 63 requests/s for logged readers, 114 for semi-logged, 153 for anonymous); none of its code is here.
Logged readers get ALS scores blended with popularity, semi-logged ones what their cluster read, all others
what was read most and lately. What belongs to a reader is found by an index, and not by filtering.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from fastapi import FastAPI

from benchmarks.asks import readers
from script_shared.storage.partitions import find_partition

FACTORS, ITERATIONS, CLUSTERS = 32, 5, 12
#: What each part weighs for logged readers, and how old reads fade, days.
ALS_SHARE, HALF_LIFE = 0.7, 1.0
#: Of each cluster's items, so many are kept.
NAMED = 500


class PandasService:
    """Frames in memory: readers with their segment and cluster, reads, items, factors.

    Args:
        volume: the domain's folder.
    """

    def __init__(self, volume: Path) -> None:
        refined = find_partition(volume / "refined")
        columns = ["user_id", "item_id", "timestamp"]
        self._reads = pl.read_parquet(refined / "interactions.parquet", columns=columns).to_pandas()
        items = pl.read_parquet(refined / "items.parquet", columns=["item_id", "title", "url", "category"])
        self._items = items.to_pandas().set_index("item_id")
        self._segments = (
            readers(volume).select("user_id", "segment").to_pandas().set_index("user_id")["segment"]
        )
        self._now = self._reads["timestamp"].max()
        self._popular = self._popularity()
        self._fit()
        self._read = self._reads.groupby("user_id")["item_id"].agg(set)

    def _popularity(self) -> pd.DataFrame:
        age = (self._now - self._reads["timestamp"]).dt.total_seconds() / 86_400
        weighed = self._reads.assign(popularity=0.5 ** (age / HALF_LIFE))
        return weighed.groupby("item_id", as_index=False)["popularity"].sum()

    def _fit(self) -> None:
        from implicit.cpu.als import AlternatingLeastSquares
        from scipy.sparse import csr_matrix
        from sklearn.cluster import MiniBatchKMeans

        users, items = self._reads["user_id"].astype("category"), self._reads["item_id"].astype("category")
        codes = (users.cat.codes.to_numpy(), items.cat.codes.to_numpy())
        model = AlternatingLeastSquares(factors=FACTORS, iterations=ITERATIONS, num_threads=2)
        model.fit(csr_matrix((np.ones(len(users), np.float32), codes)), show_progress=False)
        self._factors = pd.Series(list(model.user_factors), users.cat.categories)
        self._item_ids, self._item_factors = items.cat.categories.to_numpy(), np.asarray(model.item_factors)
        labels = MiniBatchKMeans(CLUSTERS, n_init=1, random_state=0).fit_predict(model.user_factors)
        self._clusters = pd.Series(labels, users.cat.categories)
        clustered = self._reads.assign(cluster=labels[users.cat.codes])
        counts = clustered.groupby(["cluster", "item_id"], as_index=False)
        sizes = counts.size().sort_values("size", ascending=False)
        self._of_clusters = sizes.groupby("cluster").head(NAMED).rename(columns={"size": "score"})

    def recommend(self, user_id: str | None, n: int) -> list[dict[str, Any]]:
        """Return the best items for a reader."""
        segment = self._segments.get(user_id, "anonymous")
        scored = {"logged": self._logged, "semi_logged": self._semi_logged}.get(segment, self._anonymous)(
            user_id
        )
        read = self._read.get(user_id, set())
        best = scored[~scored["item_id"].isin(read)].sort_values("score", ascending=False).head(n)
        return best.join(self._items.loc[best["item_id"]], on="item_id").to_dict("records")

    def _logged(self, user_id: str | None) -> pd.DataFrame:
        scored = pd.DataFrame({"item_id": self._item_ids, "als": self._item_factors @ self._factors[user_id]})
        scored = scored.merge(self._popular, on="item_id", how="left").fillna({"popularity": 0.0})
        for name in ("als", "popularity"):
            low, high = scored[name].min(), scored[name].max()
            scored[name] = (scored[name] - low) / (high - low)
        scored["score"] = ALS_SHARE * scored["als"] + (1 - ALS_SHARE) * scored["popularity"]
        return scored[["item_id", "score"]]

    def _semi_logged(self, user_id: str | None) -> pd.DataFrame:
        named = self._of_clusters[self._of_clusters["cluster"] == self._clusters[user_id]]
        named = named.merge(self._popular, on="item_id", how="left")
        return named.assign(score=named["score"] * named["popularity"])[["item_id", "score"]]

    def _anonymous(self, _: str | None) -> pd.DataFrame:
        return self._popular.rename(columns={"popularity": "score"})


def make_app(volume: Path) -> FastAPI:
    """Make the service."""
    app, service = FastAPI(), PandasService(volume)

    @app.get("/recommendations")
    async def recommendations(user_id: str | None = None, num_recs: int = 10) -> dict[str, Any]:
        return {"user_id": user_id, "items": service.recommend(user_id, num_recs)}

    return app
