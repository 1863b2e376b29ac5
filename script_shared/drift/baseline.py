"""The baseline: what features and texts were like when a release was published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from script_shared.drift.categories import CategoryColumn
from script_shared.drift.features import Feature, parse_feature, record_feature
from script_shared.drift.sample import Sample
from script_shared.drift.texts.text_baseline import TextColumn


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """Descriptions of all columns of a sample.

    Attributes:
        rows: number of rows.
        features: by name.
        texts: by column.
        categories: by column.
    """

    rows: int
    features: Mapping[str, Feature]
    texts: Mapping[str, TextColumn]
    categories: Mapping[str, CategoryColumn] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            "rows": self.rows,
            "features": {name: feature.document() for name, feature in self.features.items()},
            "texts": {name: column.document() for name, column in self.texts.items()},
            "categories": {name: column.document() for name, column in self.categories.items()},
        }

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """Restore what `document` returned.

        Raises:
            KeyError: a value is missing.
        """
        features = {name: parse_feature(entry) for name, entry in document["features"].items()}
        texts = {name: TextColumn.parse(entry) for name, entry in document["texts"].items()}
        categories = {name: CategoryColumn.parse(entry) for name, entry in document["categories"].items()}
        return cls(document["rows"], features, texts, categories)


def record_baseline(sample: Sample) -> Baseline:
    """Describe a sample.

    Raises:
        ValueError: the sample is empty.
    """
    if not sample.rows:
        raise ValueError("a baseline needs at least one row")
    features = {name: record_feature(values) for name, values in sample.features.items()}
    texts = {name: TextColumn.of(column) for name, column in sample.texts.items()}
    categories = {name: CategoryColumn.of(column) for name, column in sample.categories.items()}
    return Baseline(sample.rows, features, texts, categories)
