"""Compares a day's predictions with the champion's baseline, and measures those whose outcomes are known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import structlog

from pipelines.plans.monitoring import NO_PSEUDONYMS, OUTCOME, TIME, LogWindow, Monitoring, to_floats
from pipelines.plans.monitoring_baselines import MonitoringBaselines
from pipelines.plans.plan import Plan
from pipelines.reporting.monitoring_page import render_monitoring_page
from pipelines.stages.publish import BASELINE_FILE
from script_shared.clock import MS_PER_HOUR
from script_shared.drift.activity import measure_hours
from script_shared.drift.detection import DAILY_LEVEL, DriftReport, detect_drift
from script_shared.drift.merging import merge_reports
from script_shared.drift.sample import SCORE, Sample
from script_shared.errors import NotEnoughDataError, SettingsError
from script_shared.evaluation.classification.outcomes import measure_outcomes
from script_shared.impressions.pseudonyms import Pseudonyms
from script_shared.releases.factory import open_registry
from script_shared.releases.store import Release
from script_shared.storage.partitions import get_alias, set_alias, write_partition
from script_shared.storage.volume import Volume

_LOG = structlog.get_logger(__name__)
_DAY_MS = 24 * MS_PER_HOUR
_REPORT_FILE, _PAGE_FILE = "report.json", "report.html"
#: The page compares so many days.
_HISTORY_DAYS = 60


def monitor(
    plan: Plan, volume: Volume, day: str, events_url: str = "", pseudonyms: Pseudonyms = NO_PSEUDONYMS
) -> dict[str, Any]:
    """Write `monitoring/<day>`: the report as JSON and as a page.

    Args:
        plan: the domain's plan.
        volume: contains the champion and the logs.
        day: a UTC day such as 2026-11-28.
        events_url: URL of the event log, as the service uses it.
        pseudonyms: as the service makes them; without a key no outcome can be joined.

    Returns:
        The day, and the number of predictions and of findings of drift.

    Raises:
        SettingsError: the domain is not monitored, or the day is no date.
        ReleaseNotFoundError: there is no champion.
        NotEnoughDataError: the champion has no baseline.
        EventLogError: a log is not available now.
    """
    monitoring, day_ms = _find_monitoring(plan), _parse_day(day)
    release = open_registry(volume).open()
    baselines = _read_baselines(release)
    window = LogWindow(volume, events_url, day_ms, day_ms + _DAY_MS, pseudonyms)
    predictions = monitoring.predictions(window)
    quality = _measure_quality(monitoring, window)
    inputs = _sample_inputs(monitoring, window)
    drift = find_drift(baselines, monitoring.sample(predictions), inputs, quality)
    scores = to_floats(predictions[SCORE])
    report = {
        "day": day,
        "day_ms": day_ms,
        "release": release.id,
        "rows": predictions.height,
        "mean_score": None if np.isnan(scores).all() else float(np.nanmean(scores)),
        "hours": measure_hours(predictions[TIME].to_numpy(), scores, day_ms),
        "inputs": {name: sample.rows for name, sample in inputs.items()},
        "input_days": {name: part.days for name, part in monitoring.inputs.items()},
        "drift": drift.document(),
        "quality": quality,
    }
    _write_report(volume, day, report)
    facts = {"day": day, "rows": predictions.height, "drift": len(drift.drift)}
    _LOG.info("monitored", release=release.id, **facts)
    return facts


def find_drift(
    baselines: MonitoringBaselines,
    predictions: Sample,
    inputs: Mapping[str, Sample],
    quality: Mapping[str, Any],
) -> DriftReport:
    """Compare the samples of a day, and the rate of the known outcomes, with the baselines.

    Without drift the probability of any finding is at most `DAILY_LEVEL`: each sample and the outcomes have
    an equal part of it.

    Args:
        baselines: what the day is compared with.
        predictions: the predictions of the day.
        inputs: what else arrived, by name; one without a baseline is not compared.
        quality: `rows` and `positives` among the predictions whose outcome is known.
    """
    level = DAILY_LEVEL / (2 + len(baselines.inputs))
    reports = {
        name: detect_drift(baseline, inputs[name], level)
        for name, baseline in baselines.inputs.items()
        if name in inputs
    }
    report = merge_reports(detect_drift(baselines.predictions, predictions, level), reports)
    outcomes = baselines.outcomes
    finding = outcomes.compare(quality["rows"], quality["positives"]) if outcomes else None
    if finding is None:
        return report
    found = (finding,) if finding.is_drift(level) else ()
    return replace(report, tests=report.tests + 1, drift=(*report.drift, *found))


def _sample_inputs(monitoring: Monitoring, window: LogWindow) -> dict[str, Sample]:
    return {
        name: part.sample(part.arrivals(_last_days(window, part.days)))
        for name, part in monitoring.inputs.items()
    }


def _last_days(window: LogWindow, days: int) -> LogWindow:
    """Return the period of so many days with the same end."""
    return window._replace(from_ms=window.to_ms - days * _DAY_MS)


def _find_monitoring(plan: Plan) -> Monitoring:
    if plan.monitoring is None:
        what = f"the domain {plan.domain.name!r} is not monitored"
        raise SettingsError(what, where="DOMAIN", remedy="set `Plan.monitoring` in the domain's plan")
    return plan.monitoring


def _parse_day(day: str) -> int:
    """Return the start of a UTC day, ms."""
    try:
        start = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise SettingsError(
            f"{day!r} is no day", where="day", remedy="give a date such as 2026-11-28"
        ) from error
    return int(start.timestamp()) * 1_000


def _read_baselines(release: Release) -> MonitoringBaselines:
    if BASELINE_FILE not in release.manifest.files:
        what, remedy = (
            f"the champion {release.id} has no baseline",
            "publish a release of the monitored domain whose run has rows that are predicted",
        )
        raise NotEnoughDataError(what, where=str(release.folder), remedy=remedy)
    return MonitoringBaselines.parse(release.json(BASELINE_FILE))


def _measure_quality(monitoring: Monitoring, window: LogWindow) -> dict[str, Any]:
    """Measure the predictions of the last days whose outcomes are known, and count those without one."""
    predictions = monitoring.predictions(_last_days(window, monitoring.outcome_days))
    if OUTCOME not in predictions.columns:
        return {"days": monitoring.outcome_days, "predictions": predictions.height, "rows": 0, "positives": 0}
    known = predictions.filter(pl.col(OUTCOME).is_not_null() & pl.col(SCORE).is_finite())
    counts = {"days": monitoring.outcome_days, "predictions": predictions.height}
    return counts | measure_outcomes(known[SCORE].to_numpy(), known[OUTCOME].to_numpy())


def _write_report(volume: Volume, day: str, report: dict[str, Any]) -> None:
    earlier = sorted(path for path in volume.monitoring.glob(f"*/{_REPORT_FILE}") if path.parent.name < day)
    history = [json.loads(path.read_text()) for path in earlier[1 - _HISTORY_DAYS :]] + [report]
    with write_partition(volume.monitoring, day) as folder:
        (folder / _REPORT_FILE).write_text(json.dumps(report, indent=1, allow_nan=False))
        (folder / _PAGE_FILE).write_text(render_monitoring_page(report, history), encoding="utf-8")
    # The report of an earlier day does not replace that of the newest.
    set_alias(volume.monitoring, "latest", max(day, get_alias(volume.monitoring, "latest") or day))
