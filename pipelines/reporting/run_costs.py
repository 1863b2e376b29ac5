"""Measures time and memory of every stage call: `runs/<run>/<stage>[-<part>].json`.

`evaluation/runs/<run>/costs.json` summarises them beside the run's metrics.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from pipelines.plans.plan import Plan
from script_shared.storage.partitions import find_partition, write_text_atomically
from script_shared.storage.volume import Volume

_P = ParamSpec("_P")
_T = TypeVar("_T")
_PROCESS_STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class StageCost:
    """The cost of one stage call.

    Attributes:
        stage: name of the stage.
        part: name of this call among several parallel calls; empty for a single call.
        started: start time, seconds since 1970, UTC.
        seconds: elapsed time.
        peak_mib: peak memory of the process, MiB.
    """

    stage: str
    part: str
    started: float
    seconds: float
    peak_mib: int

    @property
    def name(self) -> str:
        """The name of stage and part."""
        return f"{self.stage}-{self.part}" if self.part else self.stage


def measure_stage(
    part: str,
    stage: Callable[Concatenate[Plan, Volume, str, _P], _T],
    plan: Plan,
    volume: Volume,
    run: str,
    *arguments: _P.args,
    **options: _P.kwargs,
) -> _T:
    """Run a stage and write its cost to the volume; nothing is written if the stage fails.

    Args:
        part: name of this call among several parallel calls; empty for a single call.
        stage: the stage function.
        plan: the domain's plan.
        volume: where the run is stored.
        run: id of the run.
        arguments: further arguments of the stage.
        options: further keyword arguments of the stage.

    Returns:
        The result of the stage.
    """
    _reset_peak()
    started, clock = time.time(), time.monotonic()
    result = stage(plan, volume, run, *arguments, **options)
    cost = StageCost(stage.__name__, part, started, round(time.monotonic() - clock, 2), _peak_mib())
    folder = volume.runs / run
    folder.mkdir(parents=True, exist_ok=True)
    write_text_atomically(folder / f"{cost.name}.json", json.dumps(asdict(cost)))
    return result


def read_costs(volume: Volume, run: str) -> list[StageCost]:
    """Return the costs of a run's stage calls, in the order of their start."""
    files = (volume.runs / run).glob("*.json")
    costs = (StageCost(**json.loads(file.read_text())) for file in files)
    return sorted(costs, key=lambda cost: cost.started)


def write_costs(volume: Volume, run: str) -> Path:
    """Write the costs of a run beside its metrics; return the path of the file."""
    costs = read_costs(volume, run)
    path = find_partition(volume.evaluation / "runs", run) / "costs.json"
    document = {"stage_seconds": elapsed_seconds(costs), "stages": [asdict(cost) for cost in costs]}
    write_text_atomically(path, json.dumps(document, indent=1))
    return path


def elapsed_seconds(costs: Sequence[StageCost]) -> float:
    """Return the seconds during which at least one stage was running; parallel calls count once."""
    total, until = 0.0, 0.0
    for cost in sorted(costs, key=lambda cost: cost.started):
        end = cost.started + cost.seconds
        total += max(0.0, end - max(until, cost.started))
        until = max(until, end)
    return round(total, 2)


def _reset_peak() -> None:
    """Reset the peak memory of the process to its current memory (Linux)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_mib() -> int:
    """Return the peak memory since the reset; `getrusage` includes the parent's memory before an exec."""
    if _PROCESS_STATUS.exists():
        lines = dict(line.split(":", 1) for line in _PROCESS_STATUS.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) // 2**10
    # macOS counts bytes where Linux counts KiB.
    units_per_mib = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // units_per_mib
