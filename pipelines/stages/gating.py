"""Decides whether a run may become the champion, and stores the decision beside the run's metrics."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pipelines.stages.champion_refit import ChampionRecord
from script_shared.evaluation.comparison import Comparison
from script_shared.evaluation.gates import Gates
from script_shared.evaluation.promotion import (
    Finding,
    PromotionDecision,
    decide_promotion,
    judge_classifier,
)
from script_shared.storage.volume import Volume

_FILE = "verdict.json"


@dataclass(frozen=True, slots=True)
class GateDecision:
    """The verdict on a run.

    Attributes:
        champion: the id of the champion with which the run was compared; None if there was none.
        verdict: the outcome of the gates.
    """

    champion: str | None
    verdict: PromotionDecision

    def write(self, folder: Path) -> None:
        """Write the decision to a folder."""
        (folder / _FILE).write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def read(cls, volume: Volume, run: str) -> GateDecision | None:
        """Return the decision on a run; None if the run has not been reported."""
        path = volume.evaluation / "runs" / run / _FILE
        if not path.exists():
            return None
        document = json.loads(path.read_text())
        findings = tuple(Finding(**finding) for finding in document["verdict"].pop("findings"))
        return cls(document["champion"], PromotionDecision(**document["verdict"], findings=findings))


def judge_run(
    comparisons: Sequence[Comparison],
    champions: Collection[ChampionRecord],
    gates: Gates,
    classifiers: Sequence[Mapping[str, Any]] = (),
) -> GateDecision:
    """Apply the gates to a run.

    Args:
        comparisons: one for each segment of the run.
        champions: the distinct champions with which the run was compared.
        gates: the domain's gates.
        classifiers: the measures of the run's classifiers.
    """
    if len(champions) > 1:
        reason = "the champion changed while the run was evaluated: evaluate it again"
        return GateDecision(None, PromotionDecision(False, reason))
    (champion,) = champions
    of_classifiers = [
        finding
        for measured in classifiers
        for finding in judge_classifier(
            measured["name"], measured["rows"], measured.get("differences", {}), gates
        )
    ]
    verdict = decide_promotion(
        comparisons, gates, new_configuration=champion.refitted, classifiers=of_classifiers
    )
    reason = f"{champion.reason}; {verdict.reason}" if champion.reason else verdict.reason
    return GateDecision(champion.release, replace(verdict, reason=reason))
