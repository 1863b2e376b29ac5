"""Reads back what earlier stages wrote."""

from __future__ import annotations

import json
from typing import Any

from pipelines.plan import Plan
from script_shared.dataset import Dataset, encode
from script_shared.domain import Parameters
from script_shared.partitions import find_partition
from script_shared.tables import Tables
from script_shared.volume import Volume


def load_report(volume: Volume, run: str) -> dict[str, Any]:
    """Return what refining reported."""
    report: dict[str, Any] = json.loads((find_partition(volume.refined, run) / "report.json").read_text())
    return report


def load_dataset(plan: Plan, volume: Volume, run: str) -> tuple[Dataset, Parameters]:
    """Return a run's refined tables as arrays, and the parameters to train with."""
    tables = Tables.read(find_partition(volume.refined, run))
    as_of_ms = int(load_report(volume, run)["as_of_ms"])
    dataset = encode(tables, plan.domain.context, plan.weight, as_of_ms)
    return dataset, plan.parameters(tables)
