"""What kinds of files a raw format has, and what is made of their columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file of a raw format.

    Attributes:
        name: what its rows are.
        pattern: matches the whole path of such a file below the folder, case included.
        required: columns that every such file must have, and what each is.
        optional: columns that it may have, and what each is; others are not looked at.
        table: the refined table that has the same optional columns.
    """

    name: str
    pattern: re.Pattern[str]
    required: Mapping[str, str]
    optional: Mapping[str, str] = field(default_factory=dict)
    table: str = ""

    @property
    def columns(self) -> Mapping[str, str]:
        """All columns that are looked at, and what each is."""
        return {**self.required, **self.optional}
