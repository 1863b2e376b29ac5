"""Generates a data set from a scale and a seed."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from pipelines.domains.news.sources.synthetic.catalogue import Catalogue, make_catalogue
from pipelines.domains.news.sources.synthetic.engagement import sample_engagement
from pipelines.domains.news.sources.synthetic.files import (
    GeneratedFiles,
    list_pages,
    write_items,
    write_manifest,
    write_train,
    write_validation,
)
from pipelines.domains.news.sources.synthetic.interest import make_samplers
from pipelines.domains.news.sources.synthetic.noise import NoisyReads, add_item_noise, add_read_noise
from pipelines.domains.news.sources.synthetic.published_statistics import (
    DatasetSize,
    Ints,
    Rows,
    check_arguments,
    make_rng,
)
from pipelines.domains.news.sources.synthetic.readers import make_readers, sample_returning_readers
from pipelines.domains.news.sources.synthetic.sessions import (
    DAY_MS,
    NO_READS,
    Reads,
    Simulation,
    simulate_reads,
)
from pipelines.domains.news.sources.synthetic.text import TextGenerator

Progress = Callable[[str, float], None]
VALIDATION_READ_SHARES = (0.4, 0.25, 0.15, 0.1, 0.1)  # readers with 1 to 5 validation reads


def generate(
    folder: Path, *, scale: float = 0.01, seed: int = 7, progress: Progress | None = None
) -> GeneratedFiles:
    """Write training, item and validation files in the format of WebMedia, and a manifest with statistics.

    Args:
        folder: destination of `files/treino`, `itens/itens`, `validacao.csv` and `synthetic.json`.
        scale: share of the published size, above 0 and at most 10. Below 1 the period of reads is shorter,
            and there are fewer regions, so that each hour and region has enough articles. Below 0.001 the
            data does not have the published statistics.
        seed: the same scale and seed give the same bytes.
        progress: called with the name of the next step and the share that is done.

    Returns:
        The paths of the files.

    Raises:
        ValueError: the scale or the seed is out of range.
    """
    check_arguments(scale, seed)
    report = progress or _ignore_progress
    files, size = GeneratedFiles.create_folders(folder), DatasetSize.of(scale)
    report("catalogue", 0.0)
    catalogue = make_catalogue(size, seed)
    item_noise = _write_item_files(files, catalogue, size, seed, report)
    report("readers", 0.3)
    readers = make_readers(size, catalogue.fresh, seed)
    simulation = Simulation(size, catalogue, readers, make_samplers(catalogue, size))
    report("reads", 0.35)
    period = simulation.make_period(size.start_ms, size.end_ms)
    train = simulate_reads(simulation, readers.history_size, period, NO_READS, make_rng(seed, "train"))
    validation = _simulate_validation_reads(simulation, train, seed)
    report("engagement", 0.6)
    noisy = add_read_noise(train, sample_engagement(len(train), seed), size, seed)
    pages = list_pages(catalogue, _make_unknown_pages(noisy.unknown_pages, seed))
    write_validation(files.validation, validation, readers, pages)
    for part, rows in enumerate(_split_by_user(noisy.reads, size.users, len(files.train))):
        report("train files", 0.7 + 0.05 * part)
        write_train(files.train[part], noisy, rows, readers, pages)
    write_manifest(files.manifest, _make_manifest(simulation, noisy, item_noise, validation, seed))
    report("done", 1.0)
    return files


def _ignore_progress(_step: str, _share: float) -> None:
    pass


def _write_item_files(
    files: GeneratedFiles, catalogue: Catalogue, size: DatasetSize, seed: int, report: Progress
) -> dict[str, int]:
    """Write the item files; return the number of items by kind of noise."""
    texts, noisy = TextGenerator(catalogue, size, seed), add_item_noise(len(catalogue), seed)
    for part, rows in enumerate(np.array_split(noisy.rows, len(files.items))):
        report("item files", 0.05 + 0.08 * part)
        write_items(files.items[part], texts, noisy, rows, part)
    return {"broken_issued": int(noisy.without_date.size), "duplicate_item": noisy.rows.size - len(catalogue)}


def _simulate_validation_reads(simulation: Simulation, train: Reads, seed: int) -> Reads:
    rng, size = make_rng(seed, "validation"), simulation.size
    is_recent = np.zeros(len(simulation.readers), np.bool_)
    is_recent[train.user[train.time_ms >= size.end_ms - DAY_MS]] = True
    readers = sample_returning_readers(simulation.readers, size.validation_users, is_recent, rng)
    counts = np.zeros(len(simulation.readers), np.int64)
    counts[readers] = rng.choice(np.arange(1, 6), readers.size, p=VALIDATION_READ_SHARES)
    period = simulation.make_period(size.end_ms, size.validation_end_ms)
    return simulate_reads(simulation, counts, period, train, rng)


def _make_unknown_pages(n: int, seed: int) -> list[str]:
    rng = make_rng(seed, "unknown pages")
    return [str(UUID(bytes=rng.bytes(16), version=4)) for _ in range(n)]


def _split_by_user(reads: Reads, users: int, parts: int) -> list[Rows]:
    """Return the rows of each training file; all rows of a reader are in one file."""
    limits = np.searchsorted(reads.user, np.linspace(0, users, parts + 1).astype(np.int64))
    return [np.arange(low, high) for low, high in pairwise(limits.tolist())]


def _make_manifest(
    simulation: Simulation, noisy: NoisyReads, item_noise: dict[str, int], validation: Reads, seed: int
) -> dict[str, Any]:
    size, readers = simulation.size, simulation.readers
    return {
        "scale": size.scale,
        "seed": seed,
        "dirt": noisy.counts | item_noise,
        "figures": {
            "users": len(readers),
            "reads": len(noisy.reads),
            "items": len(simulation.catalogue),
            "validation_users": int(np.unique(validation.user).size),
            "validation_reads": len(validation),
            "non_logged": round(float((~readers.is_logged).mean()), 4),
            "first_moment": size.start_ms,
            "end": size.end_ms,
            "history_size": _summarize_sizes(np.bincount(noisy.reads.user)),
        },
    }


def _summarize_sizes(sizes: Ints) -> dict[str, float]:
    return {
        "median": float(np.median(sizes)),
        "mean": round(float(sizes.mean()), 2),
        "sd": round(float(sizes.std()), 2),
        "q75": float(np.quantile(sizes, 0.75)),
        "max": float(sizes.max()),
    }
