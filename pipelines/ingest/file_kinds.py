"""The kinds of files of a raw format, and the meaning of their columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file of a raw format.

    Attributes:
        name: what the rows are, such as `interactions` or `items`.
        pattern: matches the whole path of such a file below the folder, case-sensitive.
        required: the meaning of each column that every such file must contain.
        optional: the meaning of each column that a file may contain; further columns are ignored.
        table: the refined table that contains the optional columns.
    """

    name: str
    pattern: re.Pattern[str]
    required: Mapping[str, str]
    optional: Mapping[str, str] = field(default_factory=dict)
    table: str = ""

    @property
    def columns(self) -> Mapping[str, str]:
        """The meaning of all columns that are read."""
        return {**self.required, **self.optional}
