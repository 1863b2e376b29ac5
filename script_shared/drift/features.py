"""Baselines of single features; NaN is a missing value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from script_shared.drift.histogram import Histogram
from script_shared.types import FloatArray


@dataclass(frozen=True, slots=True)
class BinaryFeature:
    """Counts of a feature that is 0 or 1.

    Attributes:
        rows: number of rows.
        missing: rows without a value.
        hits: rows with the value 1.
    """

    rows: int
    missing: int
    hits: int

    @classmethod
    def of(cls, values: FloatArray) -> Self:
        """Count values, shape (rows,)."""
        return cls(len(values), int(np.isnan(values).sum()), int((values == 1).sum()))

    @property
    def known(self) -> int:
        """The number of rows with a value."""
        return self.rows - self.missing

    @property
    def rate(self) -> float | None:
        """The share of 1 among the known values; None without one."""
        return self.hits / self.known if self.known else None

    def document(self) -> dict[str, Any]:
        """Return JSON values; the rate is for readers."""
        counts = {"rows": self.rows, "missing": self.missing, "hits": self.hits}
        return {"kind": "binary", **counts, "rate": self.rate}

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """Restore what `document` returned."""
        return cls(document["rows"], document["missing"], document["hits"])


@dataclass(frozen=True, slots=True, eq=False)
class NumericFeature:
    """Mean, standard deviation and histogram of a feature.

    Attributes:
        rows: number of rows.
        missing: rows without a finite value.
        mean, deviation: of the known values; None without one.
        histogram: of the known values; None without one.
    """

    rows: int
    missing: int
    mean: float | None
    deviation: float | None
    histogram: Histogram | None

    @classmethod
    def of(cls, values: FloatArray) -> Self:
        """Describe values, shape (rows,)."""
        known = values[np.isfinite(values)]
        if not len(known):
            return cls(len(values), len(values), None, None, None)
        moments = float(known.mean()), float(known.std())
        return cls(len(values), len(values) - len(known), *moments, Histogram.of(known))

    @property
    def known(self) -> int:
        """The number of rows with a value."""
        return self.rows - self.missing

    def document(self) -> dict[str, Any]:
        """Return JSON values."""
        histogram = self.histogram
        return {
            "kind": "numeric",
            "rows": self.rows,
            "missing": self.missing,
            "mean": self.mean,
            "deviation": self.deviation,
            "edges": [] if histogram is None else histogram.edges.tolist(),
            "counts": [] if histogram is None else histogram.counts.tolist(),
        }

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """Restore what `document` returned."""
        edges, counts = np.array(document["edges"], np.float64), np.array(document["counts"], np.int64)
        histogram = Histogram(edges, counts) if len(counts) else None
        return cls(document["rows"], document["missing"], document["mean"], document["deviation"], histogram)


Feature = BinaryFeature | NumericFeature


def record_feature(values: FloatArray) -> Feature:
    """Return the baseline of a feature, which is binary if all its known values are 0 or 1."""
    known = values[~np.isnan(values)]
    is_binary = len(known) > 0 and bool(np.isin(known, (0.0, 1.0)).all())
    return (BinaryFeature if is_binary else NumericFeature).of(values)


def parse_feature(document: Mapping[str, Any]) -> Feature:
    """Restore the baseline of a feature from JSON values."""
    return (BinaryFeature if document["kind"] == "binary" else NumericFeature).parse(document)
