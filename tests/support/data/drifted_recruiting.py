"""Months of generated recruiting data after a planted drift, compared with the year before it as one day."""

from datetime import UTC, date, datetime, timedelta

import polars as pl

from pipelines.domains.recruiting.monitored.applications import describe_applications, describe_recruiters
from pipelines.domains.recruiting.monitored.entities import describe_applicants, describe_openings
from pipelines.domains.recruiting.monitored.predictions import describe_persons
from pipelines.domains.recruiting.monitored.reference_period import ReferencePeriod
from pipelines.domains.recruiting.monitoring import MONITORING
from pipelines.domains.recruiting.sources import SOURCES
from pipelines.domains.recruiting.sources.synthetic import WorldOptions, generate
from pipelines.plans.monitoring_baselines import MonitoringBaselines, count_outcomes
from pipelines.stages.monitor import find_drift
from script_shared.domains.recruiting.hire_classifier import HireClassifier
from script_shared.domains.recruiting.tables import OPENING
from script_shared.drift.baseline import record_baseline
from script_shared.drift.sample import Sample

#: In the middle of one of the generator's quarters, at whose ends recruiters come and go.
FIRST_DAY = date(2021, 10, 15)
YEAR, QUARTER = timedelta(days=365), timedelta(days=45)
LATER = timedelta(days=180)


def _to_ms(day):
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000


BEFORE = ReferencePeriod(_to_ms(FIRST_DAY - YEAR), _to_ms(FIRST_DAY))
AFTER = ReferencePeriod(_to_ms(FIRST_DAY), _to_ms(FIRST_DAY + LATER))
RECRUITERS_BEFORE = ReferencePeriod(_to_ms(FIRST_DAY - QUARTER), _to_ms(FIRST_DAY))
RECRUITERS_AFTER = ReferencePeriod(_to_ms(FIRST_DAY), _to_ms(FIRST_DAY + QUARTER))


def generate_tables(folder, switch, scale, seed=1):
    """Generate files with a drift switch that is on from FIRST_DAY, and return the refined tables."""
    written, raw = folder / "written", folder / "raw"
    generate(written, scale, seed, WorldOptions(drift=(switch, FIRST_DAY)))
    raw.mkdir()
    source = SOURCES["decision"]
    source.acquire(str(written), 1.0, raw)
    return source.refine(raw).tables


def sample_inputs(tables, period, of_recruiters):
    """Return a sample of each monitored input."""
    items = tables.items.filter(period.contains("published_at"))
    applications = tables.interactions.filter(pl.col("user_id").str.starts_with(f"{OPENING}:"))
    frames = {
        "openings": describe_openings(items),
        "applicants": describe_applicants(items),
        "applications": describe_applications(applications.filter(period.contains("timestamp"))),
        "recruiters": describe_recruiters(applications.filter(of_recruiters.contains("timestamp"))),
    }
    return {name: MONITORING.inputs[name].sample(frame) for name, frame in frames.items()}


def find_input_drift(tables):
    """Return the report on what arrives after the first day; nothing is predicted."""
    before, after = (
        sample_inputs(tables, *periods)
        for periods in ((BEFORE, RECRUITERS_BEFORE), (AFTER, RECRUITERS_AFTER))
    )
    inputs = {name: record_baseline(sample) for name, sample in before.items()}
    baselines = MonitoringBaselines(record_baseline(Sample(1, {})), None, inputs)
    return find_drift(baselines, Sample(0, {}), after, {"rows": 0, "positives": 0})


def find_all_drift(tables):
    """Return the report on what arrives, the predictions and their outcomes after the first day.

    The hire classifier is fitted before it.
    """
    classifier = HireClassifier()
    classifier.fit(tables, BEFORE.end_ms)
    before, after = (describe_persons(classifier, tables, period) for period in (BEFORE, AFTER))
    inputs = sample_inputs(tables, BEFORE, RECRUITERS_BEFORE)
    baselines = MonitoringBaselines(
        record_baseline(MONITORING.sample(before)),
        count_outcomes(before),
        {name: record_baseline(sample) for name, sample in inputs.items()},
    )
    outcomes = count_outcomes(after).document()
    later = sample_inputs(tables, AFTER, RECRUITERS_AFTER)
    return find_drift(baselines, MONITORING.sample(after), later, outcomes)
