"""The WebMedia 2023 / G1 challenge: one row a reader with lists of reads, and articles with text."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl

from pipelines.domains.news.refining import Quarantine, as_of, split_stragglers, users_of
from pipelines.plan import Refinement
from script_shared.domains.news.tables import INTERACTIONS, ITEMS, USERS
from script_shared.errors import InputError
from script_shared.tables import Tables

READERS = "treino_parte*.csv"
ARTICLES = "itens-parte*.csv"

#: Raw list column → refined column; all lists of a row are as long as its history.
LISTS = {
    "history": "item_id",
    "timestampHistory": "timestamp",
    "numberOfClicksHistory": "clicks",
    "timeOnPageHistory": "seconds",
    "scrollPercentageHistory": "scroll",
    "pageVisitsCountHistory": "visits",
}
_NUMBERS = ("timestamp", "clicks", "seconds", "scroll", "visits")

#: Milliseconds, not seconds: 2001-09-09 in ms; a time in seconds lies far below.
_EARLIEST_MS = 1_000_000_000_000
_TOO_LONG = 0.99


class Webmedia:
    """`treino_parteN.csv` and `itens-parteN.csv`, wherever they lie below the folder."""

    name = "webmedia"

    def acquire(self, uri: str, scale: float, folder: Path) -> None:
        """Copy the recognised files of a local folder.

        Raises:
            InputError: there are no readers' files.
        """
        place = Path(uri.removeprefix("file://"))
        for pattern in (READERS, ARTICLES, "validacao.csv"):
            for file in sorted(place.rglob(pattern)):
                shutil.copyfile(file, folder / file.name)
        _files(folder, READERS, place)

    def refine(self, folder: Path) -> Refinement:
        """Read readers and articles; every rejected row goes to the quarantine with its reason."""
        quarantine = Quarantine()
        rows = _read(_files(folder, READERS, folder), ("userId", "userType", *LISTS))
        reads = _numbers(_explode(rows, quarantine), quarantine)
        reads = _sound_times(reads, quarantine)
        total = len(reads)
        again = ~pl.struct("user_id", "item_id", "timestamp").is_first_distinct()
        quarantine.add(reads.filter(again), reason="exact duplicate")
        reads = reads.filter(~again)
        end = as_of(reads["timestamp"])
        reads, late = split_stragglers(reads, end)
        quarantine.add(late, reason="straggler", field_name="timestamp")
        reads, changed = _clipped(reads)
        reads = reads.sort("timestamp", "user_id", maintain_order=True)
        items = _items(_files(folder, ARTICLES, folder), reads, quarantine)
        tables = Tables(INTERACTIONS.conform(reads), ITEMS.conform(items), USERS.conform(users_of(reads)))
        rejected = quarantine.frame()
        report = {
            "rows_read": len(rows),
            "interactions_read": total,
            "interactions_kept": len(reads),
            "changed": changed,
            "rejected": dict(rejected.group_by("reason").len().iter_rows()),
        }
        return Refinement(tables, rejected, end, report)


def _files(folder: Path, pattern: str, place: Path) -> list[Path]:
    files = sorted(folder.glob(pattern))
    if not files:
        raise InputError.at("there is no such file", file=place / pattern, remedy="give the archive's folder")
    return files


def _read(files: list[Path], columns: tuple[str, ...]) -> pl.DataFrame:
    """Read files as text, with each record's file and number (the header is row 1)."""
    frames = []
    for file in files:
        try:
            frame = pl.read_csv(file, infer_schema=False)
        except pl.exceptions.PolarsError as error:
            what = f"the file cannot be read: {str(error).splitlines()[0]}"
            raise InputError.at(what, file=file, remedy="it must be UTF-8, comma-separated") from error
        missing = [column for column in columns if column not in frame.columns]
        if missing:
            remedy = f"the file must be comma-separated with {', '.join(columns)}"
            raise InputError.at("the column is missing", file=file, row=1, field=missing[0], remedy=remedy)
        numbered = frame.select(columns).with_row_index("row", offset=2)
        frames.append(numbered.with_columns(file=pl.lit(file.name)))
    return pl.concat(frames)


