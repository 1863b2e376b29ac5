"""Folds case, accents and typography of a text, so that terms are compared with plain characters."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from script_shared.types import IntArray

_ENCODING = "utf-32-le"
#: Characters from here on stay as they are.
_END = 0x2100
_FIRST_ACCENT, _LAST_ACCENT = 0x300, 0x36F
_TYPOGRAPHY = {
    "\u2018\u2019\u00b4`": "'",
    "\u201c\u201d\u00ab\u00bb": '"',
    "\u2010\u2011\u2012\u2013\u2014\u2015": "-",
    "\u00a0\u2007\u2009\u202f\u200b\t": " ",
    "\r\x0b\x0c\u2028\u2029": "\n",
}


def _build_table() -> npt.NDArray[np.uint32]:
    table = np.arange(_END, dtype=np.uint32)
    for code in (*range(0x41, 0x5B), *range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        plain = unicodedata.normalize("NFKD", chr(code))[0].lower()
        table[code] = ord(plain) if len(plain) == 1 else code
    for characters, plain in _TYPOGRAPHY.items():
        table[[ord(character) for character in characters]] = ord(plain)
    return table


_TABLE = _build_table()


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A text in lower case without accents.

    Attributes:
        text: the folded text.
        positions: by position in the folded text, and at its end, the position in the original; None where
            both are equal.
    """

    text: str
    positions: IntArray | None = None

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return a span of the folded text as a span of the original."""
        if self.positions is None:
            return start, end
        return int(self.positions[start]), int(self.positions[end])


def fold(text: str) -> FoldedText:
    """Fold a text: one character for each of the original, except combining accents, which are dropped.

    An unpaired surrogate, which no text should contain, is replaced by a question mark.
    """
    codes = np.frombuffer(text.encode(_ENCODING, "replace"), np.uint32)
    folded = np.where(codes < _END, _TABLE[np.minimum(codes, _END - 1)], codes)
    combines = (codes >= _FIRST_ACCENT) & (codes <= _LAST_ACCENT)
    if not combines.any():
        return FoldedText(folded.tobytes().decode(_ENCODING))
    positions = np.append(np.flatnonzero(~combines), len(codes))
    return FoldedText(folded[~combines].tobytes().decode(_ENCODING), positions)
