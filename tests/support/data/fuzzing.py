"""Hypothesis strategies for raw files: valid, almost valid and corrupt; and the checks of a loader."""

import csv
import io
import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from pipelines.domains import load
from script_shared.dataset import encode_tables
from script_shared.errors import InputError
from tests.support.data.balance import assert_balanced

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
DEEP_EXAMPLES = 2_000
#: The names of rows that become interactions, in the reports of all sources.
INTERACTION_ROWS = ("reads", "clicks", "applications")

ODD_VALUES = [
    *("", " ", "0", "-1", "+1", "-0", "1.5", "1e5", "1e309", "-1e309", "nan", "NaN", "inf", "Infinity"),
    *("9" * 19, "9" * 40, "-" + "9" * 19, "1_000", "1,000", "0x1F", "٣٤", "１２", "1 2", "true", "null"),
    *("1700000000", "1700000000000", "1700000000000000", "1700000000000.0", "-62135596800000"),
    *("2024-05-01", "2024-05-01T12:00:00Z", "2024-02-30T00:00:00Z", "2024-05-01 25:61", "0000-00-00"),
    *("9999-12-31T23:59:59.999999999+00:00", "2024-05-01T12:00:00+99:99", "2024-05-01T12:00:00,5-03"),
    *("\x00", "a\x00b", "\ufdd0", "\ufeff", "\u2028", "\x1b[31m", "é", "\U0001f600", "e\u0301" * 50),
    *("a,b", "a;b", "a\nb", "a\r\nb", "\r", '"', '""', '"a', 'a"b', "'", "[", "]", "[1 2]", "['a' 'b']"),
    *("x" * 128, "x" * 129, "x" * 5_000, "../..", "=1+1", "<b>", "[red]", "%s", "{}", "Logged", "logged "),
]
TOKENS = [b",", b";", b"\t", b"\n", b"\r", b"\r\n", b'"', b'""', b"\x00", b"\xff", b"\xfe", b"\xef\xbb\xbf"]
TOKENS += [
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"PAR1",
    b"-1",
    b"1e999",
]


@dataclass(frozen=True)
class FileFormat:
    """A raw format and valid files: columns and rows by path."""

    source: object
    files: dict


def fuzz_settings(examples):
    """Return settings for deterministic examples; HYPOTHESIS_PROFILE=deep draws many random ones instead."""
    return settings(
        max_examples=DEEP_EXAMPLES if DEEP else examples,
        derandomize=not DEEP,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def render_csv(header, rows, *, delimiter=",", end="\n", encoding="utf-8", quoting=csv.QUOTE_MINIMAL):
    out = io.StringIO(newline="")
    options = {"delimiter": delimiter, "lineterminator": end, "quoting": quoting, "escapechar": "\\"}
    writer = csv.writer(out, **options)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode(encoding, errors="replace")


def render_files(form):
    """Return the valid files as bytes."""
    return {path: render_csv(header, rows) for path, (header, rows) in form.files.items()}


@st.composite
def dialects(draw):
    """Draw the CSV dialect of a file, mostly the default."""
    rarely = st.sampled_from([False, False, False, True])
    return {
        "delimiter": draw(st.sampled_from(";\t|")) if draw(rarely) else ",",
        "end": draw(st.sampled_from(["\r\n", "\r", "\n\n"])) if draw(rarely) else "\n",
        "encoding": draw(st.sampled_from(["utf-8-sig", "utf-16", "latin-1", "utf-32", "cp500"]))
        if draw(rarely)
        else "utf-8",
        "quoting": draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_NONE, csv.QUOTE_NONNUMERIC]))
        if draw(rarely)
        else csv.QUOTE_MINIMAL,
    }


values = st.one_of(
    st.sampled_from(ODD_VALUES),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.integers().map(str),
    st.floats().map(str),
)


