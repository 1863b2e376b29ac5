"""Processor time and recall of the coarse search for similar users, on clustered vectors.

    python -m benchmarks similar-users [--sizes 50000,600000] [--queries 200]

Vectors have 96 coordinates of falling deviation, as principal axes have. Times are processor time, so that
other processes do not count. Recall counts the users whose cosine is at least that of the last exact one.
"""

from __future__ import annotations

import time
from typing import Annotated

import numpy as np
import typer

from script_shared.models.components.texts.user_pool import PoolParameters, UserPool
from script_shared.types import FeatureArray

DIMENSIONS, CLUSTERS = 96, 2_000
RESULTS = 50, 300, 1_000
#: Users or queries that are made together.
_CHUNK = 50_000


def make_users(rng: np.random.Generator, n: int) -> FeatureArray:
    """Return unit vectors about the same centres for every generator, shape (n, DIMENSIONS)."""
    scale = np.arange(1, DIMENSIONS + 1, dtype=np.float32) ** np.float32(-0.5)
    centres = np.random.default_rng(0).standard_normal((CLUSTERS, DIMENSIONS), np.float32) * scale
    vectors = np.empty((n, DIMENSIONS), np.float32)
    for start in range(0, n, _CHUNK):
        part = vectors[start : start + _CHUNK]
        part[:] = centres[rng.zipf(1.3, len(part)) % CLUSTERS]
        part += np.float32(0.7) * scale * rng.standard_normal(part.shape, np.float32)
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return vectors


def compare(size: int, queries: int) -> None:
    """Print the costs of the exact and of the coarse search of one size."""
    vectors = make_users(np.random.default_rng(1), size)
    asked = make_users(np.random.default_rng(2), queries)
    users, published = np.arange(size, dtype=np.int32), np.zeros(size, np.int64)
    exact = UserPool(users, published, vectors, PoolParameters(exact_up_to=size))
    coarse = UserPool(users, published, vectors, PoolParameters(exact_up_to=0))
    for n in RESULTS:
        times: list[tuple[float, float]] = []
        recalls = []
        for vector in asked:
            start = time.process_time()
            _, reference = exact.search(vector, 0, n)
            middle = time.process_time()
            _, found = coarse.search(vector, 0, n)
            times.append((middle - start, time.process_time() - middle))
            recalls.append(np.mean(found >= reference[-1] - 1e-6))
        exact_ms, coarse_ms = np.median(times, axis=0) * 1e3
        slowest = np.quantile(np.array(times)[:, 1], 0.99) * 1e3
        costs = f"{exact_ms:9.2f} {coarse_ms:10.2f} {slowest:10.2f}"
        print(f"{size:>9,} {n:>6} {costs} {np.mean(recalls):8.4f}", flush=True)


def main(
    sizes: Annotated[str, typer.Option(help="numbers of users")] = "50000,600000",
    queries: Annotated[int, typer.Option(help="of each kind")] = 200,
) -> None:
    """Measure and print."""
    print(f"{'users':>9} {'found':>6} {'exact ms':>9} {'coarse ms':>10} {'coarse p99':>10} {'recall':>8}")
    for size in sizes.split(","):
        compare(int(size), queries)
