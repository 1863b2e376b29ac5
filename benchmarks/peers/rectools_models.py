"""RecTools' models, asked in an environment of their own through files."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.peers.base import Peer, Query, Reads
from script_shared.clock import MS_PER_HOUR
from script_shared.types import IntArray

PROGRAM = Path(__file__).with_name("rectools_program.py")
#: EASE inverts a matrix of items × items: those read less often in its hours are left out.
LEAST_READS = 5
#: Hours; see `Popularity`.
_SESSIONS = 36.0


class RecTools(Peer):
    """One of RecTools' models.

    Args:
        model: `ease` or `popular`, as the program knows it.
        hours: of reads in them it learns; of sessions that began long before, none.
        python: interpreter of the environment.
    """

    def __init__(self, model: str, hours: float, python: Path) -> None:
        self._model, self._hours, self._python = model, hours, python

    def fit(self, reads: Reads) -> None:
        """Keep what the model will be fitted on."""
        recent = reads.since(max(self._hours, _SESSIONS))
        enough = np.bincount(recent.item, minlength=reads.items) >= LEAST_READS
        kept = enough[recent.item] & (recent.time >= reads.now_ms - self._hours * MS_PER_HOUR)
        self._reads = {"user_id": recent.owner, "item_id": recent.item, "datetime": recent.time}
        self._reads = {name: column[kept] for name, column in self._reads.items()}

    def rank(self, queries: Sequence[Query], n: int) -> list[IntArray]:
        """Fit and rank in a process of that environment."""
        with TemporaryDirectory() as folder:
            np.savez(Path(folder) / "reads.npz", **self._reads)
            np.savez(Path(folder) / "queries.npz", **_told(queries))
            arguments = [self._model, str(len(queries)), str(n)]
            subprocess.run([self._python, PROGRAM, folder, *arguments], check=True)
            lists = np.load(Path(folder) / "lists.npz")
            order = np.lexsort((lists["rank"], lists["user_id"]))
            users, items = lists["user_id"][order], lists["item_id"][order]
        return np.split(items, np.searchsorted(users, np.arange(1, len(queries))))


def _told(queries: Sequence[Query]) -> dict[str, IntArray]:
    lengths = [len(query.items) for query in queries]
    items = np.concatenate([*(query.items for query in queries), np.empty(0, np.int64)])
    return {"user_id": np.repeat(np.arange(len(queries)), lengths), "item_id": items}
