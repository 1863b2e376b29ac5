"""Generates the files from a scale and a seed: the same bytes every time."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from pipelines.domains.news.sources.synthetic.catalogue import Catalogue, make_catalogue
from pipelines.domains.news.sources.synthetic.engagement import measure
from pipelines.domains.news.sources.synthetic.files import (
    GeneratedFiles,
    pages_of,
    write_items,
    write_manifest,
    write_train,
    write_validation,
)
from pipelines.domains.news.sources.synthetic.interest import set_up
from pipelines.domains.news.sources.synthetic.noise import Soiled, soil_items, soil_reads
from pipelines.domains.news.sources.synthetic.published_statistics import Ints, Rows, Size, check, stream
from pipelines.domains.news.sources.synthetic.readers import make_readers, returning
from pipelines.domains.news.sources.synthetic.sessions import DAY, NONE, Reads, World, read
from pipelines.domains.news.sources.synthetic.text import Writer

Progress = Callable[[str, float], None]
NEXT_READS = (0.4, 0.25, 0.15, 0.1, 0.1)  # the shares of readers with 1 to 5 validation reads


def generate(
    folder: Path, *, scale: float = 0.01, seed: int = 7, progress: Progress | None = None
) -> GeneratedFiles:
    """Writes train, item and validation files in the WebMedia form, and a manifest of what is in them.

    Args:
        folder: Where ``files/treino``, ``itens/itens``, ``validacao.csv`` and ``synthetic.json`` go.
        scale: The share of the published size, above 0 and at most 10. Below 1 the window of reads is
            shorter too and fewer regions are kept, so that an hour and a region still have their news.
            The published figures hold from a thousandth on; below it only the form does.
        seed: Same scale and seed, same bytes.
        progress: Called with the name of what begins and the share done.

    Returns:
        The paths written.

    Raises:
        ValueError: The scale or the seed is out of range.
    """
    check(scale, seed)
    tell = progress or _silence
    files, size = GeneratedFiles.under(folder), Size.of(scale)
    tell("catalogue", 0.0)
    catalogue = make_catalogue(size, seed)
    items = _write_catalogue(files, catalogue, size, seed, tell)
    tell("readers", 0.3)
    readers = make_readers(size, catalogue.fresh, seed)
    world = World(size, catalogue, readers, set_up(catalogue, size))
    tell("reading", 0.35)
    train = read(world, readers.reads, world.period(size.start, size.end), NONE, stream(seed, "train"))
    later = _validation_reads(world, train, seed)
    tell("measures", 0.6)
    soiled = soil_reads(train, measure(len(train), seed), size, seed)
    pages = pages_of(catalogue, _unknown_pages(soiled.unknown_pages, seed))
    write_validation(files.validation, later, readers, pages)
    for part, rows in enumerate(_by_user(soiled.reads, size.users, len(files.train))):
        tell("train files", 0.7 + 0.05 * part)
        write_train(files.train[part], soiled, rows, readers, pages)
    write_manifest(files.manifest, _manifest(world, soiled, items, later, seed))
    tell("done", 1.0)
    return files


def _silence(_name: str, _share: float) -> None:
    pass


def _write_catalogue(
    files: GeneratedFiles, catalogue: Catalogue, size: Size, seed: int, tell: Progress
) -> dict[str, int]:
    writer, soiled = Writer(catalogue, size, seed), soil_items(len(catalogue), seed)
    for part, rows in enumerate(np.array_split(soiled.rows, len(files.items))):
        tell("item files", 0.05 + 0.08 * part)
        write_items(files.items[part], writer, soiled, rows, part)
    return {"broken_issued": int(soiled.broken.size), "duplicate_item": soiled.rows.size - len(catalogue)}


def _validation_reads(world: World, train: Reads, seed: int) -> Reads:
    rng = stream(seed, "validation")
    recent = np.zeros(len(world.readers), np.bool_)
    recent[train.user[train.at >= world.size.end - DAY]] = True
    back = returning(world.readers, world.size.validation_users, recent, rng)
    wanted = np.zeros(len(world.readers), np.int64)
    wanted[back] = rng.choice(np.arange(1, 6), back.size, p=NEXT_READS)
    return read(world, wanted, world.period(world.size.end, world.size.horizon), train, rng)


def _unknown_pages(n: int, seed: int) -> list[str]:
    rng = stream(seed, "unknown pages")
    return [str(UUID(bytes=rng.bytes(16), version=4)) for _ in range(n)]


def _by_user(reads: Reads, users: int, parts: int) -> list[Rows]:
    """The rows of each file: readers are not split between two."""
    limits = np.searchsorted(reads.user, np.linspace(0, users, parts + 1).astype(np.int64))
    return [np.arange(low, high) for low, high in pairwise(limits.tolist())]


def _manifest(
    world: World, soiled: Soiled, dirty_items: dict[str, int], later: Reads, seed: int
) -> dict[str, Any]:
    size, readers = world.size, world.readers
    per_user = np.bincount(soiled.reads.user)
    return {
        "scale": size.scale,
        "seed": seed,
        "dirt": soiled.counts | dirty_items,
        "figures": {
            "users": len(readers),
            "reads": len(soiled.reads),
            "items": len(world.catalogue),
            "validation_users": int(np.unique(later.user).size),
            "validation_reads": len(later),
            "non_logged": round(float((~readers.logged).mean()), 4),
            "first_moment": size.start,
            "end": size.end,
            "history_size": _spread(per_user),
        },
    }


def _spread(sizes: Ints) -> dict[str, float]:
    return {
        "median": float(np.median(sizes)),
        "mean": round(float(sizes.mean()), 2),
        "sd": round(float(sizes.std()), 2),
        "q75": float(np.quantile(sizes, 0.75)),
        "max": float(sizes.max()),
    }
