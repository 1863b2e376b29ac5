"""Repairs texts whose UTF-8 bytes were read as Windows-1252: `SÃ£o Paulo` becomes `São Paulo`.

Only pairs and triples of characters that do not occur in Portuguese or English text are replaced, so that the
rest of a text stays as it is.
"""

from __future__ import annotations

import re

import polars as pl

#: The characters of the bytes 80 to BF in Windows-1252; bytes that it does not define are read as Latin-1.
_CONTINUATION_CHARACTERS = "".join(
    bytes([byte]).decode("cp1252" if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else "latin-1")
    for byte in range(0x80, 0xC0)
)
_BYTES = {character: byte for byte, character in enumerate(_CONTINUATION_CHARACTERS, start=0x80)}
_BYTES |= {"Â": 0xC2, "Ã": 0xC3, "â": 0xE2}
_ANY = f"[{re.escape(_CONTINUATION_CHARACTERS)}]"
#: A word in capitals may end with `Ã`, and a blank, a quote or a dash may follow it.
_AFTER_WORD, _QUOTES = "[\u00a0…–—«»]", "[‘’“”•]"
_CAPITAL, _LETTER = "[A-ZÀ-Þ]", "[A-Za-zÀ-ÿ]"
#: What polars searches for first: its regular expressions cannot look around.
_SUSPICIOUS = f"[ÂÃ]{_ANY}|â[€‚ƒ„…†‡ˆ‰]{_ANY}"
_GARBLED = re.compile(
    f"Â{_ANY}|â[€‚ƒ„…†‡ˆ‰]{_ANY}"
    f"|(?<!{_CAPITAL})Ã{_AFTER_WORD}"
    f"|Ã{_QUOTES}(?={_LETTER})|(?<!{_CAPITAL})Ã{_QUOTES}"
    f"|Ã(?!{_AFTER_WORD}|{_QUOTES}){_ANY}"
)


def repair_mojibake(texts: pl.Series) -> tuple[pl.Series, int]:
    """Repair the texts of a column; return them, and the number of texts that were changed."""
    suspicious = texts.str.contains(_SUSPICIOUS).fill_null(value=False)
    if not suspicious.any():
        return texts, 0
    repaired = texts.filter(suspicious).map_elements(repair_text, pl.String)
    changed = int((repaired != texts.filter(suspicious)).sum())
    return texts.scatter(suspicious.arg_true(), repaired), changed


def repair_text(text: str) -> str:
    """Repair one text."""
    return _GARBLED.sub(_decode, text)


def _decode(match: re.Match[str]) -> str:
    return bytes(_BYTES[character] for character in match[0]).decode(errors="replace")
