"""Exports as databases, spreadsheets and pandas write them, and the output of `inspect` for each."""

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.cli.inspection import format_properties, format_verdict
from pipelines.domains import load
from pipelines.stages.inspect import inspect
from script_shared.errors import MancheteError
from tests.support.data.tables import csv_text

#: 2025-11-13T00:00:00Z: the day is above 12.
START_S = 1_762_992_000
READS = [
    {
        "user_id": str(n % 5 + 1),
        "item_id": str(n % 4 + 10),
        "timestamp": str((START_S + n * 600) * 1000),
        "region": ("São Paulo", "Acre")[n % 2],
    }
    for n in range(30)
]
ITEMS = [
    {"item_id": str(n), "published_at": "2025-11-12T00:00:00Z", "title": f"Título {n}", "category": "news"}
    for n in range(10, 14)
]
COMMAS = csv_text(READS)


@dataclass(frozen=True)
class OddExport:
    """An export: a description, its files by name, and its items."""

    description: str
    files: dict[str, bytes | Callable[[Path], None]]
    items: list[dict] | None = None

    def write(self, folder: Path) -> Path:
        """Write the files, and a catalogue if they contain none; return the folder."""
        folder.mkdir(parents=True)
        for name, contents in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if callable(contents):
                contents(path)
            else:
                path.write_bytes(contents)
        if not any(name.startswith("items") for name in self.files):
            (folder / "items.csv").write_text(csv_text(self.items or ITEMS), encoding="utf-8", newline="")
        return folder


def _change_rows(**changes):
    """Return the reads with changed columns; each change is a function of row number and value."""
    return [
        row | {name: change(n, row.get(name, "")) for name, change in changes.items()}
        for n, row in enumerate(READS)
    ]


def _make_csv(**changes):
    return {"interactions.csv": csv_text(_change_rows(**changes)).encode()}


def _make_csv_with_times(write):
    return _make_csv(timestamp=lambda n, _: write(START_S + n * 600))


def _format_day(second, form):
    from datetime import UTC, datetime

    return datetime.fromtimestamp(second, UTC).strftime(form)


def _make_parquet_writer(make):
    def write(path):
        columns = {name: [row[name] for row in READS] for name in READS[0]}
        pq.write_table(pa.table(make(columns)), path)

    return write


def _make_json_lines(rows, ending="\n"):
    return "".join(json.dumps(row, ensure_ascii=False) + ending for row in rows).encode()


def _to_string_views(columns):
    return {name: pa.array(values, pa.string_view()) for name, values in columns.items()}


def _to_typed_columns(columns):
    times = pa.array([int(value) for value in columns["timestamp"]], pa.timestamp("ms", "UTC"))
    return {**columns, "timestamp": times}


def _to_dictionaries(columns):
    users = pa.array(columns["user_id"]).dictionary_encode()
    return {
        **_to_typed_columns(columns),
        "user_id": users,
        "item_id": pa.array([float(x) for x in columns["item_id"]]),
    }


def _compress_zstd(contents):
    return pa.Codec("zstd").compress(contents, asbytes=True)


def _make_zip_bomb():
    packer = zlib.compressobj(9, wbits=31)
    return packer.compress(b"0" * (64 * 2**20)) + packer.flush()


