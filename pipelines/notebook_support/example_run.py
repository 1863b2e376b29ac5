"""A run to look at: one of the volume, or a small one of generated reads where there is none."""

from __future__ import annotations

import atexit
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import polars as pl

from pipelines.domains import load
from pipelines.plan import Plan
from pipelines.stages.artifacts import load_dataset, load_refine_report
from pipelines.stages.download import download
from pipelines.stages.encode import encode
from pipelines.stages.refine import refine
from pipelines.stages.segment import segment
from script_shared.dataset import Dataset
from script_shared.domain import Parameters
from script_shared.settings import Settings
from script_shared.storage.partitions import find_partition, get_alias
from script_shared.storage.volume import Volume
from script_shared.tables import Tables

#: The name of a run that was made for want of another; its figures say nothing of real readers.
GENERATED = "generated"
#: A thousand readers and sixteen thousand reads: seconds, not minutes.
SMALL = 0.002


@dataclass(frozen=True, slots=True)
class ExampleRun:
    """A refined, encoded and segmented run.

    Attributes:
        plan: the domain's.
        volume: where the run lies.
        run: its name.
    """

    plan: Plan
    volume: Volume
    run: str

    def tables(self) -> Tables:
        """Return the refined tables."""
        return Tables.read(find_partition(self.volume.refined, self.run))

    def users(self) -> pl.DataFrame:
        """Return the segment of each reader: user_id, segment."""
        return pl.read_parquet(find_partition(self.volume.segments, self.run) / "users.parquet")

    def report(self) -> dict[str, Any]:
        """Return what refining kept, changed and rejected."""
        return load_refine_report(self.volume, self.run)

    def dataset(self) -> tuple[Dataset, Parameters]:
        """Return the tables as arrays, and the parameters that training would use."""
        return load_dataset(self.volume, self.run)


def open_run(settings: Settings, run: str = "") -> ExampleRun:
    """Open a run of the volume; where nothing was ever refined, one of generated reads.

    Args:
        settings: name the volume and the domain.
        run: its name; empty is the newest.

    Raises:
        PartitionError: there is no run of that name.
    """
    plan, volume = load(settings.domain), Volume.of(settings)
    if not run and get_alias(volume.refined, "latest") is None:
        return _generated(plan)
    return ExampleRun(plan, volume, find_partition(volume.refined, run or None).name)


def _generated(plan: Plan) -> ExampleRun:
    """Generate reads into a temporary folder that goes when the process ends."""
    folder = Path(mkdtemp(prefix="manchete-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    volume = Volume(folder / plan.domain.name)
    download(plan, volume, GENERATED, "synthetic", "", SMALL)
    refine(plan, volume, GENERATED, "synthetic")
    encode(plan, volume, GENERATED)
    segment(plan, volume, GENERATED)
    return ExampleRun(plan, volume, GENERATED)
