"""Baseline services with the product's own server settings: `python -m benchmarks.serving.baseline_services`.

`empty` returns nothing. `als` is a simple service: implicit's ALS fitted on all interactions of the volume,
evaluated in the route, and the most popular items for unknown users. `pandas` is written like a notebook.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import typer
from fastapi import FastAPI
from fastapi.responses import Response

from app.server.run import listen
from app.settings import ApiSettings
from script_shared.storage.partitions import find_partition

FACTORS, ITERATIONS = 64, 5


def make_empty_service() -> FastAPI:
    """Make the service whose one route returns nothing."""
    app = FastAPI()

    @app.get("/recommendations")
    async def empty() -> Response:
        return Response()

    return app


class Als:
    """Implicit's ALS over the interactions of a volume.

    Args:
        volume: the domain's folder.
    """

    def __init__(self, volume: Path) -> None:
        from implicit.cpu.als import AlternatingLeastSquares
        from scipy.sparse import csr_matrix

        refined = find_partition(volume / "refined")
        interactions = pl.read_parquet(refined / "interactions.parquet", columns=["user_id", "item_id"])
        items = pl.read_parquet(refined / "items.parquet", columns=["item_id", "title"])
        self._titles = dict(items.iter_rows())
        self._item_ids = items["item_id"].to_list()
        item_rows = {item_id: row for row, item_id in enumerate(self._item_ids)}
        users = interactions["user_id"].unique(maintain_order=True).to_list()
        self._user_rows = {user_id: row for row, user_id in enumerate(users)}
        rows = np.array([self._user_rows[user_id] for user_id in interactions["user_id"]])
        columns = np.array([item_rows[item_id] for item_id in interactions["item_id"]])
        cells = (np.ones(len(rows), np.float32), (rows, columns))
        self._matrix = csr_matrix(cells, shape=(len(users), len(items)))
        self._model = AlternatingLeastSquares(factors=FACTORS, iterations=ITERATIONS, num_threads=2)
        self._model.fit(self._matrix, show_progress=False)
        self._most_popular = np.argsort(-np.bincount(columns), kind="stable")[:100]

    def recommend(self, user_id: str | None, n: int) -> list[dict[str, Any]]:
        """Return the best items for a user."""
        row = self._user_rows.get(user_id or "")
        if row is None:
            items, scores = self._most_popular[:n], np.zeros(n)
        else:
            items, scores = self._model.recommend(row, self._matrix[row], N=n)
        item_ids = [self._item_ids[item] for item in items.tolist()]
        return [
            {"item_id": item_id, "score": score, "title": self._titles[item_id]}
            for item_id, score in zip(item_ids, scores.tolist(), strict=True)
        ]


def make_service(name: str, volume: Path) -> FastAPI:
    """Make a service by name."""
    if name == "empty":
        return make_empty_service()
    app, model = FastAPI(), _make_model(name, volume)

    @app.get("/recommendations")
    async def recommendations(user_id: str | None = None, num_recs: int = 10) -> dict[str, Any]:
        return {"user_id": user_id, "items": model.recommend(user_id, num_recs)}

    return app


def _make_model(name: str, volume: Path) -> Any:
    if name == "als":
        return Als(volume)
    # The other services must not import pandas.
    from benchmarks.serving.pandas_service import PandasService

    return PandasService(volume)


def main(name: str, port: int, volume: Path) -> None:
    """Serve `empty`, `als` or `pandas`."""
    listen(make_service(name, volume), ApiSettings(api_port=port))


if __name__ == "__main__":
    typer.run(main)
