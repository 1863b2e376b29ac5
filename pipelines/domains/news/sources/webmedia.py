"""The WebMedia 2023 challenge: one row a reader with lists of reads, and articles with their text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from pipelines.acquiring import link_files, local_path
from pipelines.domains.news.assembling import assemble, gather, require_reads
from pipelines.domains.news.places import region_of, theme_of
from pipelines.domains.news.quarantine import FILE, OVERFLOW, ROW, Reason, Rule, Sieve
from pipelines.domains.news.reading import read_text
from pipelines.domains.news.refining import (
    FULL_SCROLL,
    LONGEST_QUANTILE,
    STRAGGLER_SHARE,
    as_time,
    clip,
    drop_duplicates,
    drop_repeated,
    drop_stragglers,
    end_of_reads,
    measure,
    milliseconds,
    present,
    too_many_fields,
)
from pipelines.plan import Refinement
from pipelines.raw_files import RawFile, find_files
from script_shared.clock import MS_PER_SECOND
from script_shared.errors import InputError
from script_shared.tables import TIMESTAMP

# One folder around it all is forgiven: that is how archives are packed.
READERS = re.compile(r"(?:[^/]+/)?(?:files/treino/)?treino_parte\d+\.csv")
ARTICLES = re.compile(r"(?:[^/]+/)?(?:itens/itens/|itens/)?itens-parte\d+\.csv")
VALIDATION = re.compile(r"(?:[^/]+/)?validacao\.csv")

#: The lists of a reader's row, by the name of a read's column; all are as long as the history.
LISTS = {
    "item_id": "history",
    "timestamp": "timestampHistory",
    "clicks": "numberOfClicksHistory",
    "seconds": "timeOnPageHistory",
    "scroll": "scrollPercentageHistory",
    "visits": "pageVisitsCountHistory",
}
READER_COLUMNS = ("userId", "userType", "historySize", *LISTS.values())
READER_RULES = (
    too_many_fields(),
    present("userId"),
    Rule(
        Reason.LENGTHS,
        "history",
        ~pl.all_horizontal(
            pl.col(name)
            .list.len()
            .fill_null(0)
            .eq_missing(pl.col("historySize").cast(pl.UInt32, strict=False))
            for name in LISTS
        ),
    ),
)
READ_RULES = (
    present("item_id"),
    *milliseconds("timestamp"),
    *(rule for name in ("clicks", "seconds", "scroll", "visits") for rule in measure(name)),
)

#: `modified` is not among them: it lies up to ten months after the reads.
ARTICLE_COLUMNS = ("page", "url", "issued", "title", "body")
ISSUED = pl.col("issued").str.to_datetime("%Y-%m-%d %H:%M:%S%.f%z", time_unit="ms", strict=False)
ARTICLE_RULES = (
    too_many_fields(),
    present("page"),
    Rule(Reason.TIME, "issued", ISSUED.is_null() & pl.col("issued").is_not_null()),
)


class Webmedia:
    """Reads with login state, time on page, scroll and clicks; the readers' regions are not known."""

    name = "webmedia"

    def __init__(self, straggler_share: float = STRAGGLER_SHARE) -> None:
        self._straggler_share = straggler_share

    def acquire(self, uri: str, scale: float, folder: Path) -> None:
        """Link or copy the readers', articles' and validation files into an empty folder.

        Args:
            uri: a folder with the files at their published places or side by side, or one zip.
            scale: not used: a real source has one size.
            folder: where the files go, at the same places.

        Raises:
            InputError: files are missing, or an archive cannot be used.
        """
        link_files(local_path(uri), (READERS, ARTICLES, VALIDATION), folder)
        _require(folder, READERS, uri)
        _require(folder, ARTICLES, uri)

    def refine(self, folder: Path) -> Refinement:
        """Read readers and articles, by all rules of news.

        Raises:
            InputError: a file is missing or cannot be used, or no read is left.
        """
        sieves = {"readers": Sieve(), "reads": Sieve(), "items": Sieve()}
        parts = [_read_part(file, sieves) for file in _require(folder, READERS, folder)]
        types = pl.concat(types for types, _ in parts)
        reads = pl.concat(reads for _, reads in parts)
        del parts
        require_reads(reads, sieves)
        reads = drop_duplicates(reads, sieves["reads"])
        as_of_ms = end_of_reads(reads["timestamp"], self._straggler_share)
        reads = drop_stragglers(reads, as_of_ms, sieves["reads"]).drop(FILE, ROW)
        reads, changed = _clip(reads)
        articles = _read_articles(_require(folder, ARTICLES, folder), sieves["items"])
        report = {
            "readers": sieves["readers"].balance(types.height),
            "reads": {**sieves["reads"].balance(reads.height), "changed": changed},
            "items": sieves["items"].balance(articles.height),
        }
        types = types.drop_nulls().unique("user_id", keep="last")
        return Refinement(assemble(reads, articles, types), gather(sieves), as_of_ms, report)


def _require(folder: Path, kind: re.Pattern[str], where: object) -> list[RawFile]:
    files = find_files(folder, kind)
    if not files:
        missing = "treino_parte1.csv …" if kind is READERS else "itens-parte1.csv …"
        raise InputError.at(
            f"there is no {missing}", file=where, remedy="give the folder or the zip of the whole archive"
        )
    return files


def _read_part(file: RawFile, sieves: Mapping[str, Sieve]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the sound readers of one file, and their sound reads."""
    text = read_text(file, READER_COLUMNS)
    lists = text.with_columns(pl.col(raw).str.split(",").alias(name) for name, raw in LISTS.items())
    readers = sieves["readers"].take(lists, READER_RULES, file.name)
    reads = (
        readers.filter(pl.col("item_id").list.len() > 0)
        .select(FILE, ROW, pl.col("userId").alias("user_id"), *LISTS)
        .explode(*LISTS)
        .with_columns(pl.col(*LISTS).str.strip_chars(" "))
    )
    sound = sieves["reads"].take(reads, READ_RULES, file.name)
    return readers.select(user_id="userId", user_type="userType"), _type(sound)


def _type(reads: pl.DataFrame) -> pl.DataFrame:
    return reads.with_columns(
        as_time(pl.col("timestamp")),
        pl.col("clicks", "scroll", "visits").cast(pl.Float32),
        (pl.col("seconds").cast(pl.Float64) / MS_PER_SECOND).cast(pl.Float32),
    )


def _clip(reads: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    longest = float(reads["seconds"].quantile(LONGEST_QUANTILE, "nearest") or 0)
    reads, farther = clip(reads, "scroll", FULL_SCROLL)
    reads, longer = clip(reads, "seconds", longest)
    return reads, {"scroll over 100": farther, "seconds over the 99th percentile": longer}


def _read_articles(files: Sequence[RawFile], sieve: Sieve) -> pl.DataFrame:
    parts = [sieve.take(read_text(file, ARTICLE_COLUMNS), ARTICLE_RULES, file.name) for file in files]
    sound = drop_repeated(pl.concat(parts), "page", sieve)
    url = pl.col("url")
    items = sound.lazy().select(
        pl.col("page").alias("item_id"),
        ISSUED.cast(TIMESTAMP).alias("published_at"),
        "title",
        "url",
        theme_of(url).alias("category"),
        region_of(url).alias("region"),
        "body",
        pl.col("body").str.count_matches(r"\S+").cast(pl.Int32).alias("words"),
    )
    # In memory one thread would count the words of all articles; streaming shares them out.
    return items.collect(engine="streaming")
