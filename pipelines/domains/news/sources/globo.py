"""The G1 clicks of October 2017: hourly files of clicks, and metadata of some of the articles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl

from pipelines.domains.news.catalogue_match import match_items
from pipelines.domains.news.files import NewsFiles
from pipelines.domains.news.formats.csv_text import read_text
from pipelines.domains.news.tables import assemble, gather
from pipelines.domains.news.validation.cleaning import drop_repeated
from pipelines.domains.news.validation.quarantine import FILE, OVERFLOW, ROW, RowFilter
from pipelines.domains.news.validation.rules import (
    as_time,
    count,
    milliseconds,
    too_many_fields,
    whole_number,
)
from pipelines.ingest.file_kinds import FileKind
from pipelines.ingest.local import link_files, local_path
from pipelines.ingest.raw_files import RawFile, find_files
from pipelines.plan import Refinement
from script_shared.errors import InputError

CLICKS = re.compile(r"(?:clicks/)*clicks_hour_\d+\.csv")
ARTICLES = re.compile(r"(?:.*/)?articles_metadata\.csv")

#: What is kept of a click, by its name in the file.
READ_COLUMNS = {
    "user_id": "user_id",
    "session_id": "session_id",
    "click_article_id": "item_id",
    "click_timestamp": "timestamp",
    "click_region": "region",
    "click_deviceGroup": "device",
    "click_referrer_type": "referrer",
}
#: Looked at only to tell exact duplicates. session_size is never read: it is known
#: when a session is over, and all clicks of a session share it.
OTHER_COLUMNS = ("session_start", "click_environment", "click_os", "click_country")
CLICK_RULES = (
    too_many_fields(),
    *(rule for name in READ_COLUMNS if name != "click_timestamp" for rule in whole_number(name)),
    *milliseconds("click_timestamp"),
    *(rule for name in OTHER_COLUMNS for rule in whole_number(name)),
)

ARTICLE_COLUMNS = ("article_id", "category_id", "created_at_ts", "words_count")
ARTICLE_RULES = (
    too_many_fields(),
    *whole_number("article_id"),
    *whole_number("category_id"),
    *milliseconds("created_at_ts"),
    *count("words_count"),
)
KINDS = (
    FileKind(
        name="clicks",
        pattern=CLICKS,
        required={
            "user_id": "the reader, a whole number",
            "session_id": "the visit, a whole number",
            "click_article_id": "the article, a whole number",
            "click_timestamp": "when it was read, milliseconds since 1970",
            "click_region": "where the reader is, a code",
            "click_deviceGroup": "what the reader reads on, a code",
            "click_referrer_type": "where the reader came from, a code",
            **dict.fromkeys(OTHER_COLUMNS, "only tells equal rows apart, a whole number"),
        },
    ),
    FileKind(
        name="items",
        pattern=ARTICLES,
        required={
            "article_id": "the article, a whole number",
            "category_id": "its category, a code",
            "created_at_ts": "when it was published, milliseconds, Brazilian time stored as UTC",
            "words_count": "how many words it has",
        },
    ),
)
#: created_at_ts is Brazilian local time (UTC-3) stored as if it were UTC.
LOCAL_TIME_MS = 3 * 3_600_000


@dataclass(slots=True)
class Globo(NewsFiles):
    """Clicks of readers without login state; a click's region, device and referrer are known.

    Attributes:
        name: the source's name in a plan.
    """

    name: str = "globo"

    @property
    def kinds(self) -> tuple[FileKind, ...]:
        """Clicks, and items if there are any."""
        return KINDS

    def acquire(self, uri: str, scale: float, folder: Path) -> None:
        """Link or copy the click files and the article file into an empty folder.

        Args:
            uri: a folder that holds `clicks/`, `clicks.zip` or both, or one zip; path or `file://`.
            scale: not used.
            folder: where the files go, at the same places.

        Raises:
            InputError: there is no such folder, no click file in it, or an archive cannot be used.
        """
        link_files(local_path(uri), (CLICKS, ARTICLES), folder)
        find_clicks(folder, uri)

    def require_files(self, folder: Path, where: object) -> list[RawFile]:
        """Return the click files; see `Source.require`."""
        return find_clicks(folder, where)

    def refine(self, folder: Path) -> Refinement:
        """Read clicks and articles: stragglers and exact duplicates go, and rows that are broken.

        Raises:
            InputError: a file cannot be used, or no click is left.
        """
        sieves = {"clicks": RowFilter(), "items": RowFilter()}
        clicks = read_clicks(find_clicks(folder, folder), sieves["clicks"])
        clicks, as_of_ms = self.settle(clicks, sieves, "clicks")
        clicks = clicks.drop(OTHER_COLUMNS)
        articles = _read_articles(find_files(folder, ARTICLES), sieves["items"])
        match = match_items(clicks["item_id"], articles["item_id"])
        return Refinement(
            tables=assemble(clicks, articles),
            quarantine=gather(sieves),
            as_of_ms=as_of_ms,
            report={
                "clicks": sieves["clicks"].balance(clicks.height),
                "items": sieves["items"].balance(articles.height),
                "match": match.report,
            },
            warnings=tuple(match.warnings),
            catalogue=articles if articles.height else None,
        )


def find_clicks(folder: Path, where: object) -> list[RawFile]:
    """Return the click files.

    Args:
        folder: where to look.
        where: what to name when there is none, as the person who gave it knows it.

    Raises:
        InputError: there is none, or an archive cannot be used.
    """
    files = find_files(folder, CLICKS)
    if not files:
        raise InputError.at(
            "there are no clicks",
            file=where,
            remedy="give a folder that holds clicks/clicks_hour_000.csv … or clicks.zip",
        )
    return files


def read_clicks(files: Sequence[RawFile], sieve: RowFilter) -> pl.DataFrame:
    """Return the sound clicks of all files, in the files' order, with their place in them.

    The files are read at once: unpacking and parsing leave Python's lock to the others.

    Args:
        files: what `find_clicks` gave.
        sieve: takes the broken rows.
    """
    with ThreadPoolExecutor(pl.thread_pool_size()) as threads:
        return pl.concat(threads.map(partial(_read_hour, sieve=sieve), files))


def _read_hour(file: RawFile, sieve: RowFilter) -> pl.DataFrame:
    text = read_text(file, [*READ_COLUMNS, *OTHER_COLUMNS], quoted=False)
    sound = sieve.take(text, CLICK_RULES, file.name)
    return (
        sound.drop(OVERFLOW)
        .rename(READ_COLUMNS)
        .with_columns(as_time(pl.col("timestamp")), pl.col(OTHER_COLUMNS).cast(pl.Int64))
    )


def _read_articles(files: Sequence[RawFile], sieve: RowFilter) -> pl.DataFrame:
    articles = [sieve.take(read_text(file, ARTICLE_COLUMNS), ARTICLE_RULES, file.name) for file in files]
    empty = pl.DataFrame(schema=dict.fromkeys((FILE, ROW, *ARTICLE_COLUMNS), pl.String()))
    sound = drop_repeated(pl.concat([*articles] or [empty]), "article_id", sieve)
    return sound.select(
        item_id="article_id",
        published_at=as_time(pl.col("created_at_ts")) + pl.duration(milliseconds=LOCAL_TIME_MS),
        category="category_id",
        words=pl.col("words_count").cast(pl.Int32),
    )
