"""Reads a JSON file of the form {"<key>": {record}, …} record by record; a broken record costs no other.

The standard library's scanner parses one record at a time from a window of the text, so that memory does not
grow with the file. Measured on the three files of docs/data-formats.md (76 MB): 0.5 s, as fast as parsers
that need a whole, valid document.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from json import JSONDecoder
from typing import Any

from pipelines.formats.csv_dialect import detect_encoding
from pipelines.formats.raw_table import UNREADABLE
from pipelines.ingest.raw_files import RawFile
from script_shared.errors import InputError

#: The longest record, in characters, and the number of bytes that are decoded at once.
MAX_RECORD_LENGTH = 2**23
_BLOCK = 2**23
#: The longest start of a record that the search for the next record may cut in two.
_MAX_START_LENGTH = 1_000

_SEPARATORS = re.compile(r"[\s,]*")
_COLON = re.compile(r"\s*:\s*")
_BLANK = re.compile("\ufeff?\\s*")
_KEY = re.compile(r'"((?:[^"\\]|\\.){0,256})"\s*:')
_UNDECODED = re.compile("[\ud800-\udfff]")
#: Line breaks within texts are accepted.
_DECODER = JSONDecoder(strict=False)
#: The key of a record, and its fields; None for what cannot be read.
_Pair = tuple[str | None, dict[str, Any] | None]
_FETCH_AGAIN = "fetch or export the file again"


@dataclass(frozen=True, slots=True)
class JsonRecord:
    """One record of a file.

    Attributes:
        number: its position in the file, from 1.
        key: its key; None if it cannot be read.
        value: its fields; None if the record is broken or is not an object.
    """

    number: int
    key: str | None
    value: dict[str, Any] | None


def read_json_records(file: RawFile, sections: Collection[str]) -> Iterator[JsonRecord]:
    """Yield the records of a file in their order; keys may repeat.

    After a broken record, reading goes on at the next key whose value begins with one of `sections`. A record
    that contains another one, because a brace is missing, is broken. The text of a file that ends too early
    counts as a broken record. UNREADABLE replaces bytes that are not in the file's encoding.

    Args:
        file: the file, in UTF-8, UTF-16 or Windows-1252.
        sections: names of fields of a record.

    Raises:
        InputError: the file is empty, or is no JSON object.
    """
    reader = _RecordReader(_Window(file), frozenset(sections))
    reader.open()
    for number, (key, value) in enumerate(reader.read(), start=1):
        yield JsonRecord(number, key, value)


@dataclass(slots=True)
class _Window:
    """A part of the text of a file, with at least MAX_RECORD_LENGTH characters after the position."""

    file: RawFile
    text: str = ""
    position: int = 0
    _blocks: Iterator[str] = field(init=False)
    _is_complete: bool = False

    def __post_init__(self) -> None:
        self._blocks = _decode(self.file.load())

    def fill(self) -> None:
        """Read blocks until the window is large enough, or contains the end of the file."""
        while not self._is_complete and len(self.text) - self.position < MAX_RECORD_LENGTH:
            block = next(self._blocks, None)
            self._is_complete = block is None
            self.text, self.position = self.text[self.position :] + (block or ""), 0

    def skip(self, pattern: re.Pattern[str]) -> str:
        """Move behind a match of the pattern; return the next character, empty at the end of the file."""
        self.fill()
        if match := pattern.match(self.text, self.position):
            self.position = match.end()
        return self.text[self.position : self.position + 1]

    def find(self, pattern: re.Pattern[str]) -> bool:
        """Move to the next match of the pattern, else to the end of the file; return whether there is one."""
        while True:
            self.fill()
            if match := pattern.search(self.text, self.position):
                self.position = match.start()
                return True
            if self._is_complete:
                self.position = len(self.text)
                return False
            self.position = max(self.position, len(self.text) - _MAX_START_LENGTH)


def _decode(contents: bytes) -> Iterator[str]:
    encoding = "utf-8" if contents.isascii() else detect_encoding(contents)
    errors = "surrogateescape" if encoding == "utf-8" else "replace"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for start in range(0, len(contents), _BLOCK):
        end = start + _BLOCK
        text = decoder.decode(contents[start:end], final=end >= len(contents))
        yield text if text.isascii() else _UNDECODED.sub(UNREADABLE, text)


@dataclass(slots=True)
class _RecordReader:
    window: _Window
    sections: frozenset[str]
    _start: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        names = "|".join(map(re.escape, sorted(self.sections)))
        self._start = re.compile(rf'"(?:[^"\\]|\\.){{1,256}}"\s*:\s*\{{\s*"(?:{names})"\s*:')

    def open(self) -> None:
        """Move behind the brace that opens the file.

        Raises:
            InputError: the file does not begin with a brace.
        """
        first, name = self.window.skip(_BLANK), self.window.file.name
        if not first:
            raise InputError.at("the file is empty", file=name, remedy=f"{_FETCH_AGAIN}, or leave it out")
        if first != "{":
            remedy = f'{_FETCH_AGAIN}: it must begin with {{"<code>": {{'
            raise InputError.at("the file is no JSON object of records", file=name, remedy=remedy)
        self.window.position += 1

    def read(self) -> Iterator[_Pair]:
        """Yield key and value of each record."""
        is_closed = False
        while character := self.window.skip(_SEPARATORS):
            if character == "}":
                is_closed = True
                self.window.position += 1
            elif is_closed:
                # A record behind the closing brace shows that there was one brace too many.
                is_closed = False
                if not self.window.find(self._start):
                    break
            else:
                record = self._read_record()
                if record is None:
                    key = self._read_key()
                    if not self.window.find(self._start):
                        yield key, None
                        return
                    record = key, None
                yield record
        if not is_closed:
            yield None, None

    def _read_record(self) -> _Pair | None:
        """Return the record at the position and move behind it; None, without a move, if it is broken."""
        window = self.window
        try:
            key, position = _DECODER.raw_decode(window.text, window.position)
            colon = _COLON.match(window.text, position)
            value, end = _DECODER.raw_decode(window.text, colon.end() if colon else position)
        except (ValueError, RecursionError):
            return None
        if (
            not colon
            or not isinstance(key, str)
            or (isinstance(value, dict) and self._contains_record(value))
        ):
            return None
        window.position = end
        return key, value if isinstance(value, dict) else None

    def _contains_record(self, value: Mapping[str, Any]) -> bool:
        return any(
            isinstance(part, dict) and name not in self.sections and not self.sections.isdisjoint(part)
            for name, part in value.items()
        )

    def _read_key(self) -> str | None:
        """Return the key at the position and move behind it; None, with a move of one character, without."""
        match = _KEY.match(self.window.text, self.window.position)
        self.window.position = match.end() if match else self.window.position + 1
        return match[1] if match else None
