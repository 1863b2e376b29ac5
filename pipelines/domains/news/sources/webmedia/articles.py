"""Articles: text and date, and region and theme as their address tells them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.domains.news.formats.csv_text import read_text
from pipelines.domains.news.url_fields import region_of, theme_of
from pipelines.domains.news.validation.cleaning import drop_repeated
from pipelines.domains.news.validation.quarantine import RowFilter, Rule
from pipelines.domains.news.validation.rejection_reasons import RejectionReason
from pipelines.domains.news.validation.rules import TIMESTAMP, identifier, readable, too_many_fields
from pipelines.ingest.raw_files import RawFile

#: `modified` is not among them: it lies up to ten months after the reads.
ARTICLE_COLUMNS = ("page", "url", "issued", "title", "body")
_ISSUED = pl.col("issued").str.to_datetime("%Y-%m-%d %H:%M:%S%.f%z", time_unit="ms", strict=False)
ARTICLE_RULES = (
    too_many_fields(),
    *identifier("page"),
    *(readable(name) for name in ("url", "issued", "title", "body")),
    Rule(RejectionReason.TIME, "issued", _ISSUED.is_null() & pl.col("issued").is_not_null()),
)


def read_articles(files: Sequence[RawFile], sieve: RowFilter) -> pl.DataFrame:
    """Return the sound articles as refined items, the first row of each page."""
    parts = [sieve.take(read_text(file, ARTICLE_COLUMNS), ARTICLE_RULES, file.name) for file in files]
    sound = drop_repeated(pl.concat(parts), "page", sieve)
    url = pl.col("url")
    items = sound.lazy().select(
        pl.col("page").alias("item_id"),
        _ISSUED.cast(TIMESTAMP).alias("published_at"),
        "title",
        "url",
        theme_of(url).alias("category"),
        region_of(url).alias("region"),
        "body",
        pl.col("body").str.count_matches(r"\S+").cast(pl.Int32).alias("words"),
    )
    # In memory one thread would count the words of all articles; streaming shares them out.
    return items.collect(engine="streaming")
