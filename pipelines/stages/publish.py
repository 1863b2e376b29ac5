"""Publishes a run: the state at `as_of` and the trained models, as an immutable release that may serve."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl
import structlog

from pipelines.encoding.arrays import type_codes, write_bundles
from pipelines.plan import Plan
from pipelines.replay import is_replayed
from pipelines.stages.artifacts import load_dataset, load_report
from pipelines.stages.encode import CATALOGUE
from pipelines.stages.gating import GateDecision
from pipelines.stages.report import read_metrics
from script_shared.arrays import Bundle
from script_shared.clock import Clock, WallClock
from script_shared.dataset import Dataset
from script_shared.evaluation.comparison import SERVED
from script_shared.evaluation.promotion import PromotionDecision
from script_shared.evaluation.ranking import METRICS
from script_shared.models.ranking.state_replay import build_state
from script_shared.releases.manifest import Facts
from script_shared.releases.registry import CHALLENGER, Registry
from script_shared.releases.store import write_release
from script_shared.segments import Segment
from script_shared.state.state import State
from script_shared.storage.partitions import find_partition
from script_shared.storage.volume import Volume

_LOG = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a run.

    Attributes:
        run: its name.
        release: its release.
        promoted: whether that is the champion; if not, it is the challenger.
        why: in a sentence.
        champion: id of the release that serves, None where none does.
    """

    run: str
    release: str
    promoted: bool
    why: str
    champion: str | None

    def __str__(self) -> str:
        """Say it in a line."""
        if self.promoted:
            return f"{self.release} is the champion: {self.why}"
        return f"{self.release} stays challenger: {self.why}. To have it serve: python -m pipelines promote"


def publish(plan: Plan, volume: Volume, run: str, clock: Clock | None = None) -> Published:
    """Write the release of a run; it becomes the champion, or stays the challenger if the gate refuses it."""
    release = _write_release(plan, volume, run, clock or WallClock())
    registry = Registry(volume.releases)
    champion = registry.find()
    verdict = _decide(GateDecision.read(volume, run), release, champion)
    if champion != release:
        registry.publish(release)
    # Not only then: a try that was killed in between may have left its release under both names.
    if verdict.promoted and registry.find(CHALLENGER) == release:
        registry.promote()
    published = Published(run, release, verdict.promoted, verdict.reason, registry.find())
    _LOG.info("published", **asdict(published))
    return published


def _decide(judgement: GateDecision | None, release: str, champion: str | None) -> PromotionDecision:
    verdict = judgement.verdict if judgement else PromotionDecision(False, "it has not been evaluated")
    if champion == release:
        return (
            verdict
            if verdict.promoted
            else PromotionDecision(True, f"promoted by hand, though {verdict.reason}")
        )
    if judgement and verdict.promoted and judgement.champion != champion:
        what = f"it was compared with {judgement.champion}, but {champion} serves now: evaluate it again"
        return PromotionDecision(False, what)
    return verdict


def _write_release(plan: Plan, volume: Volume, run: str, clock: Clock) -> str:
    dataset, parameters = load_dataset(volume, run)
    encoded = find_partition(volume.encoded, run)
    segments = plan.domain.segments(parameters)
    state = build_state(dataset, plan.domain.state(parameters))
    models = {each.name: Bundle.read(_artifact(volume, run, each) / "model") for each in segments}
    metrics, refined = read_metrics(volume, run), load_report(volume, run)
    log = refined.get("log", {})
    facts = Facts(
        domain=plan.domain.name,
        run=run,
        as_of_ms=dataset.as_of_ms,
        replay=is_replayed(dataset.as_of_ms, clock.now_ms()),
        log_after=log.get("after", 0),
        log_until=log.get("until", 0),
        withdrawn=refined.get("withdrawn", []),
        expires_ms=refined.get("expires_ms", {}),
        suspected_bots=refined.get("suspected_bots", {}).get("users", 0),
        data_fingerprint=str(refined.get("fingerprint", "")),
        parameters=parameters,
        segments={each.name: {"model": each.model, **models[each.name].document} for each in segments},
        metrics=_summary(metrics),
    )

    def fill(folder: Path) -> None:
        _write_state(folder / "state", dataset, state)
        write_bundles(folder / "models", models)
        shutil.copytree(encoded / "space", folder / "space")
        shutil.copyfile(encoded / CATALOGUE, folder / CATALOGUE)
        (folder / "evaluation.json").write_text(pl.DataFrame(metrics).write_json() if metrics else "[]")

    return write_release(volume.releases, facts, fill).id


def _summary(records: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Return what the service scored by segment; baselines and intervals stay in `evaluation.json`."""
    own = [record for record in records if record["model"] == SERVED]
    return {record["segment"]: {metric: record[metric] for metric in METRICS} for record in own}


def _artifact(volume: Volume, run: str, segment: Segment) -> Path:
    return find_partition(volume.artifacts / run, segment.name)


def _write_state(folder: Path, dataset: Dataset, state: State) -> None:
    codes, names = type_codes(dataset.user_types.tolist())
    parts: dict[str, Bundle] = {
        **state.snapshot(),
        "histories": Bundle(state.histories.snapshot_users(len(dataset.users))),
        "users": Bundle(dataset.users.arrays()),
        "vocabulary": Bundle(dataset.items.arrays()),
        "keys": Bundle(dataset.keys.arrays()),
        "user_types": Bundle({"code": codes}, {"names": names}),
        "catalogue": Bundle({"newest": dataset.newest_items()}),
        "categories": Bundle(dataset.catalogue.categories.arrays()),
    }
    write_bundles(folder, parts)
