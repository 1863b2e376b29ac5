"""Monitoring reports from the real comparison of generated samples."""

import json

import numpy as np

from script_shared.clock import MS_PER_HOUR
from script_shared.drift.activity import measure_hours
from script_shared.drift.baseline import record_baseline
from script_shared.drift.detection import detect_drift
from script_shared.drift.sample import Sample
from script_shared.evaluation.classification.outcomes import measure_outcomes
from script_shared.storage.partitions import set_alias, write_partition
from tests.support.data.sentences import draw_sentence

DAY_MS = 24 * MS_PER_HOUR


def draw_sample(rng, rows, years=5.0):
    """Return a sample of three features and a text; English is a sixth of the texts."""
    features = {
        "is_remote": (rng.random(rows) < 0.4).astype(float),
        "years": rng.gamma(2, years / 2, rows),
        "score": rng.beta(2, 8, rows),
    }
    texts = [draw_sentence(rng, "en" if english else "pt") for english in rng.random(rows) < 1 / 6]
    return Sample(rows, features, {"profile": texts})


def make_report(day_ms, rows=500, years=5.0):
    """Return a report; with other years than 5 the feature `years` drifts."""
    rng = np.random.default_rng(day_ms // DAY_MS)
    sample = draw_sample(rng, rows, years)
    scores = sample.features["score"]
    drift = detect_drift(record_baseline(draw_sample(rng, 3_000)), sample)
    return {
        "day": np.datetime64(day_ms, "ms").astype(str)[:10],
        "day_ms": day_ms,
        "release": "a-release",
        "rows": rows,
        "mean_score": float(scores.mean()) if rows else None,
        "hours": measure_hours(np.sort(rng.integers(0, DAY_MS, rows)) + day_ms, scores, day_ms),
        "drift": drift.document(),
        "quality": {"days": 30, "predictions": rows, **measure_outcomes(scores, rng.random(rows) < scores)},
    }


def write_report(volume, report):
    """Write a report as the newest of a volume."""
    with write_partition(volume.monitoring, report["day"]) as folder:
        (folder / "report.json").write_text(json.dumps(report, allow_nan=False))
    set_alias(volume.monitoring, "latest", report["day"])