_HEAD, _REST = COMMAS.split("\r\n", 1)
EXPORTS = [
    OddExport("semicolons, Windows-1252", {"interactions.csv": COMMAS.replace(",", ";").encode("cp1252")}),
    OddExport("tabs, `.tsv`", {"interactions.tsv": COMMAS.replace(",", "\t").encode()}),
    OddExport("bars", {"interactions.csv": COMMAS.replace(",", "|").encode()}),
    OddExport(
        "a first line `sep=;`", {"interactions.csv": ("sep=;\r\n" + COMMAS.replace(",", ";")).encode()}
    ),
    OddExport("byte order mark and CRLF", {"interactions.csv": ("\ufeff" + COMMAS).encode()}),
    OddExport("Excel's Unicode text", {"interactions.csv": COMMAS.replace(",", "\t").encode("utf-16")}),
    OddExport(
        "headers in another case, with blanks",
        {"interactions.csv": (" USER_ID , Item_Id,Timestamp ,REGION\n" + _REST).encode()},
    ),
    OddExport("gzip", {"interactions.csv.gz": gzip.compress(COMMAS.encode())}),
    OddExport("Zstandard", {"interactions.csv.zst": _compress_zstd(COMMAS.encode())}),
    OddExport("tabs in gzip", {"interactions.tsv.gz": gzip.compress(COMMAS.replace(",", "\t").encode())}),
    OddExport("JSON Lines", {"interactions.jsonl": _make_json_lines(READS)}),
    OddExport(
        "JSON Lines in gzip, numbers for ids",
        {
            "interactions.ndjson.gz": gzip.compress(
                _make_json_lines(_change_rows(user_id=lambda _, x: int(x), item_id=lambda _, x: float(x)))
            )
        },
    ),
    OddExport("JSON Lines, one truncated line", {"interactions.jsonl": _make_json_lines(READS)[:-20]}),
    OddExport(
        "a folder written by Spark",
        {
            f"interactions.parquet/part-0000{n}.snappy.parquet": _make_parquet_writer(_to_typed_columns)
            for n in (0,)
        },
    ),
    OddExport("Parquet with text views", {"interactions.parquet": _make_parquet_writer(_to_string_views)}),
    OddExport(
        "Parquet with dictionaries and float ids",
        {"interactions.parquet": _make_parquet_writer(_to_dictionaries)},
    ),
    OddExport("seconds", _make_csv_with_times(str)),
    OddExport("microseconds", _make_csv_with_times(lambda second: str(second * 10**6))),
    OddExport("31/12/2026 23:59", _make_csv_with_times(lambda second: _format_day(second, "%d/%m/%Y %H:%M"))),
    OddExport(
        "12/31/2026 11:59 PM", _make_csv_with_times(lambda second: _format_day(second, "%m/%d/%Y %I:%M %p"))
    ),
    OddExport("2026-12-31 23:59", _make_csv_with_times(lambda second: _format_day(second, "%Y-%m-%d %H:%M"))),
    OddExport(
        "03/04/2026: day or month first?",
        _make_csv_with_times(lambda second: _format_day(second - 9 * 86_400, "%d/%m/%Y %H:%M")),
    ),
    OddExport(
        "local times, with the zone in `manchete.toml`",
        {
            **_make_csv_with_times(lambda second: _format_day(second, "%Y-%m-%d %H:%M:%S")),
            "manchete.toml": b'time_zone = "America/Sao_Paulo"\n',
        },
    ),
    OddExport(
        "other column names, mapped in `manchete.toml`",
        {
            "interactions.csv": ("userId,articleId,ts,region\n" + _REST).encode(),
            "manchete.toml": b'map = {user_id = "userId", item_id = "articleId", timestamp = "ts"}\n',
        },
    ),
    OddExport(
        "other column names, not mapped",
        {"interactions.csv": ("userId,item_id,timestamp,region\n" + _REST).encode()},
    ),
    OddExport("an option that does not exist", {**_make_csv(), "manchete.toml": b'seperator = ";"\n'}),
    OddExport("reads without a reader", _make_csv(user_id=lambda n, user: "" if n % 5 < 3 else user)),
    OddExport("pandas' `nan` for a reader", _make_csv(user_id=lambda n, user: "nan" if n % 5 < 3 else user)),
    OddExport("`0` for a reader", _make_csv(user_id=lambda n, user: "0" if n % 5 < 3 else user)),
    OddExport(
        "`0` for a reader, declared in `manchete.toml`",
        {
            **_make_csv(user_id=lambda n, user: "0" if n % 5 < 3 else user),
            "manchete.toml": b'anonymous = ["0"]\n',
        },
    ),
    OddExport(
        "ids as floating-point numbers",
        _make_csv(user_id=lambda _, x: x + ".0", item_id=lambda _, x: x + ".0"),
    ),
    OddExport(
        "ids as numbers in one file and floating-point in another",
        {
            "interactions-1.csv": csv_text(READS[:15]).encode(),
            "interactions-2.csv": csv_text(
                [
                    row | {"user_id": row["user_id"] + ".0", "item_id": row["item_id"] + ".0"}
                    for row in READS[15:]
                ]
            ).encode(),
        },
    ),
    OddExport("leading zeros only in the reads", _make_csv(item_id=lambda _, x: x.zfill(6))),
    OddExport(
        "a prefix only in the catalogue",
        _make_csv(),
        [row | {"item_id": f"n-{row['item_id']}"} for row in ITEMS],
    ),
    OddExport("NULL and NaN for a number", _make_csv(seconds=lambda n, _: ("NULL", "NaN", "30")[n % 3])),
    OddExport(
        "semicolons and decimal commas",
        {
            "interactions.csv": ";".join([*READS[0], "seconds"]).encode()
            + b"\n"
            + "".join(";".join([*row.values(), "12,5"]) + "\n" for row in READS).encode()
        },
    ),
    OddExport("an article with two rows", _make_csv(), [*ITEMS, ITEMS[0] | {"title": "Corrected"}]),
    OddExport(
        "articles of 1965 and of the year 9999",
        _make_csv(),
        [
            row | {"published_at": date}
            for row, date in zip(ITEMS, ("1965-03-02", "9999-12-31", "0", ""), strict=True)
        ],
    ),
    OddExport("a JSON array", {"interactions.json": json.dumps(READS).encode()}),
    OddExport("truncated gzip", {"interactions.csv.gz": gzip.compress(COMMAS.encode())[:-30]}),
    OddExport("gzip of 64 MiB of zeros", {"interactions.csv.gz": _make_zip_bomb()}),
]


def inspect_export(export: OddExport, folder: Path) -> tuple[str, str]:
    """Return what `inspect` detects in the first file of reads, and its verdict with warnings."""
    export.write(folder)
    try:
        inspection = inspect(load("news"), str(folder), "tables")
    except MancheteError as error:
        return "", f"not usable: {error}".replace(f"{folder}/", "")
    text = format_verdict(inspection).replace(f"{folder}/", "")
    warnings = [
        f"! {warning}" for warning in (inspection.refinement.warnings if inspection.refinement else ())
    ]
    return format_properties(inspection.files[0]), " ".join([text, *warnings])


def format_table() -> str:
    """Return the table of the documentation, with a row for each export."""
    rows = ["| export | what is detected | what `inspect` says |", "| --- | --- | --- |"]
    with TemporaryDirectory() as folder:
        for number, export in enumerate(EXPORTS):
            cells = (export.description, *inspect_export(export, Path(folder) / str(number)))
            rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(format_table(), end="")  # noqa: T201
