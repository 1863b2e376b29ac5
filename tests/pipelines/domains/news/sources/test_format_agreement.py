"""The same rows in any format give the same refined tables."""

import csv
import gzip
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.domains.news.sources.tables import TablesSource
from script_shared.errors import InputError

#: 2024-05-20: days are above 12, so that the date order can be detected.
START_S = 1_716_163_200
#: Text without characters that a format treats specially: control characters, surrogates, noncharacters.
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Zl", "Zp", "Zs"])
WORD = st.text(LETTERS, min_size=1, max_size=6)
SPELLINGS = ("NULL", "NaN", "None", "<NA>")
NULLS = st.sampled_from([None, "", " ", *SPELLINGS])
NUMBERS = st.integers(0, 9).map(str)
ODD = st.sampled_from(["a b", 'say "hi"', "x,y", "x;y", "x|y", "0012"])
IDS = st.one_of(NUMBERS, WORD, ODD)
MEASURE = st.one_of(st.integers(0, 500), st.floats(0, 500, width=32), st.just(-1), NULLS)
READ = st.fixed_dictionaries(
    {
        "user_id": st.one_of(IDS, NULLS),
        "item_id": IDS,
        "timestamp": st.integers(0, 72 * 60).map(lambda minute: START_S + minute * 60),
        "session_id": st.one_of(IDS, NULLS),
        "region": st.one_of(IDS, NULLS),
        "user_type": st.one_of(st.sampled_from(["Logged", "non-logged ", "premium"]), NULLS),
        "seconds": MEASURE,
        "scroll": MEASURE,
    }
)
ITEM = st.fixed_dictionaries(
    {
        "item_id": IDS,
        "published_at": st.one_of(
            st.sampled_from(["2024-05-19", "2024-05-19T10:00:00-03:00", "soon", "1965-01-01"]), NULLS
        ),
        "title": st.one_of(WORD, st.sampled_from(["two\nlines", "[1] {2}"]), NULLS),
        "category": st.one_of(IDS, NULLS),
    }
)


def iso(second):
    return datetime.fromtimestamp(second, UTC).isoformat()


def brazilian(second):
    return datetime.fromtimestamp(second, UTC).strftime("%d/%m/%Y %H:%M")


def text_of(rows, separator, time, line_end="\n"):
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0].keys(), delimiter=separator, lineterminator=line_end)
    writer.writeheader()
    writer.writerows(timed(rows, time))
    return out.getvalue()


def timed(rows, time):
    return [row | {"timestamp": time(row["timestamp"])} if "timestamp" in row else row for row in rows]


def json_lines(rows, time):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in timed(rows, time)).encode()


def texts_of(rows, name):
    return [None if row[name] is None else str(row[name]) for row in rows]


def as_pandas(rows):
    """Return the columns; whole numbers become floating point, as pandas converts them next to nulls."""
    columns = {name: texts_of(rows, name) for name in rows[0]}
    words = ("timestamp", "published_at", "title")
    return {name: values if name in words else floats(values) for name, values in columns.items()}


def floats(values):
    known = [None if value is None or not value.strip() or value in SPELLINGS else value for value in values]
    if all(
        value is None or (value.isascii() and value.isdigit() and str(int(value)) == value) for value in known
    ):
        return pl.Series([None if value is None else float(value) for value in known], dtype=pl.Float64)
    return values


def pandas_csv(rows):
    return pl.DataFrame(as_pandas(rows)).write_csv().encode()


def parquet(rows, columns=None):
    frame = pl.DataFrame(columns or {name: texts_of(rows, name) for name in rows[0]})
    if "timestamp" in frame.columns:
        frame = frame.with_columns(pl.from_epoch(pl.col("timestamp").cast(pl.Int64)).dt.cast_time_unit("us"))
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


def excel(rows, time):
    return ("sep=;\r\n" + text_of(rows, ";", time, "\r\n")).encode("utf-8-sig")


FORMATS = {
    "csv": ("csv", lambda rows: text_of(rows, ",", iso).encode()),
    "semicolons of a spreadsheet": ("csv", lambda rows: excel(rows, brazilian)),
    "tabs in UTF-16": ("tsv", lambda rows: text_of(rows, "\t", str).encode("utf-16")),
    "bars": ("csv", lambda rows: text_of(rows, "|", lambda second: str(second * 10**6)).encode()),
    "csv in gzip": ("csv.gz", lambda rows: gzip.compress(text_of(rows, ",", str).encode())),
    "csv in Zstandard": (
        "csv.zst",
        lambda rows: pa.Codec("zstd").compress(text_of(rows, ",", iso).encode(), asbytes=True),
    ),
    "JSON Lines": ("jsonl", lambda rows: json_lines(rows, iso)),
    "JSON Lines in gzip": ("ndjson.gz", lambda rows: gzip.compress(json_lines(rows, int))),
    "Parquet": ("parquet", parquet),
    "typed Parquet": ("parquet", lambda rows: parquet(rows, as_pandas(rows))),
    "csv of pandas": ("csv", pandas_csv),
}


def refined(reads, items, file_format):
    ending, write = FORMATS[file_format]
    with TemporaryDirectory() as folder:
        (Path(folder) / f"interactions.{ending}").write_bytes(write(reads))
        (Path(folder) / f"items.{ending}").write_bytes(write(items))
        try:
            return TablesSource().refine(Path(folder))
        except InputError as error:
            return error.what


def contents(refinement):
    if isinstance(refinement, str):
        return refinement
    tables = refinement.tables
    reasons = refinement.quarantine.group_by("reason", "field").len().sort("reason", "field").rows()
    return (
        {name: getattr(tables, name).rows() for name in ("interactions", "items", "users")},
        reasons,
        refinement.as_of_ms,
        refinement.warnings,
    )


READS = st.lists(READ, min_size=3, max_size=12)
ITEMS = st.lists(ITEM, min_size=1, max_size=5)
NUMBERED = {"user_id": st.one_of(NUMBERS, NULLS), "item_id": NUMBERS, "region": st.one_of(NUMBERS, NULLS)}


def numbered(rows, names):
    """Draw rows whose ids are whole numbers."""
    changes = st.fixed_dictionaries({name: NUMBERED[name] for name in names})
    return rows.flatmap(
        lambda found: st.lists(changes, min_size=len(found), max_size=len(found)).map(
            lambda changed: [row | change for row, change in zip(found, changed, strict=True)]
        )
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(READS, numbered(READS, NUMBERED)),
    st.one_of(ITEMS, numbered(ITEMS, ["item_id"])),
)
def test_all_formats_give_the_same_tables(reads, items):
    expected = contents(refined(reads, items, "csv"))
    for file_format in FORMATS:
        assert contents(refined(reads, items, file_format)) == expected, file_format
