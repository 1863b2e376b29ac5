"""The lists of peers, fitted on the interactions before one moment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from benchmarks.peers.base import Interactions, Query
from benchmarks.peers.registry import PEERS
from script_shared.types import IntArray


def predict(
    names: Sequence[str], interactions: Interactions, queries: pl.DataFrame, items: Sequence[IntArray], n: int
) -> pl.DataFrame:
    """Return the lists of peers.

    Args:
        names: of the peers.
        interactions: before the moment.
        queries: protocol, segment, cutoff, query_id and user, one row per query.
        items: previous interactions of each query, oldest first.
        n: maximum length of a list.

    Returns:
        model, protocol, segment, cutoff, query_id, rank and item, the position of the item.
    """
    users = queries["user"].to_list()
    peer_queries = [Query(user, history) for user, history in zip(users, items, strict=True)]
    labels = queries.drop("user")
    return pl.concat(_predict(name, interactions, labels, peer_queries, n) for name in names)


def _predict(
    name: str, interactions: Interactions, labels: pl.DataFrame, queries: Sequence[Query], n: int
) -> pl.DataFrame:
    peer = PEERS[name]()
    peer.fit(interactions)
    lists = peer.rank(queries, n)
    lengths = np.array([len(items) for items in lists], np.int64)
    rows = np.repeat(np.arange(len(lists)), lengths)
    ranks = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + 1
    items = np.concatenate([*lists, np.empty(0, np.int64)]).astype(np.int64)
    return labels[rows].select(
        pl.lit(name).alias("model"),
        pl.all(),
        rank=pl.Series(ranks, dtype=pl.Int64),
        item=pl.Series(items, dtype=pl.Int64),
    )
