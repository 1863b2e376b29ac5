"""The baselines of a release: of its predictions, of the outcomes and of the other inputs, as one file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import polars as pl

from pipelines.plans.monitoring import OUTCOME, Monitoring
from script_shared.drift.baseline import Baseline, record_baseline
from script_shared.drift.outcome_rate import OutcomeRate
from script_shared.storage.volume import Volume


@dataclass(frozen=True, slots=True)
class MonitoringBaselines:
    """What a day is compared with.

    Attributes:
        predictions: the baseline of the predictions.
        outcomes: the rate of the outcome; None where the domain's reference does not know it.
        inputs: the baselines of the other inputs, by name; one without rows has none.
    """

    predictions: Baseline
    outcomes: OutcomeRate | None
    inputs: Mapping[str, Baseline]

    @classmethod
    def record(cls, monitoring: Monitoring, volume: Volume, run: str) -> Self | None:
        """Describe a run's own data; None where the run has no row that is predicted."""
        frame = monitoring.reference(volume, run)
        if frame.is_empty():
            return None
        references = {name: part.reference(volume, run) for name, part in monitoring.inputs.items()}
        inputs = {
            name: record_baseline(monitoring.inputs[name].sample(rows))
            for name, rows in references.items()
            if not rows.is_empty()
        }
        return cls(record_baseline(monitoring.sample(frame)), count_outcomes(frame), inputs)

    def dump(self) -> str:
        """Return JSON."""
        document = {
            "predictions": self.predictions.document(),
            "outcomes": self.outcomes and self.outcomes.document(),
            "inputs": {name: baseline.document() for name, baseline in self.inputs.items()},
        }
        return json.dumps(document, allow_nan=False)

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """Restore what `dump` returned, as JSON values."""
        outcomes = document["outcomes"]
        inputs = {name: Baseline.parse(entry) for name, entry in document["inputs"].items()}
        return cls(Baseline.parse(document["predictions"]), outcomes and OutcomeRate.parse(outcomes), inputs)


def count_outcomes(frame: pl.DataFrame) -> OutcomeRate | None:
    """Count the rows of a frame whose outcome is known; None without a column of outcomes."""
    if OUTCOME not in frame.columns:
        return None
    known = frame[OUTCOME].drop_nulls()
    return OutcomeRate(len(known), int(known.sum()))
