"""Merges the comparisons of several samples of one day into one report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from script_shared.drift.detection import DriftReport
from script_shared.drift.finding import Finding

_Part = TypeVar("_Part")


def merge_reports(main: DriftReport, others: Mapping[str, DriftReport]) -> DriftReport:
    """Return the report of the main sample with the parts of the others.

    The names of their features and columns get the sample's name and a dot before them; `rows` and
    `baseline_rows` remain those of the main sample.

    Args:
        main: the report of the main sample.
        others: the reports of the other samples, by name.
    """
    merged = main
    for name, report in others.items():
        merged = replace(
            merged,
            features={**merged.features, **_prefix(name, report.features)},
            texts={**merged.texts, **_prefix(name, report.texts)},
            unmatched=(*merged.unmatched, *(f"{name}.{column}" for column in report.unmatched)),
            tests=merged.tests + report.tests,
            drift=(*merged.drift, *(_rename(name, finding) for finding in report.drift)),
        )
    return merged


def _prefix(name: str, parts: Mapping[str, _Part]) -> dict[str, _Part]:
    return {f"{name}.{column}": part for column, part in parts.items()}


def _rename(name: str, finding: Finding) -> Finding:
    return finding._replace(subject=f"{name}.{finding.subject}")
