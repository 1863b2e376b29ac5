"""Converts a delimited file as spreadsheets and databases export it into comma-separated UTF-8."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from dataclasses import replace

from pipelines.raw_files import RawFile

#: Separators that are tried where a header has no comma.
_SEPARATORS = (";", "\t", "|")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def converted(file: RawFile, columns: Collection[str]) -> RawFile:
    """Return the file with contents that are converted when they are loaded; Parquet stays as it is.

    Args:
        file: the file.
        columns: names that a header may spell in other case or with blanks around them.
    """
    if file.name.endswith(".parquet"):
        return file
    return replace(file, load=lambda: convert(file.load(), columns))


def convert(contents: bytes, columns: Collection[str]) -> bytes:
    """Return comma-separated UTF-8; contents that are so already are returned as they are.

    A first line `sep=;` names the separator. A file that is no UTF-8, and of which no part could be, is read
    as Windows-1252, of which Latin-1's text is a part.
    """
    contents = _to_utf_8(contents.removeprefix(_BYTE_ORDER_MARK))
    separator, contents = _separator(contents)
    if separator != ",":
        contents = _with_commas(contents, separator)
    head, newline, rest = contents.partition(b"\n")
    return _spelled(head, columns) + newline + rest


def _to_utf_8(contents: bytes) -> bytes:
    try:
        contents.decode()
    except UnicodeDecodeError:
        text = contents.decode(errors="replace")
        if b"\x00" in contents[:1_000] or any(ord(mark) > 127 and mark != "\ufffd" for mark in set(text)):
            return contents
        return contents.decode("cp1252", errors="replace").encode()
    return contents


def _separator(contents: bytes) -> tuple[str, bytes]:
    """Return the separator, and the contents without the line that names it."""
    head, _, rest = contents.partition(b"\n")
    line = head.decode(errors="replace").strip()
    if line.lower().startswith("sep=") and len(line) == len("sep=") + 1:
        return line[-1], rest
    if line == "sep=":
        return "\t", rest
    found = [separator for separator in _SEPARATORS if separator in line]
    return (found[0] if found and "," not in line else ","), contents


def _with_commas(contents: bytes, separator: str) -> bytes:
    text = io.StringIO(contents.decode(errors="surrogateescape"), newline="")
    out = io.StringIO(newline="")
    try:
        csv.writer(out, lineterminator="\n").writerows(csv.reader(text, delimiter=separator))
    except csv.Error:
        return contents
    return out.getvalue().encode(errors="surrogateescape")


def _spelled(head: bytes, columns: Collection[str]) -> bytes:
    """Return the header with the names of known columns as they are known."""
    try:
        names = next(csv.reader([head.decode().strip("\r")]))
    except (csv.Error, StopIteration, UnicodeDecodeError):
        return head
    known = {column.lower(): column for column in columns}
    spelled = [known.get(name.strip().lower(), name) for name in names]
    if spelled == names or len(set(spelled)) < len(spelled):
        return head
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="").writerow(spelled)
    return out.getvalue().encode()
