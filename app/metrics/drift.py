"""Drift and quality of the predictions, from the newest monitoring report on the volume."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from script_shared.drift.finding import TESTS
from script_shared.storage.partitions import get_alias

_LOG = structlog.get_logger(__name__)
#: Of more features only those that changed most have a series.
MAX_FEATURES = 200
_MS = 1_000
_DAY_SECONDS = 24 * 3_600


class DriftCollector(Collector):
    """Reads the newest report when Prometheus collects and the report has changed.

    Args:
        registry: registry of the metrics.
        folder: the volume's folder of reports; it may be missing.
    """

    def __init__(self, registry: CollectorRegistry, folder: Path) -> None:
        self._folder = folder
        self._version: tuple[Path, int] | None = None
        self._families: Sequence[GaugeMetricFamily] = ()
        registry.register(self)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the metrics of the newest report; none where there is none, or it cannot be read."""
        try:
            self._refresh()
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            # A broken report must not hide the other metrics; the alert on its age fires.
            _LOG.warning("the monitoring report cannot be read", reason=repr(error))
            self._families = ()
        yield from self._families

    def _refresh(self) -> None:
        previous, self._version = self._version, None
        day = get_alias(self._folder, "latest")
        if day is None:
            self._families = ()
            return
        path = self._folder / day / "report.json"
        self._version = path, path.stat().st_mtime_ns
        if self._version != previous:
            self._families = _build_families(json.loads(path.read_bytes()))


def _build_families(report: Mapping[str, Any]) -> Sequence[GaugeMetricFamily]:
    drift = report["drift"]
    found = Counter(finding["test"] for finding in drift["drift"])
    end = report["day_ms"] / _MS + _DAY_SECONDS
    return [
        _gauge("day_end_timestamp_seconds", "End of the monitored day.", end),
        _gauge("predictions", "Predictions of the monitored day.", report["rows"]),
        _gauge("mean_score", "Mean score of these predictions.", report["mean_score"]),
        _gauge("mean_psi", "Mean population stability index of all features.", drift["mean_psi"]),
        _gauges("findings", "Findings of drift.", ("test",), {(test,): found[test] for test in TESTS}),
        _gauges("psi", "Population stability index of a feature.", ("feature",), _select_psi(drift)),
        _gauges("language_share", "Share of texts.", ("text", "language"), _select_languages(drift)),
        _gauges("quality", "Quality where outcomes are known.", ("measure",), _select_quality(report)),
    ]


def _gauge(name: str, description: str, value: float | None) -> GaugeMetricFamily:
    return _gauges(name, description, (), {(): value})


def _gauges(
    name: str, description: str, labels: Sequence[str], values: Mapping[tuple[str, ...], float | None]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"manchete_drift_{name}", description, labels=labels)
    for label_values, value in values.items():
        if value is not None:
            family.add_metric(label_values, value)
    return family


def _select_psi(drift: Mapping[str, Any]) -> dict[tuple[str, ...], float]:
    values = {(name,): part["psi"] for name, part in drift["features"].items() if part["psi"] is not None}
    highest = sorted(values, key=lambda name: -values[name])[:MAX_FEATURES]
    return {name: values[name] for name in highest}


def _select_languages(drift: Mapping[str, Any]) -> dict[tuple[str, ...], float]:
    return {
        (text, language): share
        for text, part in drift["texts"].items()
        for language, share in part["languages"].items()
    }


def _select_quality(report: Mapping[str, Any]) -> dict[tuple[str, ...], float | None]:
    return {(measure,): value for measure, value in report["quality"].items()}
