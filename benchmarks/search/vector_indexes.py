"""Processor time and recall of the vector indexes in memory, on clustered vectors of three fields.

    python -m benchmarks search [--sizes 30000,600000] [--queries 200]

Titles repeat, places have 60 distinct values, and queries are stored vectors with noise. Times are processor
time, so that other processes and further cores do not count; a query's is the median. Recall counts the
results whose score is at least that of the exact 50th.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, NamedTuple

import numpy as np
import typer

from script_shared.types import BoolArray, FeatureArray
from script_shared.vector_index.exact import ExactIndex
from script_shared.vector_index.index import IndexSchema, VectorIndex
from script_shared.vector_index.usearch import UsearchIndex

FIELDS = {"title": 96, "description": 96, "location": 16}
SCHEMA = IndexSchema(FIELDS, "clustered")
WEIGHTS = (1 / 3, 1 / 3, 1 / 3), (0.6, 0.3, 0.1), (0.5, 0.5, 0.0), (1.0, 0.0, 0.0)
#: Shares of the ids that a filter leaves.
SHARES = 1.0, 0.3, 0.05, 0.01
RESULTS = 50
PLACES, CLUSTERS, TITLES_OF_A_CLUSTER = 60, 400, 8
_CHUNK = 100_000


class Measurement(NamedTuple):
    """The queries of one kind.

    Attributes:
        milliseconds: median processor time of a query.
        recall: of the exact results.
    """

    milliseconds: float
    recall: float


def make_vectors(rng: np.random.Generator, n: int) -> dict[str, FeatureArray]:
    """Return unit vectors of n ids by field."""
    titles = _cluster(rng, max(1, n // TITLES_OF_A_CLUSTER), FIELDS["title"], 0.6)
    places = _cluster(rng, PLACES, FIELDS["location"], 1.0)
    return {
        "title": titles[rng.integers(0, len(titles), n)],
        "description": _cluster(rng, n, FIELDS["description"], 0.9),
        "location": places[rng.zipf(1.5, n) % PLACES],
    }


def _cluster(rng: np.random.Generator, n: int, length: int, noise: float) -> FeatureArray:
    centres = _normalise(rng.standard_normal((CLUSTERS, length), np.float32))
    return _add_noise(rng, centres[rng.zipf(1.3, n) % CLUSTERS], noise)


def _add_noise(rng: np.random.Generator, vectors: FeatureArray, length: float) -> FeatureArray:
    """Add noise of a length to unit vectors in place, and scale them to length 1 again."""
    scale = np.float32(length / np.sqrt(vectors.shape[1]))
    for start in range(0, len(vectors), _CHUNK):
        part = vectors[start : start + _CHUNK]
        part += scale * rng.standard_normal(part.shape, np.float32)
    return _normalise(vectors)


def _normalise(vectors: FeatureArray) -> FeatureArray:
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def make_queries(
    rng: np.random.Generator, vectors: Mapping[str, FeatureArray], n: int
) -> list[dict[str, FeatureArray]]:
    """Return stored vectors with noise."""
    rows = rng.integers(0, len(vectors["title"]), n)
    noisy = {name: _add_noise(rng, stored[rows], 0.3) for name, stored in vectors.items()}
    return [{name: noisy[name][row] for name in noisy} for row in range(n)]


def measure(
    index: VectorIndex,
    queries: Sequence[Mapping[str, FeatureArray]],
    weights: Sequence[float],
    allowed: BoolArray | None,
    lowest: Sequence[float],
) -> tuple[Measurement, list[float]]:
    """Measure queries.

    Args:
        index: the index.
        queries: vectors by field.
        weights: in the order of the fields; fields without weight are left out.
        allowed: ids that may be found.
        lowest: the exact score of each query's last result; empty if this index is the exact one.

    Returns:
        The measurement, and the score of each query's last result.
    """
    by_field = {name: weight for name, weight in zip(FIELDS, weights, strict=True) if weight}
    times, results = [], []
    for query in queries:
        asked = {name: query[name] for name in by_field}
        start = time.process_time()
        results.append(index.search(asked, by_field, RESULTS, allowed).scores)
        times.append(time.process_time() - start)
    last = [float(scores[-1]) for scores in results]
    found = [np.mean(scores >= bound - 1e-6) for scores, bound in zip(results, lowest or last, strict=True)]
    return Measurement(float(np.median(times)) * 1e3, float(np.mean(found))), last


def timed(work: Callable[[], VectorIndex]) -> tuple[VectorIndex, float]:
    """Return the result of some work and its processor time, seconds."""
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def compare(size: int, queries: int) -> None:
    """Build both indexes of one size, and print their costs side by side."""
    rng = np.random.default_rng(0)
    vectors, ids = make_vectors(rng, size), np.arange(size)
    some = make_queries(rng, vectors, queries)

    def build(index: VectorIndex) -> VectorIndex:
        index.upsert(ids, vectors)
        return index

    exact, exact_seconds = timed(lambda: build(ExactIndex(SCHEMA)))
    graph, graph_seconds = timed(lambda: build(UsearchIndex(SCHEMA)))
    print(f"{size:,} x {SCHEMA.width}: built in {exact_seconds:.1f} s exact, {graph_seconds:.0f} s usearch")
    print(f"{'weights':>20} {'allowed':>8} {'exact ms':>9} {'usearch ms':>11} {'recall@50':>10}")
    for weights in WEIGHTS:
        for share in SHARES:
            allowed = rng.random(size) < share if share < 1 else None
            reference, lowest = measure(exact, some, weights, allowed, ())
            result, _ = measure(graph, some, weights, allowed, lowest)
            name = "/".join(f"{weight:.2f}" for weight in weights)
            times = f"{reference.milliseconds:9.2f} {result.milliseconds:11.2f}"
            print(f"{name:>20} {share:8.0%} {times} {result.recall:10.3f}", flush=True)


def main(
    sizes: Annotated[str, typer.Option(help="numbers of vectors")] = "30000,600000",
    queries: Annotated[int, typer.Option(help="of each kind")] = 200,
) -> None:
    """Measure and print."""
    for size in sizes.split(","):
        compare(int(size), queries)
