"""Fit one of RecTools' models on reads.npz and rank for queries.npz, into lists.npz.

    python rectools_program.py FOLDER ease|popular QUERIES N

Runs where RecTools is installed and nothing of the product is.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from rectools import Columns
from rectools.dataset import Dataset, IdMap, Interactions
from rectools.models import EASEModel, PopularModel

MODELS = {
    "ease": lambda: EASEModel(regularization=500.0, recommend_n_threads=1, recommend_use_gpu_ranking=False),
    "popular": lambda: PopularModel(popularity="n_interactions"),
}
NOBODY = -1


def table(path: Path) -> pd.DataFrame:
    return completed(pd.DataFrame(dict(np.load(path))))


def completed(frame: pd.DataFrame) -> pd.DataFrame:
    when = frame.get(Columns.Datetime, pd.Series(0, frame.index))
    return frame.assign(**{Columns.Weight: 1.0, Columns.Datetime: pd.to_datetime(when, unit="ms")})


def main(folder: Path, name: str, queries: int, n: int) -> None:
    learnt = Dataset.construct(table(folder / "reads.npz").drop_duplicates([Columns.User, Columns.Item]))
    model = MODELS[name]()
    model.fit(learnt)
    # Queries are users of their own, beside the items that were learnt; one more has read them all, so
    # that the matrix is as wide as what was learnt. Who has read none of them is cold.
    items, told = learnt.item_id_map, table(folder / "queries.npz")
    everything = pd.DataFrame({Columns.User: NOBODY, Columns.Item: items.external_ids})
    known = told[told[Columns.Item].isin(items.external_ids)]
    rows = pd.concat([known, completed(everything)])
    users = IdMap.from_values(rows[Columns.User])
    asked = Dataset(users, items, Interactions.from_raw(rows, users, items))
    lists = model.recommend(
        np.arange(queries), asked, k=n, filter_viewed=True, on_unsupported_targets="ignore"
    )
    columns = (Columns.User, Columns.Rank, Columns.Item)
    np.savez(folder / "lists.npz", **{column: lists[column].to_numpy() for column in columns})


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
