"""Finds drift: compares a later sample with a baseline, with levels corrected for the number of tests.

A change is drift if it is large and is not chance. Without drift the probability of a false alarm in a sample
is at most the level, by default `DAILY_LEVEL` (Bonferroni): half of it is for the terms, which are thousands
of tests, half for all others. This assumes independent rows: samples in clusters, such as many requests with
one text, vary more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from script_shared.drift.baseline import Baseline
from script_shared.drift.category_comparison import compare_categories
from script_shared.drift.feature_comparison import FeatureComparison, compare_feature
from script_shared.drift.finding import Finding
from script_shared.drift.sample import Sample
from script_shared.drift.texts.text_comparison import TextComparison, compare_texts

#: The probability of a false alarm in a sample, at most.
DAILY_LEVEL = 0.01
#: Of a text column only so many terms are reported as drift, those whose weight changed most.
MAX_TERMS = 20
#: Fewer rows are not compared.
MIN_ROWS = 30


@dataclass(frozen=True, slots=True, eq=False)
class DriftReport:
    """The comparison of a sample with a baseline.

    Attributes:
        rows, baseline_rows: number of rows.
        features: comparisons of the features and categorical columns that both have; empty with fewer than
            `MIN_ROWS` rows.
        texts: comparisons of the text columns that both have.
        unmatched: features and columns that only one of them has, which are not compared.
        tests: number of tests.
        drift: the findings that are drift.
    """

    rows: int
    baseline_rows: int
    features: Mapping[str, FeatureComparison]
    texts: Mapping[str, TextComparison]
    unmatched: tuple[str, ...]
    tests: int
    drift: tuple[Finding, ...]

    @property
    def mean_psi(self) -> float | None:
        """The population stability index of all features: the mean of theirs; None without one."""
        values = [part.psi for part in self.features.values() if part.psi is not None]
        return float(np.mean(values)) if values else None

    def document(self) -> dict[str, Any]:
        """Return JSON values; a number that is not finite becomes null."""
        return {
            "rows": self.rows,
            "baseline_rows": self.baseline_rows,
            "compared": self.rows >= MIN_ROWS,
            "tests": self.tests,
            "mean_psi": self.mean_psi,
            "unmatched": list(self.unmatched),
            "drift": [_to_json(finding) for finding in self.drift],
            "features": {name: _to_json(part) for name, part in self.features.items()},
            "texts": {name: _to_json(part) for name, part in self.texts.items()},
        }


def detect_drift(baseline: Baseline, sample: Sample, level: float = DAILY_LEVEL) -> DriftReport:
    """Compare a sample with a baseline.

    Args:
        baseline: describes the earlier rows.
        sample: the later rows.
        level: the probability of a false alarm, at most.
    """
    unmatched = tuple(
        sorted(
            set(baseline.features) ^ set(sample.features)
            | set(baseline.texts) ^ set(sample.texts)
            | set(baseline.categories) ^ set(sample.categories)
        )
    )
    if sample.rows < MIN_ROWS:
        return DriftReport(sample.rows, baseline.rows, {}, {}, unmatched, 0, ())
    features = {
        name: compare_feature(name, feature, sample.features[name])
        for name, feature in baseline.features.items()
        if name in sample.features
    }
    features |= {
        name: compare_categories(name, column, sample.categories[name])
        for name, column in baseline.categories.items()
        if name in sample.categories
    }
    texts = {
        name: compare_texts(name, column, sample.texts[name])
        for name, column in baseline.texts.items()
        if name in sample.texts
    }
    findings = [finding for part in features.values() for finding in part.findings]
    findings += [finding for part in texts.values() for finding in (*part.length.findings, *part.findings)]
    others = [finding for finding in findings if finding.test != "term"]
    term_tests = sum(part.term_tests for part in texts.values())
    terms = [
        finding
        for part in texts.values()
        for finding in _select((f for f in part.findings if f.test == "term"), term_tests, level)[:MAX_TERMS]
    ]
    drift = (*_select(others, len(others), level), *terms)
    return DriftReport(
        sample.rows, baseline.rows, features, texts, unmatched, len(others) + term_tests, drift
    )


def _select(findings: Iterable[Finding], tests: int, level: float) -> list[Finding]:
    corrected = level / 2 / max(tests, 1)
    return [finding for finding in findings if finding.is_drift(corrected)]


def _to_json(value: Any) -> Any:
    """Convert named tuples to objects, and numbers that are not finite to null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, Mapping):
        return {name: _to_json(entry) for name, entry in value.items()}
    return [_to_json(entry) for entry in value] if isinstance(value, tuple | list) else value
