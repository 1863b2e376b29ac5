"""Publishes a run as an immutable release: the state at `as_of` and the trained models."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl
import structlog

from pipelines.encoding.arrays import encode_user_types, write_bundles
from pipelines.plans.monitoring import Monitoring
from pipelines.plans.monitoring_baselines import MonitoringBaselines
from pipelines.plans.plan import Plan, ReleaseRecord
from pipelines.replay import is_replayed
from pipelines.stages.artifacts import load_dataset, load_refine_report
from pipelines.stages.encode import CATALOGUE_FILE
from pipelines.stages.evaluate_classifier import read_classifier_measures
from pipelines.stages.gating import GateDecision
from pipelines.stages.report import AUDIT_FILE, read_audit, read_metrics
from script_shared.arrays import Bundle
from script_shared.clock import Clock, WallClock
from script_shared.dataset import Dataset
from script_shared.evaluation.comparison import SERVED
from script_shared.evaluation.promotion import PromotionDecision
from script_shared.evaluation.ranking import METRICS
from script_shared.inference.text_index import TEXTS, TextIndex
from script_shared.models.components.texts.text_space import TextSpace
from script_shared.models.ranking.state_replay import build_state
from script_shared.releases.factory import open_registry
from script_shared.releases.manifest import Facts
from script_shared.releases.state import CHALLENGER
from script_shared.releases.store import DOCUMENTS
from script_shared.state.state import State
from script_shared.storage.partitions import find_partition
from script_shared.storage.volume import Volume

_LOG = structlog.get_logger(__name__)
#: The file of a release that contains the baseline of a monitored domain.
BASELINE_FILE = "baseline.json"


@dataclass(frozen=True, slots=True)
class PublishResult:
    """The result of publishing a run.

    Attributes:
        run: id of the run.
        release: id of its release.
        promoted: whether the release became the champion; otherwise it is the challenger.
        reason: why, in a sentence.
        champion: id of the champion, None if there is none.
    """

    run: str
    release: str
    promoted: bool
    reason: str
    champion: str | None

    def __str__(self) -> str:
        """Return the result as one line of text."""
        if self.promoted:
            return f"{self.release} is the champion: {self.reason}"
        remedy = "To promote it: python -m pipelines releases promote"
        return f"{self.release} stays challenger: {self.reason}. {remedy}"


def publish(plan: Plan, volume: Volume, run: str, clock: Clock | None = None) -> PublishResult:
    """Write the release of a run; it becomes the champion if it passes the gates, else the challenger.

    Args:
        plan: the domain's plan.
        volume: where the run is stored.
        run: id of the run.
        clock: the current time; the wall clock if None.

    Raises:
        NotEnoughDataError: the domain is monitored, and the run has no rows for a baseline.
    """
    release = _write_release(plan, volume, run, clock or WallClock())
    registry = open_registry(volume)
    champion = registry.find()
    verdict = _decide(GateDecision.read(volume, run), release, champion)
    if champion != release:
        registry.publish(release)
    # Also after an attempt that was killed here, which left its release under both aliases.
    if verdict.promoted and registry.find(CHALLENGER) == release:
        registry.promote()
    result = PublishResult(run, release, verdict.promoted, verdict.reason, registry.find())
    _LOG.info("published", **asdict(result))
    return result


def _decide(decision: GateDecision | None, release: str, champion: str | None) -> PromotionDecision:
    verdict = decision.verdict if decision else PromotionDecision(False, "it has not been evaluated")
    if champion == release and not verdict.promoted:
        return PromotionDecision(True, f"promoted by hand, though {verdict.reason}")
    if champion == release:
        return verdict
    if decision and verdict.promoted and decision.champion != champion:
        reason = f"it was compared with {decision.champion}, but {champion} serves now: evaluate it again"
        return PromotionDecision(False, reason)
    return verdict


def _write_release(plan: Plan, volume: Volume, run: str, clock: Clock) -> str:
    dataset, parameters = load_dataset(volume, run)
    encoded = find_partition(volume.encoded, run)
    segments = plan.domain.segments(parameters)
    state = build_state(dataset, plan.domain.state(parameters))
    names = [*(segment.name for segment in segments), *plan.domain.classifiers(parameters)]
    models = {name: Bundle.read(find_partition(volume.artifacts / run, name) / "model") for name in names}
    metrics, refine_report = read_metrics(volume, run), load_refine_report(volume, run)
    log = refine_report.get("log", {})
    facts = Facts(
        domain=plan.domain.name,
        run=run,
        as_of_ms=dataset.as_of_ms,
        replay=is_replayed(dataset.as_of_ms, clock.now_ms()),
        log_after=log.get("after", 0),
        log_until=log.get("until", 0),
        withdrawn=refine_report.get("withdrawn", []),
        expires_ms=refine_report.get("expires_ms", {}),
        suspected_bots=refine_report.get("suspected_bots", {}).get("users", 0),
        data_fingerprint=str(refine_report.get("fingerprint", "")),
        parameters=parameters,
        segments={part.name: {"model": part.model, **models[part.name].document} for part in segments},
        metrics=_select_served(metrics),
    )

    def fill(folder: Path) -> None:
        _write_state(folder / "state", dataset, state)
        write_bundles(folder / "models", models)
        shutil.copytree(encoded / "space", folder / "space")
        if plan.domain.is_searchable:
            space = TextSpace.load(Bundle.read(encoded / "space"))
            TextIndex.build(space, dataset.catalogue.vectors).dump().write(folder / TEXTS)
        shutil.copyfile(encoded / CATALOGUE_FILE, folder / CATALOGUE_FILE)
        (folder / "evaluation.json").write_text(pl.DataFrame(metrics).write_json() if metrics else "[]")
        classifiers = read_classifier_measures(volume, run)
        (folder / "classifiers.json").write_text(json.dumps(classifiers, indent=1))
        _write_documents(folder / DOCUMENTS, plan, ReleaseRecord(volume, run, facts))
        if plan.monitoring:
            _write_baseline(folder / BASELINE_FILE, plan.monitoring, volume, run)

    return open_registry(volume).write(facts, fill).id


def _select_served(records: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Return the service's metrics by segment; `evaluation.json` has the baselines and intervals too."""
    served = [record for record in records if record["model"] == SERVED]
    return {record["segment"]: {metric: record[metric] for metric in METRICS} for record in served}


def _write_documents(folder: Path, plan: Plan, record: ReleaseRecord) -> None:
    audit = read_audit(record.volume, record.run)
    documents = {} if audit is None else {AUDIT_FILE: json.dumps(audit, indent=1).encode()}
    for name, content in {**documents, **plan.release_documents(plan, record)}.items():
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)


def _write_baseline(path: Path, monitoring: Monitoring, volume: Volume, run: str) -> None:
    """Write the baselines of a run; a release of a run without rows that are predicted has none."""
    baselines = MonitoringBaselines.record(monitoring, volume, run)
    if baselines is None:
        _LOG.warning("the run has no rows for a baseline: its release cannot be monitored", run=run)
    else:
        path.write_text(baselines.dump())


def _write_state(folder: Path, dataset: Dataset, state: State) -> None:
    codes, names = encode_user_types(dataset.user_types.tolist())
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
