"""Writes the files exactly as they were published: names, columns, separators, printed arrays."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipelines.domains.news.sources.synthetic.catalogue import Catalogue
from pipelines.domains.news.sources.synthetic.noise import BROKEN_DATE, GAP, WORD, WORDS, Soiled, SoiledItems
from pipelines.domains.news.sources.synthetic.published_statistics import Ints, Rows
from pipelines.domains.news.sources.synthetic.readers import Readers
from pipelines.domains.news.sources.synthetic.sessions import Reads
from pipelines.domains.news.sources.synthetic.text import Writer

TRAIN_PARTS, ITEM_PARTS = 6, 3
DATE = "%Y-%m-%d %H:%M:%S+00:00"


@dataclass(frozen=True)
class GeneratedFiles:
    """Where the files are."""

    train: tuple[Path, ...]
    items: tuple[Path, ...]
    validation: Path
    manifest: Path

    @classmethod
    def under(cls, folder: Path) -> "GeneratedFiles":
        """The published layout; makes its folders."""
        train, items = folder / "files" / "treino", folder / "itens" / "itens"
        for each in (train, items):
            each.mkdir(parents=True, exist_ok=True)
        return cls(
            train=tuple(train / f"treino_parte{part}.csv" for part in range(1, TRAIN_PARTS + 1)),
            items=tuple(items / f"itens-parte{part}.csv" for part in range(1, ITEM_PARTS + 1)),
            validation=folder / "validacao.csv",
            manifest=folder / "synthetic.json",
        )


def pages_of(catalogue: Catalogue, unknown: list[str]) -> pl.Series:
    """Page ids by article number; those after the last article belong to none."""
    return pl.Series([*catalogue.page, *unknown])


def write_train(path: Path, soiled: Soiled, rows: Rows, readers: Readers, pages: pl.Series) -> None:
    """Writes the readers whose reads are the given rows, one line each."""
    reads, measures = soiled.reads.take(rows), soiled.measures.take(rows)
    clicks = (
        pl.when(pl.col("clicks") == WORD)
        .then(pl.lit(WORDS))
        .otherwise(pl.col("clicks").cast(pl.String))
        .alias("clicks")
    )
    seconds = pl.when(pl.col("time") != GAP).then(pl.col("time"))
    table = pl.DataFrame(
        {
            "user": reads.user,
            "page": pages.gather(reads.item),
            "at": reads.at,
            "clicks": measures.clicks,
            "time": measures.time,
            "scroll": measures.scroll,
            "visits": measures.visits,
        }
    ).with_columns(clicks, seconds)
    lists = table.group_by("user", maintain_order=True).agg(
        pl.len().alias("historySize"),
        _joined("page").alias("history"),
        _joined("at").alias("timestampHistory"),
        _joined("clicks").alias("numberOfClicksHistory"),
        _joined("time").alias("timeOnPageHistory"),
        _joined("scroll").alias("scrollPercentageHistory"),
        _joined("visits").alias("pageVisitsCountHistory"),
    )
    who = _who(lists["user"].to_numpy(), readers)
    again = pl.col("timestampHistory").alias("timestampHistory_new")
    pl.concat([who, lists.drop("user").with_columns(again)], how="horizontal").write_csv(path)


def _joined(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).str.join(", ", ignore_nulls=True)


def _who(users: Ints, readers: Readers) -> pl.DataFrame:
    types = np.where(readers.logged[users], "Logged", "Non-Logged")
    return pl.DataFrame(
        {"userId": [readers.user[user] for user in users.tolist()], "userType": types.tolist()}
    )


def write_validation(path: Path, reads: Reads, readers: Readers, pages: pl.Series) -> None:
    """Writes the next reads with their lists as numpy prints them: blanks, a line break after two pages."""
    table = pl.DataFrame({"user": reads.user, "page": pages.gather(reads.item), "at": reads.at})
    quoted = pl.format("'{}'", "page")
    place = pl.int_range(pl.len()).over("user")
    space = (
        pl.when(place == 0).then(pl.lit("")).when(place % 2 == 0).then(pl.lit("\n ")).otherwise(pl.lit(" "))
    )
    printed = table.with_columns((space + quoted).alias("page"))
    lists = printed.group_by("user", maintain_order=True).agg(
        pl.format("[{}]", pl.col("page").str.join("")).alias("history"),
        pl.format("[{}]", pl.col("at").cast(pl.String).str.join(" ")).alias("timestampHistory"),
    )
    who = _who(lists["user"].to_numpy(), readers)
    pl.concat([who, lists.drop("user")], how="horizontal").write_csv(path)


def write_items(path: Path, writer: Writer, soiled: SoiledItems, rows: Rows, part: int) -> None:
    """Writes the given articles."""
    catalogue = writer.catalogue
    text = writer.article(rows, part)
    broken = pl.Series(np.isin(rows, soiled.broken))
    dates = pl.DataFrame({"issued": catalogue.issued[rows], "modified": catalogue.modified[rows]}).select(
        pl.col("issued", "modified").cast(pl.Datetime("ms")).dt.strftime(DATE)
    )
    issued = pl.select(pl.when(broken).then(pl.lit(BROKEN_DATE)).otherwise(dates["issued"])).to_series()
    page = pl.Series([catalogue.page[row] for row in rows.tolist()])
    columns = {"page": page, "url": text["url"], "issued": issued, "modified": dates["modified"]}
    pl.DataFrame(columns).hstack(text.select("title", "body", "caption")).write_csv(path)


def write_manifest(path: Path, manifest: dict[str, Any]) -> None:
    """Writes what was generated, for whoever checks it."""
    path.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
