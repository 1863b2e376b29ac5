"""Folds texts, so that spellings with and without accents, case and punctuation are equal."""

from __future__ import annotations

import re
import unicodedata


def fold(text: str, keep: str = "") -> str:
    """Return a text in lower case, without accents, and with one blank for other characters.

    Args:
        text: any text.
        keep: punctuation that stays.
    """
    plain = "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))
    return re.sub(rf"[^a-z0-9{re.escape(keep)}]+", " ", plain.lower()).strip()