def pack(files):
    """Return a zip archive whose members are alternately stored and compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (path, contents) in enumerate(files.items()):
            method = zipfile.ZIP_DEFLATED if number % 2 else zipfile.ZIP_STORED
            archive.writestr(zipfile.ZipInfo(path, (2024, 1, 1, 0, 0, 0)), contents, method)
    return out.getvalue()


json_values = st.recursive(
    st.one_of(values, st.none(), st.booleans(), st.integers(), st.floats()),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(values, inner, max_size=2)),
    max_leaves=4,
)


@st.composite
def edited_json(draw, value):
    """Draw a JSON value with some of its parts, at any depth, replaced or removed."""
    copy = json.loads(json.dumps(value))
    for _ in range(draw(st.integers(0, 6))):
        part = copy
        while True:
            keys = list(part) if isinstance(part, dict) else range(len(part))
            key = draw(st.sampled_from(keys))
            if not isinstance(part[key], dict | list) or not part[key] or draw(st.integers(0, 3)) == 0:
                break
            part = part[key]
        if draw(st.integers(0, 4)) == 0 and len(part) > 1:
            del part[key]
        else:
            part[key] = draw(json_values)
    return copy


@st.composite
def edited_files(draw, form):
    """Draw valid files with some cells, rows and column names replaced, in any dialect."""
    return {path: draw(_edited_file(*table)) for path, table in form.files.items()}


@st.composite
def _edited_file(draw, valid_header, valid_rows):
    header, rows = list(valid_header), [list(row) for row in valid_rows]
    for _ in range(draw(st.integers(0, 6))):
        row = draw(st.sampled_from(rows))
        row[draw(st.integers(0, len(row) - 1))] = draw(values)
    if draw(st.integers(0, 5)) == 0:
        row = draw(st.sampled_from(rows))
        row[:] = draw(
            st.one_of(st.sampled_from([row[:-2], [*row, "more"], []]), st.lists(values, min_size=2))
        )
    if draw(st.integers(0, 9)) == 0:
        column = draw(st.integers(0, len(header) - 1))
        header[column] = draw(st.one_of(values, st.sampled_from(header)))
    length = draw(st.sampled_from([len(rows), len(rows), len(rows), 1, 0]))
    return render_csv(header, rows[:length], **draw(dialects()))


@st.composite
def mutated_bytes(draw, contents):
    """Draw a mutation of valid bytes: parts cut, doubled or replaced."""
    data = bytearray(contents)
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 30))
        kind = draw(st.sampled_from(["flip", "cut", "insert", "double", "end", "overwrite"]))
        if kind == "flip" and start < len(data):
            data[start] ^= 1 << draw(st.integers(0, 7))
        elif kind == "cut":
            del data[start : start + length]
        elif kind == "insert":
            data[start:start] = draw(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=20)))
        elif kind == "double":
            data[start:start] = data[start : start + length]
        elif kind == "end":
            del data[max(start, len(data) // 4) :]
        else:
            data[start : start + length] = draw(st.binary(min_size=length, max_size=length))
    return bytes(data)


@st.composite
def damaged_files(draw, files):
    """Draw the files with one of them mutated, or replaced by random bytes."""
    path = draw(st.sampled_from(sorted(files)))
    any_bytes = st.one_of(mutated_bytes(files[path]), mutated_bytes(files[path]), st.binary(max_size=200))
    return files | {path: draw(any_bytes)}


def check_loader(source, files, domain="news"):
    """Refine the files: check that the tables are complete, or that the error is; return the refinement."""
    with TemporaryDirectory() as name:
        for path, contents in files.items():
            file = Path(name) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(contents)
        try:
            refinement = source.refine(Path(name))
        except InputError as error:
            rejected = error
        else:
            _check(refinement, load(domain))
            return refinement
    assert rejected.what
    assert rejected.where
    assert rejected.remedy
    str(rejected).encode()
    return None


def _check(refinement, plan):
    assert_balanced(refinement)
    tables = refinement.tables
    for schema in (plan.domain.interactions, plan.domain.items, plan.domain.users):
        frame = getattr(tables, schema.name)
        assert schema.conform(frame).equals(frame)
    # Where users are items, a row is one interaction in each direction.
    directions = 2 if plan.domain.users_are_items else 1
    kept = next(refinement.report[name]["kept"] for name in INTERACTION_ROWS if name in refinement.report)
    assert tables.interactions.height == directions * kept
    assert kept > 0 or plan.domain.users_are_items
    if kept:
        data = encode_tables(tables, plan.domain.context, plan.weight, refinement.as_of_ms)
        assert len(data.interactions) == directions * kept
        assert np.isfinite(data.interactions.weight).all()
        assert (data.interactions.user >= 0).all()
        assert (data.interactions.item >= 0).all()
