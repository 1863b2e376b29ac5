"""A small release from the real stages."""

from pathlib import Path

from pipelines.domains import load
from pipelines.stages.collect import collect
from pipelines.stages.compact import compact
from pipelines.stages.download import download
from pipelines.stages.encode import encode
from pipelines.stages.evaluate import evaluate
from pipelines.stages.publish import publish
from pipelines.stages.refine import refine
from pipelines.stages.report import report
from pipelines.stages.segment import segment
from pipelines.stages.train import train
from script_shared.storage.volume import Volume

SEGMENTS = ("logged", "semi_logged", "anonymous")


def publish_small_release(
    raw: Path,
    data_root: Path,
    run: str = "run-1",
    source: str = "globo",
    events_url: str = "",
    domain: str = "news",
) -> Volume:
    """Run all stages on raw files; return the volume."""
    plan, volume = load(domain), Volume(data_root / domain)
    download(plan, volume, run, source, str(raw), 1.0)
    collect(plan, volume, run, events_url)
    refine(plan, volume, run, source)
    encode(plan, volume, run)
    segment(plan, volume, run)
    for name in plan.model_names:
        train(plan, volume, run, name)
    for name in plan.segment_names:
        evaluate(plan, volume, run, plan.domain.evaluated_hours[0], name, users=100)
    report(plan, volume, run)
    publish(plan, volume, run)
    compact(plan, volume, run, events_url)
    return volume
