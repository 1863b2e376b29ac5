"""Reads articles: text, publication time, and region and category from the URL."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.domains.news.formats.csv_text import read_csv
from pipelines.domains.news.formats.timestamps import TIMESTAMP
from pipelines.domains.news.sources.webmedia.url_fields import extract_category, extract_region
from pipelines.domains.news.validation.cleaning import drop_repeated_items
from pipelines.domains.news.validation.rejection_reasons import RejectionReason
from pipelines.domains.news.validation.row_filter import RowFilter
from pipelines.domains.news.validation.rules import Rule, forbid_extra_fields, require_id, require_utf8
from pipelines.ingest.raw_files import RawFile

#: Without `modified`, which is up to ten months later than the reads.
ARTICLE_COLUMNS = ("page", "url", "issued", "title", "body")
_ISSUED = pl.col("issued").str.to_datetime("%Y-%m-%d %H:%M:%S%.f%z", time_unit="ms", strict=False)
ARTICLE_RULES = (
    forbid_extra_fields(),
    *require_id("page"),
    *(require_utf8(name) for name in ("url", "issued", "title", "body")),
    Rule(RejectionReason.NOT_A_TIME, "issued", _ISSUED.is_null() & pl.col("issued").is_not_null()),
)


def read_articles(files: Sequence[RawFile], row_filter: RowFilter) -> pl.DataFrame:
    """Return the valid articles as refined items; the first row of each page counts."""
    articles = pl.concat(
        row_filter.filter_file(read_csv(file, ARTICLE_COLUMNS), ARTICLE_RULES, file.name) for file in files
    )
    valid = drop_repeated_items(articles, "page", row_filter)
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
