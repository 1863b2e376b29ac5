"""RecTools' models, run in a separate environment; data is exchanged as files."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.peers.base import Interactions, Peer, Query
from script_shared.clock import MS_PER_HOUR
from script_shared.types import IntArray

PROGRAM = Path(__file__).with_name("rectools_program.py")
#: EASE inverts a matrix of items × items; items with fewer interactions are left out.
MIN_INTERACTIONS = 5
#: See `Popularity`.
_WINDOW_HOURS = 36.0


class RecTools(Peer):
    """One of RecTools' models.

    Args:
        model: `ease` or `popular`.
        hours: maximum age of an interaction; older windows count up to 36 hours.
        python: interpreter of the environment.
    """

    def __init__(self, model: str, hours: float, python: Path) -> None:
        self._model, self._hours, self._python = model, hours, python

    def fit(self, interactions: Interactions) -> None:
        """Keep the interactions that `rank` fits the model on."""
        recent = interactions.since(max(self._hours, _WINDOW_HOURS))
        frequent = np.bincount(recent.item, minlength=interactions.item_count) >= MIN_INTERACTIONS
        start_ms = interactions.now_ms - self._hours * MS_PER_HOUR
        kept = frequent[recent.item] & (recent.time_ms >= start_ms)
        columns = {"user_id": recent.user, "item_id": recent.item, "datetime": recent.time_ms}
        self._columns = {name: column[kept] for name, column in columns.items()}

    def rank(self, queries: Sequence[Query], n: int) -> list[IntArray]:
        """Fit and rank in a process of the environment."""
        with TemporaryDirectory() as folder:
            np.savez(Path(folder) / "interactions.npz", **self._columns)
            np.savez(Path(folder) / "queries.npz", **_columns_of(queries))
            arguments = [self._model, str(len(queries)), str(n)]
            subprocess.run([self._python, PROGRAM, folder, *arguments], check=True)
            lists = np.load(Path(folder) / "lists.npz")
            order = np.lexsort((lists["rank"], lists["user_id"]))
            users, items = lists["user_id"][order], lists["item_id"][order]
        return np.split(items, np.searchsorted(users, np.arange(1, len(queries))))


def _columns_of(queries: Sequence[Query]) -> dict[str, IntArray]:
    lengths = [len(query.items) for query in queries]
    items = np.concatenate([*(query.items for query in queries), np.empty(0, np.int64)])
    return {"user_id": np.repeat(np.arange(len(queries)), lengths), "item_id": items}
