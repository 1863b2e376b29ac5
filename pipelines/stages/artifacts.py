"""Reads back what earlier stages wrote."""

from __future__ import annotations

import json
from typing import Any

from pipelines.encoding.arrays import read_encoded
from script_shared.dataset import Dataset
from script_shared.domain import Parameters
from script_shared.storage.partitions import find_partition
from script_shared.storage.volume import Volume


def load_report(volume: Volume, run: str) -> dict[str, Any]:
    """Return what refining reported."""
    report: dict[str, Any] = json.loads((find_partition(volume.refined, run) / "report.json").read_text())
    return report


def load_dataset(volume: Volume, run: str) -> tuple[Dataset, Parameters]:
    """Return a run's reads and items as arrays, mapped into memory, and the parameters to train with."""
    return read_encoded(find_partition(volume.encoded, run))
