"""Opens a run of the volume for a notebook, or a small generated run if the volume has none."""

from __future__ import annotations

import atexit
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import polars as pl

from pipelines.domains import load
from pipelines.plans.plan import Plan
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

#: The name of the generated run; its statistics are not those of real users.
GENERATED = "generated"
#: Of the generated run, by default: of news a thousand users, who are processed in seconds.
SCALE = 0.002


@dataclass(frozen=True, slots=True)
class ExampleRun:
    """A refined, encoded and segmented run.

    Attributes:
        plan: the plan of the domain.
        volume: the volume with the run's data.
        run: the run's name.
    """

    plan: Plan
    volume: Volume
    run: str

    def read_tables(self) -> Tables:
        """Read the refined tables."""
        return Tables.read(find_partition(self.volume.refined, self.run))

    def read_segments(self) -> pl.DataFrame:
        """Read the segment of each user: user_id, segment."""
        return pl.read_parquet(find_partition(self.volume.segments, self.run) / "users.parquet")

    def load_report(self) -> dict[str, Any]:
        """Load the report on the rows that refining kept, changed and rejected."""
        return load_refine_report(self.volume, self.run)

    def load_dataset(self) -> tuple[Dataset, Parameters]:
        """Load the encoded dataset and the parameters that training would use."""
        return load_dataset(self.volume, self.run)


def open_run(settings: Settings, run: str = "", scale: float = SCALE) -> ExampleRun:
    """Open a run of the volume, or generate one if the volume has no refined run.

    Args:
        settings: settings with the volume and the domain.
        run: name of the run; the newest if empty.
        scale: size of a generated run, 1 for the size of the published data set.

    Raises:
        PartitionError: there is no run with this name.
    """
    plan, volume = load(settings.domain), Volume.from_settings(settings)
    if not run and get_alias(volume.refined, "latest") is None:
        return _generate_run(plan, scale)
    return ExampleRun(plan, volume, find_partition(volume.refined, run or None).name)


def _generate_run(plan: Plan, scale: float) -> ExampleRun:
    """Generate a run in a temporary folder that is deleted at the end of the process."""
    folder = Path(mkdtemp(prefix="manchete-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    volume = Volume(folder / plan.domain.name)
    download(plan, volume, GENERATED, plan.generated_source, "", scale)
    refine(plan, volume, GENERATED, plan.generated_source)
    encode(plan, volume, GENERATED)
    segment(plan, volume, GENERATED)
    return ExampleRun(plan, volume, GENERATED)
