"""Judges a run by its scores, and keeps the verdict beside its metrics."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pipelines.stages.champion_refit import Met
from script_shared.evaluation.comparison import Comparison
from script_shared.evaluation.gates import Gates
from script_shared.evaluation.promotion import Finding, PromotionDecision, decide_promotion
from script_shared.storage.volume import Volume

_FILE = "verdict.json"
_CHANGED = "the champion changed while the run was evaluated: evaluate it again"


@dataclass(frozen=True, slots=True)
class GateDecision:
    """A verdict, and the id of the champion that it holds against; None where there was none."""

    champion: str | None
    verdict: PromotionDecision

    def write(self, folder: Path) -> None:
        """Leave it in a folder."""
        (folder / _FILE).write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def read(cls, volume: Volume, run: str) -> GateDecision | None:
        """Return a run's, None when it has not been reported."""
        path = volume.evaluation / "runs" / run / _FILE
        if not path.exists():
            return None
        told = json.loads(path.read_text())
        findings = tuple(Finding(**each) for each in told["verdict"].pop("findings"))
        return cls(told["champion"], PromotionDecision(**told["verdict"], findings=findings))


def judge_run(comparisons: Sequence[Comparison], met: Collection[Met], gates: Gates) -> GateDecision:
    """Judge a run.

    Args:
        comparisons: of its segments.
        met: whom its scores met, different ones once each.
        gates: the domain's.
    """
    if len(met) > 1:
        return GateDecision(None, PromotionDecision(False, _CHANGED))
    (one,) = met
    verdict = decide_promotion(comparisons, gates, new_configuration=one.refitted)
    reason = f"{one.why}; {verdict.reason}" if one.why else verdict.reason
    return GateDecision(one.release, replace(verdict, reason=reason))
