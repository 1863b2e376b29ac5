"""A sample of requests or of training rows: features, the score among them, texts and categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from script_shared.types import FloatArray

#: The name of the feature that contains the model's scores.
SCORE = "score"


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Features, texts and categories of the same rows.

    Attributes:
        rows: number of rows.
        features: values by name, shape (rows,), NaN where missing.
        texts: texts by column, one a row, None where missing.
        categories: values of categorical columns, one a row, None where missing.
    """

    rows: int
    features: Mapping[str, FloatArray]
    texts: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    categories: Mapping[str, Sequence[str | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that every column has a value for each row.

        Raises:
            ValueError: a column has another length.
        """
        for name, column in {**self.features, **self.texts, **self.categories}.items():
            if len(column) != self.rows:
                raise ValueError(f"{name!r} has {len(column)} values for {self.rows} rows")
