"""Reads articles: text, publication time, and region and category from the URL."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.domains.news.sources.webmedia.url_fields import extract_category, extract_region
from pipelines.domains.news.validation.rejection_reasons import REPEATED_ITEM
from pipelines.formats.csv_text import read_csv
from pipelines.formats.timestamps import TIMESTAMP
from pipelines.ingest.raw_files import RawFile
from pipelines.validation.cleaning import drop_repeated
from pipelines.validation.rejection_reasons import NOT_A_TIME
from pipelines.validation.row_filter import RowFilter
from pipelines.validation.rules import Rule, forbid_extra_fields, require_id, require_utf8

#: Without `modified`, which is up to ten months later than the reads.
ARTICLE_COLUMNS = ("page", "url", "issued", "title", "body")
_ISSUED = pl.col("issued").str.to_datetime("%Y-%m-%d %H:%M:%S%.f%z", time_unit="ms", strict=False)
ARTICLE_RULES = (
    forbid_extra_fields(),
    *require_id("page"),
    *(require_utf8(name) for name in ("url", "issued", "title", "body")),
    Rule(NOT_A_TIME, "issued", _ISSUED.is_null() & pl.col("issued").is_not_null()),
)


def read_articles(files: Sequence[RawFile], row_filter: RowFilter) -> pl.DataFrame:
    """Return the valid articles as refined items; the first row of each page counts."""
    articles = pl.concat(
        row_filter.filter_file(read_csv(file, ARTICLE_COLUMNS), ARTICLE_RULES, file.name) for file in files
    )
    valid = drop_repeated(articles, "page", REPEATED_ITEM, row_filter)
    url = pl.col("url")
    items = valid.lazy().select(
        pl.col("page").alias("item_id"),
        _ISSUED.cast(TIMESTAMP).alias("published_at"),
        "title",
        "url",
        extract_category(url).alias("category"),
        extract_region(url).alias("region"),
        "body",
        pl.col("body").str.count_matches(r"\S+").cast(pl.Int32).alias("words"),
    )
    # The in-memory engine counts the words of all articles in one thread; the streaming engine uses all.
    return items.collect(engine="streaming")
