"""The peers by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from benchmarks.peers.base import Peer
from benchmarks.peers.environment import create_environment
from benchmarks.peers.item_neighbours import bm25, cosine
from benchmarks.peers.matrix_factorisation import Als, Bpr
from benchmarks.peers.popularity import Popularity, PopularityEver
from benchmarks.peers.rectools_models import RecTools
from benchmarks.peers.vsknn import Vsknn
from benchmarks.peers.vstan import Vstan
from script_shared.errors import SettingsError

#: The training windows of implicit's models are the best of 3 to 72 hours in windows 60, 110 and 160.
PEERS: Mapping[str, Callable[[], Peer]] = {
    "popularity_0.1h": lambda: Popularity(0.1),
    "popularity_0.25h": lambda: Popularity(0.25),
    "popularity_0.5h": lambda: Popularity(0.5),
    "popularity_1h": lambda: Popularity(1.0),
    "popularity_4h": lambda: Popularity(4.0),
    "popularity_24h": lambda: Popularity(24.0),
    "popularity_ever": PopularityEver,
    "implicit_als_48h": lambda: Als(48),
    "implicit_als_ever": lambda: Als(np.inf),
    "implicit_bpr_48h": lambda: Bpr(48),
    "implicit_bm25_72h": lambda: bm25(72),
    "implicit_cosine_6h": lambda: cosine(6),
    "rectools_ease_72h": lambda: RecTools("ease", 72, create_environment()),
    "rectools_popular_0.5h": lambda: RecTools("popular", 0.5, create_environment()),
    "vsknn": Vsknn,
    "vstan": Vstan,
}
#: P2 has sixty states, and factorising all interactions for each would take too long.
NEXT_HOUR_ONLY = ("implicit_als_ever",)


def check_names(names: Sequence[str]) -> tuple[str, ...]:
    """Check the names of peers, and create the environment of RecTools where one needs it.

    Raises:
        SettingsError: a name is unknown, or the environment cannot be created.
    """
    unknown = [name for name in names if name not in PEERS]
    if unknown:
        what = f"there is no peer {unknown[0]!r}"
        raise SettingsError(what, where="--peers", remedy=f"choose from {', '.join(PEERS)}")
    if any(name.startswith("rectools") for name in names):
        create_environment()
    return tuple(names)
