"""Words of texts."""

from __future__ import annotations

import re
from unicodedata import normalize

#: Unicode's combining diacritical marks.
_ACCENTS = re.compile("[\u0300-\u036f]+")
#: A word may end in plus or hash signs: c++, c#. Single letters are no words.
_WORD = re.compile(r"[^\W_]{2,}[+#]*|[^\W_][+#]+")


def find_words(text: str) -> list[str]:
    """Return the words of a text in their order, in lower case without accents."""
    return _WORD.findall(_ACCENTS.sub("", normalize("NFKD", text.lower())))
