"""Loads what earlier stages wrote."""

from __future__ import annotations

import json
from typing import Any

from pipelines.encoding.arrays import read_dataset
from script_shared.dataset import Dataset
from script_shared.domain import Parameters
from script_shared.storage.partitions import find_partition
from script_shared.storage.volume import Volume


def load_refine_report(volume: Volume, run: str) -> dict[str, Any]:
    """Return the report of a run's refine stage."""
    return json.loads((find_partition(volume.refined, run) / "report.json").read_text())


def load_dataset(volume: Volume, run: str) -> tuple[Dataset, Parameters]:
    """Return a run's interactions and items as memory-mapped arrays, and the parameters to train with."""
    return read_dataset(find_partition(volume.encoded, run))
