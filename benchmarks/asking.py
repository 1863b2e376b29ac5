"""Every chosen peer fitted on the reads before one moment and asked for all lists."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from benchmarks.choosing import PEERS
from benchmarks.peers.base import Query, Reads
from script_shared.types import IntArray


def lists_of(
    names: Sequence[str], reads: Reads, readers: pl.DataFrame, items: Sequence[IntArray], n: int
) -> pl.DataFrame:
    """Return the peers' lists as predictions.

    Args:
        names: of peers.
        reads: before the moment.
        readers: protocol, segment, cutoff, query_id and owner, a row a query.
        items: what each query has read, oldest first.
        n: how long lists are.

    Returns:
        model, protocol, segment, cutoff, query_id, rank, item: the item by position.
    """
    queries = [Query(owner, own) for owner, own in zip(readers["owner"].to_list(), items, strict=True)]
    return pl.concat(_lists(name, reads, readers.drop("owner"), queries, n) for name in names)


def _lists(name: str, reads: Reads, readers: pl.DataFrame, queries: Sequence[Query], n: int) -> pl.DataFrame:
    peer = PEERS[name]()
    peer.fit(reads)
    ranked = peer.rank(queries, n)
    lengths = np.array([len(each) for each in ranked], np.int64)
    rows = np.repeat(np.arange(len(ranked)), lengths)
    ranks = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + 1
    found = np.concatenate([*ranked, np.empty(0, np.int64)]).astype(np.int64)
    return readers[rows].select(
        pl.lit(name).alias("model"),
        pl.all(),
        rank=pl.Series(ranks, dtype=pl.Int64),
        item=pl.Series(found, dtype=pl.Int64),
    )


def distinct(items: IntArray) -> IntArray:
    """Return what was read, each item once, where it was last read."""
    _, last = np.unique(items[::-1], return_index=True)
    return items[::-1][np.sort(last)][::-1]
