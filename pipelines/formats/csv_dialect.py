"""Detects the dialect of a delimited text file and converts the file to comma-separated UTF-8."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass

from pipelines.formats.headers import NormalizeNames

#: Separators that are tried if the header has no comma, and their names.
SEPARATORS = {";": "semicolon", "\t": "tab", "|": "bar"}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """The dialect of a delimited file.

    Attributes:
        separator: the character between fields.
        encoding: the text encoding.
        has_separator_line: whether the first line is `sep=` and a separator.
    """

    separator: str
    encoding: str
    has_separator_line: bool = False


def detect_dialect(contents: bytes, separator: str | None = None, encoding: str | None = None) -> Dialect:
    """Detect the separator and the encoding of a file.

    A first line `sep=;` names the separator. A file that contains no valid UTF-8 beyond ASCII is taken as
    Windows-1252, whose printable characters include those of Latin-1.

    Args:
        contents: the whole file.
        separator: the separator, if it is known.
        encoding: the encoding, if it is known.
    """
    encoding = encoding or detect_encoding(contents)
    start = contents[:65_536].decode(encoding, errors="replace")
    line = start.lstrip("\ufeff").split("\n", 1)[0].strip("\r ")
    stated = _parse_separator_line(line)
    if stated is not None:
        return Dialect(separator or stated, encoding, has_separator_line=True)
    candidates = [mark for mark in SEPARATORS if mark in line]
    return Dialect(separator or (candidates[0] if candidates and "," not in line else ","), encoding)


def detect_encoding(contents: bytes) -> str:
    """Return `utf-8`, `utf-16` or `cp1252`; the last if the file contains no valid UTF-8 beyond ASCII."""
    if contents.startswith(_UTF_16):
        return "utf-16"
    try:
        contents.decode()
    except UnicodeDecodeError:
        text = contents.decode(errors="replace")
        if b"\x00" in contents[:1_000] or any(ord(mark) > 127 and mark != "\ufffd" for mark in set(text)):
            return "utf-8"
        return "cp1252"
    return "utf-8"


def _parse_separator_line(line: str) -> str | None:
    """Return the separator that a line such as `sep=;` states; None for other lines."""
    name, value = line[: len("sep=")].lower(), line[len("sep=") :]
    if name != "sep=" or len(value.strip()) > 1 or len(value) > 1:
        return None
    return value or "\t"


def convert_to_csv(contents: bytes, dialect: Dialect, normalize_names: NormalizeNames) -> bytes:
    """Convert a file to comma-separated UTF-8 with normalized column names.

    Args:
        contents: the whole file.
        dialect: its dialect.
        normalize_names: maps the file's column names to the documented ones.
    """
    if dialect.encoding != "utf-8":
        contents = contents.decode(dialect.encoding, errors="replace").encode(errors="replace")
    contents = contents.removeprefix(_BYTE_ORDER_MARK)
    if dialect.has_separator_line:
        contents = contents.partition(b"\n")[2]
    if dialect.separator != ",":
        contents = _replace_separator(contents, dialect.separator)
    header, newline, records = contents.partition(b"\n")
    normalized = _normalize_header(header, normalize_names)
    return contents if normalized == header else normalized + newline + records


def _replace_separator(contents: bytes, separator: str) -> bytes:
    text = io.StringIO(contents.decode(errors="surrogateescape"), newline="")
    out = io.StringIO(newline="")
    csv.field_size_limit(2**24)
    try:
        csv.writer(out, lineterminator="\n").writerows(csv.reader(text, delimiter=separator))
    except csv.Error:
        return contents
    return out.getvalue().encode(errors="surrogateescape")


def _normalize_header(header: bytes, normalize_names: NormalizeNames) -> bytes:
    try:
        names = next(csv.reader([header.decode().strip("\r")]))
    except (csv.Error, StopIteration, UnicodeDecodeError):
        return header
    normalized = normalize_names(names)
    if normalized == names:
        return header
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="").writerow(normalized)
    return out.getvalue().encode()
