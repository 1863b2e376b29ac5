"""Globo.com's research data: hourly click files and article metadata."""

from __future__ import annotations

import shutil
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import polars as pl

from pipelines.domains.news.refining import Quarantine, as_of, split_stragglers, users_of
from pipelines.plan import Refinement
from script_shared.domains.news.tables import INTERACTIONS, ITEMS, USERS
from script_shared.errors import InputError
from script_shared.tables import Tables

CLICKS = "clicks_hour_*.csv"
ARCHIVE = "clicks.zip"
METADATA = "articles_metadata.csv"

#: `created_at_ts` is Brasília time stored as if it were UTC.
BRASILIA_OFFSET_MS = 10_800_000

_CLICK_COLUMNS = (
    "user_id",
    "session_id",
    "click_article_id",
    "click_timestamp",
    "click_deviceGroup",
    "click_region",
    "click_referrer_type",
)
_ITEM_COLUMNS = ("article_id", "category_id", "created_at_ts", "words_count")


class Globo:
    """Clicks in `clicks/` or `clicks.zip` (the folder wins), articles in `articles_metadata.csv`."""

    name = "globo"

    def acquire(self, uri: str, scale: float, folder: Path) -> None:
        """Copy the recognised files of a local folder, unpacking the click files.

        Raises:
            InputError: the folder is missing or holds no clicks.
        """
        place = Path(uri.removeprefix("file://"))
        target = folder / "clicks"
        target.mkdir()
        if (place / "clicks").is_dir():
            for file in sorted((place / "clicks").glob(CLICKS)):
                shutil.copyfile(file, target / file.name)
        elif (place / ARCHIVE).is_file():
            _unpack(place / ARCHIVE, target)
        if not any(target.iterdir()):
            raise InputError.at(
                "there are no click files here",
                file=place,
                remedy=f"give a folder with {ARCHIVE} or clicks/{CLICKS}",
            )
        if (place / METADATA).is_file():
            shutil.copyfile(place / METADATA, folder / METADATA)

    def refine(self, folder: Path) -> Refinement:
        """Read clicks and articles; only stragglers and exact duplicates are set aside."""
        quarantine = Quarantine()
        clicks = _read_clicks(folder / "clicks")
        rows = len(clicks)
        repeated = clicks.select(pl.exclude("file", "row")).is_duplicated()
        clicks = _without_duplicates(clicks, repeated, quarantine)
        end = as_of(clicks["timestamp"])
        clicks, late = split_stragglers(clicks, end)
        quarantine.add(
            late, reason="straggler: later than the newest hour that counts", field_name="timestamp"
        )
        interactions = INTERACTIONS.conform(clicks.sort("timestamp", maintain_order=True))
        items = ITEMS.conform(_items(folder / METADATA, interactions))
        users = USERS.conform(users_of(interactions))
        rejected = quarantine.frame()
        report = {
            "interactions_read": rows,
            "interactions_kept": len(interactions),
            "rejected": dict(rejected.group_by("reason").len().iter_rows()),
        }
        return Refinement(Tables(interactions, items, users), rejected, end, report)


def _unpack(archive: Path, target: Path) -> None:
    """Extract the click files by their bare names: no member can name a place of its own."""
    try:
        with ZipFile(archive) as source:
            for member in source.infolist():
                name = Path(member.filename).name
                if Path(name).match(CLICKS) and not member.is_dir():
                    with source.open(member) as packed, (target / name).open("wb") as out:
                        shutil.copyfileobj(packed, out)
    except (BadZipFile, RuntimeError, EOFError) as error:
        raise InputError.at(
            f"this is not a readable zip archive: {error}", file=archive, remedy="download it again"
        ) from error


def _read_clicks(folder: Path) -> pl.DataFrame:
    """Read all click files, with each row's file and number (the header is row 1)."""
    files = sorted(folder.glob(CLICKS))
    for file in files:
        _check_header(file, _CLICK_COLUMNS)
    schema = dict.fromkeys(_CLICK_COLUMNS, pl.Int64)
    try:
        frame = (
            pl.scan_csv(files, include_file_paths="file", row_index_name="row", schema_overrides=schema)
            .select(
                pl.col("user_id").cast(pl.String),
                pl.col("session_id").cast(pl.String),
                pl.col("click_article_id").cast(pl.String).alias("item_id"),
                pl.col("click_timestamp").cast(pl.Datetime("ms", "UTC")).alias("timestamp"),
                pl.col("click_region").cast(pl.String).alias("region"),
                pl.col("click_deviceGroup").cast(pl.String).alias("device"),
                pl.col("click_referrer_type").cast(pl.String).alias("referrer"),
                "file",
                "row",
            )
            .collect()
        )
    except pl.exceptions.ComputeError as error:
        raise InputError.at(
            f"a click cannot be read: {str(error).splitlines()[0]}",
            file=folder,
            remedy="repair the row, or remove it",
        ) from error
    first = frame.select(pl.col("row").min().over("file"))["row"]
    return frame.with_columns(row=pl.col("row") - first + 2)


def _check_header(file: Path, wanted: tuple[str, ...]) -> None:
    with file.open("rb") as source:
        header = source.readline().decode("utf-8", "replace").strip().split(",")
    missing = [column for column in wanted if column not in header]
    if missing:
        raise InputError.at(
            "the column is missing",
            file=file,
            row=1,
            field=missing[0],
            remedy=f"the file must be comma-separated with {', '.join(wanted)}",
        )


def _without_duplicates(clicks: pl.DataFrame, repeated: pl.Series, quarantine: Quarantine) -> pl.DataFrame:
    data = [name for name in clicks.columns if name not in ("file", "row")]
    again = clicks.filter(repeated).filter(~pl.struct(data).is_first_distinct())
    if not len(again):
        return clicks
    quarantine.add(again, reason="exact duplicate")
    return clicks.join(again.select("file", "row"), on=["file", "row"], how="anti", maintain_order="left")


def _items(metadata: Path, interactions: pl.DataFrame) -> pl.DataFrame:
    seen = interactions.select("item_id").unique()
    if not metadata.is_file():
        return seen.sort("item_id")
    _check_header(metadata, _ITEM_COLUMNS)
    published = (pl.col("created_at_ts") + BRASILIA_OFFSET_MS).cast(pl.Datetime("ms", "UTC"))
    known = pl.read_csv(metadata).select(
        pl.col("article_id").cast(pl.String).alias("item_id"),
        published.alias("published_at"),
        pl.col("category_id").cast(pl.String).alias("category"),
        pl.col("words_count").cast(pl.Int32).alias("words"),
    )
    return known.join(seen, on="item_id", how="full", coalesce=True).sort("item_id")