def _explode(rows: pl.DataFrame, quarantine: Quarantine) -> pl.DataFrame:
    """Split the lists, one row a read; readers whose lists differ in length are set aside whole."""
    split = rows.with_columns(pl.col(raw).str.split(",").alias(name) for raw, name in LISTS.items())
    size = pl.col("item_id").list.len()
    equal = pl.all_horizontal(pl.col(name).list.len() == size for name in LISTS.values()).fill_null(False)
    quarantine.add(rows.filter(~split.select(equal).to_series()), reason="lists of unequal length")
    names = list(LISTS.values())
    kept = split.filter(equal).select(
        "file", "row", pl.col("userId").alias("user_id"), pl.col("userType").alias("user_type"), *names
    )
    return kept.explode(names).with_columns(pl.col(names).str.strip_chars(" "))


def _numbers(reads: pl.DataFrame, quarantine: Quarantine) -> pl.DataFrame:
    """Make numbers of the measures; a read with a word or a negative number is set aside."""
    parsed = reads.with_columns(pl.col(_NUMBERS).cast(pl.Float64, strict=False))
    for name in _NUMBERS:
        sound = parsed[name].is_not_null() & (parsed[name] >= 0)
        quarantine.add(reads.filter(~sound), reason="not a number", field_name=name)
        reads, parsed = reads.filter(sound), parsed.filter(sound)
    return parsed.with_columns(pl.col("timestamp").cast(pl.Int64))


def _sound_times(reads: pl.DataFrame, quarantine: Quarantine) -> pl.DataFrame:
    early = pl.col("timestamp") < _EARLIEST_MS
    quarantine.add(
        reads.filter(early), reason="timestamp in seconds, not milliseconds", field_name="timestamp"
    )
    return reads.filter(~early).with_columns(pl.col("timestamp").cast(pl.Datetime("ms", "UTC")))


def _clipped(reads: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Bound what cannot be: scroll by 100, time on page by its 99th percentile."""
    longest = float(reads["seconds"].quantile(_TOO_LONG) or 0.0)
    changed = {
        "scroll over 100": int((reads["scroll"] > 100).sum()),
        "time over the 99th percentile": int((reads["seconds"] > longest).sum()),
    }
    seconds = pl.col("seconds").clip(upper_bound=longest) / 1_000
    bounded = reads.with_columns(seconds, pl.col("scroll").clip(upper_bound=100))
    return bounded.with_columns(pl.col("clicks", "seconds", "scroll", "visits").cast(pl.Float32)), changed


def _items(files: list[Path], reads: pl.DataFrame, quarantine: Quarantine) -> pl.DataFrame:
    """Return one row an article, those only seen in reads included; `modified` is never read."""
    rows = _read(files, ("page", "url", "issued", "title", "body"))
    again = ~pl.col("page").is_first_distinct()
    quarantine.add(rows.filter(again), reason="article given twice", field_name="page")
    published = pl.col("issued").str.to_datetime("%Y-%m-%d %H:%M:%S%z", time_unit="ms", strict=False)
    path = pl.col("url").str.extract(r"^https?://[^/]+/(.+?)/(?:noticia|post|video)/", 1).str.split("/")
    known = rows.filter(~again).with_columns(published_at=published.dt.convert_time_zone("UTC"), path=path)
    broken = known.filter(pl.col("published_at").is_null()).drop("published_at", "path")
    quarantine.add(broken, reason="date cannot be read: kept without it", field_name="issued")
    head = pl.col("path").list.get(0, null_on_oob=True)
    is_state = head.str.len_chars() == 2
    items = known.select(
        pl.col("page").alias("item_id"),
        "published_at",
        "title",
        "url",
        pl.when(is_state).then(pl.lit("regional")).otherwise(head).alias("category"),
        pl.when(is_state).then(head).alias("region"),
        "body",
        pl.col("body").str.count_matches(r"\S+").cast(pl.Int32).alias("words"),
    )
    unseen = reads.select("item_id").unique().join(items, on="item_id", how="anti")
    return pl.concat([items, unseen], how="diagonal").sort("item_id")
