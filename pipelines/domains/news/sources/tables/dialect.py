"""Converts a delimited file as spreadsheets and databases export it into comma-separated UTF-8."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

#: Separators that are tried where a header has no comma, and what they are called.
SEPARATORS = {";": "semicolon", "\t": "tab", "|": "bar"}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited file is written.

    Attributes:
        separator: between the fields.
        encoding: of the text.
        named: whether the first line is `sep=` and names the separator.
    """

    separator: str
    encoding: str
    named: bool = False


def detect(contents: bytes, separator: str | None = None, encoding: str | None = None) -> Dialect:
    """Find out how a file is written.

    A first line `sep=;` names the separator. A file that is no UTF-8, and of which no part could be, is
    Windows-1252, of which Latin-1's text is a part.

    Args:
        contents: of the whole file.
        separator: what it is if it is known.
        encoding: what it is if it is known.
    """
    encoding = encoding or _detect_encoding(contents)
    line = (
        contents[:65_536].decode(encoding, errors="replace").lstrip("\ufeff").split("\n", 1)[0].strip("\r ")
    )
    named = _named_separator(line)
    if named is not None:
        return Dialect(separator or named, encoding, named=True)
    found = [each for each in SEPARATORS if each in line]
    return Dialect(separator or (found[0] if found and "," not in line else ","), encoding)


def _detect_encoding(contents: bytes) -> str:
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


def _named_separator(line: str) -> str | None:
    name, value = line[: len("sep=")].lower(), line[len("sep=") :]
    if name != "sep=" or len(value.strip()) > 1 or len(value) > 1:
        return None
    return value or "\t"


def convert(contents: bytes, dialect: Dialect, spell: Callable[[Sequence[str]], list[str]]) -> bytes:
    """Return comma-separated UTF-8; contents that are so already are returned as they are.

    Args:
        contents: of the whole file.
        dialect: how they are written.
        spell: spells the names of the columns.
    """
    if dialect.encoding != "utf-8":
        contents = contents.decode(dialect.encoding, errors="replace").encode(errors="replace")
    contents = contents.removeprefix(_BYTE_ORDER_MARK)
    if dialect.named:
        contents = contents.partition(b"\n")[2]
    if dialect.separator != ",":
        contents = _with_commas(contents, dialect.separator)
    head, newline, rest = contents.partition(b"\n")
    spelled = _spelled(head, spell)
    return contents if spelled == head else spelled + newline + rest


def _with_commas(contents: bytes, separator: str) -> bytes:
    text = io.StringIO(contents.decode(errors="surrogateescape"), newline="")
    out = io.StringIO(newline="")
    csv.field_size_limit(2**24)
    try:
        csv.writer(out, lineterminator="\n").writerows(csv.reader(text, delimiter=separator))
    except csv.Error:
        return contents
    return out.getvalue().encode(errors="surrogateescape")


def _spelled(head: bytes, spell: Callable[[Sequence[str]], list[str]]) -> bytes:
    """Return the header with the names of the columns spelled as they are documented."""
    try:
        names = next(csv.reader([head.decode().strip("\r")]))
    except (csv.Error, StopIteration, UnicodeDecodeError):
        return head
    spelled = spell(names)
    if spelled == names:
        return head
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="").writerow(spelled)
    return out.getvalue().encode()
