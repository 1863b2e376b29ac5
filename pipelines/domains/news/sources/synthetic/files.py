"""Writes files in the published format: names, columns, separators and printed arrays."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipelines.domains.news.sources.synthetic.catalogue import Catalogue
from pipelines.domains.news.sources.synthetic.noise import (
    INVALID_DATE,
    MISSING_TIME,
    TEXT_CLICKS,
    TEXT_VALUE,
    NoisyItems,
    NoisyReads,
)
from pipelines.domains.news.sources.synthetic.published_statistics import Ints, Rows
from pipelines.domains.news.sources.synthetic.readers import Readers
from pipelines.domains.news.sources.synthetic.sessions import Reads
from pipelines.domains.news.sources.synthetic.text import TextGenerator

TRAIN_PARTS, ITEM_PARTS = 6, 3
DATE_FORMAT = "%Y-%m-%d %H:%M:%S+00:00"


@dataclass(frozen=True)
class GeneratedFiles:
    """The paths of the generated files."""

    train: tuple[Path, ...]
    items: tuple[Path, ...]
    validation: Path
    manifest: Path

    @classmethod
    def create_folders(cls, folder: Path) -> "GeneratedFiles":
        """Create the published folders and return the paths of the files in them."""
        train, items = folder / "files" / "treino", folder / "itens" / "itens"
        train.mkdir(parents=True, exist_ok=True)
        items.mkdir(parents=True, exist_ok=True)
        return cls(
            train=tuple(train / f"treino_parte{part}.csv" for part in range(1, TRAIN_PARTS + 1)),
            items=tuple(items / f"itens-parte{part}.csv" for part in range(1, ITEM_PARTS + 1)),
            validation=folder / "validacao.csv",
            manifest=folder / "synthetic.json",
        )


def list_pages(catalogue: Catalogue, unknown: list[str]) -> pl.Series:
    """Return the page ids of the articles, followed by unknown page ids."""
    return pl.Series([*catalogue.page, *unknown])


def write_train(path: Path, noisy: NoisyReads, rows: Rows, readers: Readers, pages: pl.Series) -> None:
    """Write a training file, one row per reader, with the given rows of the reads."""
    reads, engagement = noisy.reads.take(rows), noisy.engagement.take(rows)
    number = pl.col("clicks").cast(pl.String)
    clicks = pl.when(pl.col("clicks") == TEXT_CLICKS).then(pl.lit(TEXT_VALUE)).otherwise(number)
    time_on_page = pl.when(pl.col("time") != MISSING_TIME).then(pl.col("time"))
    table = pl.DataFrame(
        {
            "user": reads.user,
            "page": pages.gather(reads.item),
            "read_at": reads.time_ms,
            "clicks": engagement.clicks,
            "time": engagement.time_ms,
            "scroll": engagement.scroll,
            "visits": engagement.visits,
        }
    ).with_columns(clicks.alias("clicks"), time_on_page)
    lists = table.group_by("user", maintain_order=True).agg(
        pl.len().alias("historySize"),
        _join_list("page").alias("history"),
        _join_list("read_at").alias("timestampHistory"),
        _join_list("clicks").alias("numberOfClicksHistory"),
        _join_list("time").alias("timeOnPageHistory"),
        _join_list("scroll").alias("scrollPercentageHistory"),
        _join_list("visits").alias("pageVisitsCountHistory"),
    )
    users = _select_users(lists["user"].to_numpy(), readers)
    copy = pl.col("timestampHistory").alias("timestampHistory_new")
    pl.concat([users, lists.drop("user").with_columns(copy)], how="horizontal").write_csv(path)


def _join_list(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).str.join(", ", ignore_nulls=True)


def _select_users(users: Ints, readers: Readers) -> pl.DataFrame:
    types = np.where(readers.is_logged[users], "Logged", "Non-Logged")
    ids = [readers.user_id[user] for user in users.tolist()]
    return pl.DataFrame({"userId": ids, "userType": types.tolist()})


def write_validation(path: Path, reads: Reads, readers: Readers, pages: pl.Series) -> None:
    """Write the validation file with lists as numpy prints them: blanks, and a line break after two pages."""
    table = pl.DataFrame({"user": reads.user, "page": pages.gather(reads.item), "read_at": reads.time_ms})
    quoted = pl.format("'{}'", "page")
    position = pl.int_range(pl.len()).over("user")
    space = pl.when(position % 2 == 0).then(pl.lit("\n ")).otherwise(pl.lit(" "))
    separator = pl.when(position == 0).then(pl.lit("")).otherwise(space)
    printed = table.with_columns((separator + quoted).alias("page"))
    lists = printed.group_by("user", maintain_order=True).agg(
        pl.format("[{}]", pl.col("page").str.join("")).alias("history"),
        pl.format("[{}]", pl.col("read_at").cast(pl.String).str.join(" ")).alias("timestampHistory"),
    )
    users = _select_users(lists["user"].to_numpy(), readers)
    pl.concat([users, lists.drop("user")], how="horizontal").write_csv(path)


def write_items(path: Path, texts: TextGenerator, noisy: NoisyItems, rows: Rows, part: int) -> None:
    """Write an item file with the given rows of the catalogue."""
    catalogue = texts.catalogue
    text = texts.generate(rows, part)
    has_invalid_date = pl.Series(np.isin(rows, noisy.without_date))
    times = {"issued": catalogue.published_ms[rows], "modified": catalogue.modified_ms[rows]}
    dates = pl.DataFrame(times).select(pl.all().cast(pl.Datetime("ms")).dt.strftime(DATE_FORMAT))
    issued = pl.when(has_invalid_date).then(pl.lit(INVALID_DATE)).otherwise(dates["issued"])
    page = pl.Series([catalogue.page[row] for row in rows.tolist()])
    columns = {
        "page": page,
        "url": text["url"],
        "issued": pl.select(issued).to_series(),
        "modified": dates["modified"],
    }
    pl.DataFrame(columns).hstack(text.select("title", "body", "caption")).write_csv(path)


def write_manifest(path: Path, manifest: dict[str, Any]) -> None:
    """Write the statistics of the generated data as JSON."""
    path.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
