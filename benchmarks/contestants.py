"""Services to compare with, on the product's own server settings: `python -m benchmarks.contestants`.

`empty` answers nothing; `als` is what a plain service would be: implicit's ALS fitted on all reads of the
volume, asked in the route, and most read for whom it does not know; `pandas` is written as notebooks are.
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


def empty() -> FastAPI:
    """Make the service whose one route returns nothing."""
    app = FastAPI()

    @app.get("/recommendations")
    async def nothing() -> Response:
        return Response()

    return app


class Als:
    """Implicit's ALS over the reads of a volume.

    Args:
        volume: the domain's folder.
    """

    def __init__(self, volume: Path) -> None:
        from implicit.cpu.als import AlternatingLeastSquares
        from scipy.sparse import csr_matrix

        refined = find_partition(volume / "refined")
        reads = pl.read_parquet(refined / "interactions.parquet", columns=["user_id", "item_id"])
        items = pl.read_parquet(refined / "items.parquet", columns=["item_id", "title"])
        self._titles = dict(items.iter_rows())
        self._names = items["item_id"].to_list()
        place = {name: at for at, name in enumerate(self._names)}
        users = reads["user_id"].unique(maintain_order=True).to_list()
        self._users = {name: at for at, name in enumerate(users)}
        rows = np.array([self._users[each] for each in reads["user_id"]])
        columns = np.array([place[each] for each in reads["item_id"]])
        cells = (np.ones(len(rows), np.float32), (rows, columns))
        self._read = csr_matrix(cells, shape=(len(users), len(items)))
        self._model = AlternatingLeastSquares(factors=FACTORS, iterations=ITERATIONS, num_threads=2)
        self._model.fit(self._read, show_progress=False)
        self._most_read = np.argsort(-np.bincount(columns), kind="stable")[:100]

    def recommend(self, user_id: str | None, n: int) -> list[dict[str, Any]]:
        """Return the best items for a reader."""
        user = self._users.get(user_id or "")
        if user is None:
            found, scores = self._most_read[:n], np.zeros(n)
        else:
            found, scores = self._model.recommend(user, self._read[user], N=n)
        names = [self._names[each] for each in found.tolist()]
        return [
            {"item_id": name, "score": score, "title": self._titles[name]}
            for name, score in zip(names, scores.tolist(), strict=True)
        ]


def als(volume: Path) -> FastAPI:
    """Make the service of ALS."""
    app, model = FastAPI(), Als(volume)

    @app.get("/recommendations")
    async def recommendations(user_id: str | None = None, num_recs: int = 10) -> dict[str, Any]:
        return {"user_id": user_id, "items": model.recommend(user_id, num_recs)}

    return app


def pandas_service(volume: Path) -> FastAPI:
    """Make the service of pandas, which no other contestant is to import."""
    from benchmarks.pandas_service import make_app

    return make_app(volume)


def main(name: str, port: int, volume: Path) -> None:
    """Serve one of them."""
    made = {"empty": lambda _: empty(), "als": als, "pandas": pandas_service}
    listen(made[name](volume), ApiSettings(api_port=port))


if __name__ == "__main__":
    typer.run(main)
