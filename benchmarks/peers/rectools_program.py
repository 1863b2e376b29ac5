"""Fit one of RecTools' models on interactions.npz, rank the queries of queries.npz and write lists.npz.

    python rectools_program.py FOLDER ease|popular QUERIES N

Runs where RecTools is installed and the product is not.
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
PADDING_USER = -1


def read_table(path: Path) -> pd.DataFrame:
    return add_columns(pd.DataFrame(dict(np.load(path))))


def add_columns(frame: pd.DataFrame) -> pd.DataFrame:
    time = frame.get(Columns.Datetime, pd.Series(0, frame.index))
    return frame.assign(**{Columns.Weight: 1.0, Columns.Datetime: pd.to_datetime(time, unit="ms")})


def main(folder: Path, name: str, queries: int, n: int) -> None:
    interactions = read_table(folder / "interactions.npz").drop_duplicates([Columns.User, Columns.Item])
    training = Dataset.construct(interactions)
    model = MODELS[name]()
    model.fit(training)
    # Each query is a new user over the item ids of training; a query without known items is cold. The
    # padding user interacted with every item, so that the matrix is as wide as in training.
    items, table = training.item_id_map, read_table(folder / "queries.npz")
    padding = pd.DataFrame({Columns.User: PADDING_USER, Columns.Item: items.external_ids})
    known = table[table[Columns.Item].isin(items.external_ids)]
    rows = pd.concat([known, add_columns(padding)])
    users = IdMap.from_values(rows[Columns.User])
    dataset = Dataset(users, items, Interactions.from_raw(rows, users, items))
    lists = model.recommend(
        np.arange(queries), dataset, k=n, filter_viewed=True, on_unsupported_targets="ignore"
    )
    columns = (Columns.User, Columns.Rank, Columns.Item)
    np.savez(folder / "lists.npz", **{column: lists[column].to_numpy() for column in columns})


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
