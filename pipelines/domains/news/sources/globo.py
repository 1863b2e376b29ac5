"""The source `globo`: G1 clicks of October 2017 in hourly files, and metadata of some articles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl

from pipelines.domains.news.sources.base import FileSource
from pipelines.domains.news.tables import assemble_tables
from pipelines.domains.news.validation.catalogue_match import match_items
from pipelines.domains.news.validation.rejection_reasons import REPEATED_ITEM
from pipelines.formats.csv_text import read_csv
from pipelines.formats.raw_table import FILE, OVERFLOW, ROW
from pipelines.ingest.file_kinds import FileKind
from pipelines.ingest.raw_files import RawFile, find_files
from pipelines.plans.plan import Refinement
from pipelines.validation import rules
from pipelines.validation.cleaning import drop_repeated
from pipelines.validation.row_filter import RowFilter, concat_quarantines
from script_shared.errors import InputError

CLICKS = re.compile(r"(?:clicks/)*clicks_hour_\d+\.csv")
ARTICLES = re.compile(r"(?:.*/)?articles_metadata\.csv")

#: The column of the refined reads for each column of a click.
READ_COLUMNS = {
    "user_id": "user_id",
    "session_id": "session_id",
    "click_article_id": "item_id",
    "click_timestamp": "timestamp",
    "click_region": "region",
    "click_deviceGroup": "device",
    "click_referrer_type": "referrer",
}
#: Used only to detect exact duplicates. session_size is not read: it is known only at the end of a session,
#: but all its clicks have it.
DUPLICATE_CHECK_COLUMNS = ("session_start", "click_environment", "click_os", "click_country")
CLICK_RULES = (
    rules.forbid_extra_fields(),
    *(
        rule
        for name in READ_COLUMNS
        if name != "click_timestamp"
        for rule in rules.require_whole_number(name)
    ),
    *rules.require_milliseconds("click_timestamp"),
    *(rule for name in DUPLICATE_CHECK_COLUMNS for rule in rules.require_whole_number(name)),
)

ARTICLE_COLUMNS = ("article_id", "category_id", "created_at_ts", "words_count")
ARTICLE_RULES = (
    rules.forbid_extra_fields(),
    *rules.require_whole_number("article_id"),
    *rules.require_whole_number("category_id"),
    *rules.require_milliseconds("created_at_ts"),
    *rules.require_count("words_count"),
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
            **dict.fromkeys(DUPLICATE_CHECK_COLUMNS, "used only to detect equal rows, a whole number"),
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
#: created_at_ts is Brazilian local time (UTC-3) labelled as UTC; this is added to correct it.
LOCAL_TO_UTC_MS = 3 * 3_600_000


@dataclass(slots=True)
class GloboSource(FileSource):
    """Clicks with region, device and referrer, of readers without a login state.

    Attributes:
        name: the source's name in a plan.
    """

    name: str = "globo"

    @property
    def kinds(self) -> tuple[FileKind, ...]:
        """Clicks and, optionally, items."""
        return KINDS

    def require_files(self, folder: Path, where: object) -> list[RawFile]:
        """Return the click files; see `Source.require_files`."""
        return find_clicks(folder, where)

    def refine(self, folder: Path) -> Refinement:
        """Read clicks and articles; reject invalid rows, exact duplicates and stragglers.

        Raises:
            InputError: a file cannot be used, or no click is left.
        """
        row_filters = {"clicks": RowFilter(), "items": RowFilter()}
        clicks = read_clicks(find_clicks(folder, folder), row_filters["clicks"])
        clicks, as_of_ms = self.clean_reads(clicks, row_filters, "clicks")
        clicks = clicks.drop(DUPLICATE_CHECK_COLUMNS)
        articles = _read_articles(find_files(folder, ARTICLES), row_filters["items"])
        match = match_items(clicks["item_id"], articles["item_id"])
        return Refinement(
            tables=assemble_tables(clicks, articles),
            quarantine=concat_quarantines(row_filters),
            as_of_ms=as_of_ms,
            report={
                "clicks": row_filters["clicks"].count_rows(clicks.height),
                "items": row_filters["items"].count_rows(articles.height),
                "match": match.report,
            },
            warnings=tuple(match.warnings),
            catalogue=articles if articles.height else None,
        )


def find_clicks(folder: Path, where: object) -> list[RawFile]:
    """Return the click files.

    Args:
        folder: the folder to search.
        where: the name of the folder in the error, as the user gave it.

    Raises:
        InputError: there is no click file, or an archive cannot be used.
    """
    files = find_files(folder, CLICKS)
    if not files:
        remedy = "give a folder that contains clicks/clicks_hour_000.csv … or clicks.zip"
        raise InputError.at("there are no click files", file=where, remedy=remedy)
    return files


def read_clicks(files: Sequence[RawFile], row_filter: RowFilter) -> pl.DataFrame:
    """Return the valid clicks of all files, in the order of the files, with file and row number.

    Threads read the files in parallel, because unpacking and parsing release Python's global lock.

    Args:
        files: the result of `find_clicks`.
        row_filter: keeps the rejected rows.
    """
    with ThreadPoolExecutor(pl.thread_pool_size()) as threads:
        return pl.concat(threads.map(partial(_read_clicks_file, row_filter=row_filter), files))


def _read_clicks_file(file: RawFile, row_filter: RowFilter) -> pl.DataFrame:
    text = read_csv(file, [*READ_COLUMNS, *DUPLICATE_CHECK_COLUMNS], quoted=False)
    valid = row_filter.filter_file(text, CLICK_RULES, file.name)
    return (
        valid.drop(OVERFLOW)
        .rename(READ_COLUMNS)
        .with_columns(rules.to_timestamp(pl.col("timestamp")), pl.col(DUPLICATE_CHECK_COLUMNS).cast(pl.Int64))
    )


def _read_articles(files: Sequence[RawFile], row_filter: RowFilter) -> pl.DataFrame:
    empty = pl.DataFrame(schema=dict.fromkeys((FILE, ROW, *ARTICLE_COLUMNS), pl.String()))
    texts = [(file.name, read_csv(file, ARTICLE_COLUMNS)) for file in files]
    articles = [row_filter.filter_file(text, ARTICLE_RULES, name) for name, text in texts]
    valid = drop_repeated(pl.concat(articles or [empty]), "article_id", REPEATED_ITEM, row_filter)
    return valid.select(
        item_id="article_id",
        published_at=rules.to_timestamp(pl.col("created_at_ts")) + pl.duration(milliseconds=LOCAL_TO_UTC_MS),
        category="category_id",
        words=pl.col("words_count").cast(pl.Int32),
    )
