"""What the stages of a run cost: `runs/<run>/<stage>[-<part>].json`, written around every stage call.

`evaluation/runs/<run>/costs.json` brings them together, beside the run's metrics.
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

from pipelines.plan import Plan
from script_shared.storage.partitions import find_partition, write_text_atomically
from script_shared.storage.volume import Volume

_P = ParamSpec("_P")
_T = TypeVar("_T")
_MEMORY = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one stage call cost.

    Attributes:
        stage: its name.
        part: which of several parallel calls, empty where there is one.
        started: seconds since 1970, UTC.
        seconds: wall time.
        peak_mib: most memory that the process held, in MiB.
    """

    stage: str
    part: str
    started: float
    seconds: float
    peak_mib: int

    @property
    def name(self) -> str:
        """The stage, and its part where there is one."""
        return f"{self.stage}-{self.part}" if self.part else self.stage


def measured(
    part: str,
    stage: Callable[Concatenate[Plan, Volume, str, _P], _T],
    plan: Plan,
    volume: Volume,
    run: str,
    *arguments: _P.args,
    **options: _P.kwargs,
) -> _T:
    """Do a stage and leave what it cost on the volume; a failed one leaves nothing.

    Args:
        part: which of several parallel calls this is, empty where there is one.
        stage: what to do.
        plan: the domain's.
        volume: where the run lies.
        run: its name.
        arguments: the stage's own.
        options: the stage's own.
    """
    _forget_peak()
    started, clock = time.time(), time.monotonic()
    result = stage(plan, volume, run, *arguments, **options)
    cost = Cost(stage.__name__, part, started, round(time.monotonic() - clock, 2), _peak_mib())
    folder = volume.runs / run
    folder.mkdir(parents=True, exist_ok=True)
    write_text_atomically(folder / f"{cost.name}.json", json.dumps(asdict(cost)))
    return result


def read_costs(volume: Volume, run: str) -> list[Cost]:
    """Return what the stages of a run cost, in the order in which they began."""
    files = (volume.runs / run).glob("*.json")
    return sorted((Cost(**json.loads(file.read_text())) for file in files), key=lambda each: each.started)


def write_costs(volume: Volume, run: str) -> Path:
    """Write what a run cost beside its metrics and return the file."""
    costs = read_costs(volume, run)
    path = find_partition(volume.evaluation / "runs", run) / "costs.json"
    stages = [asdict(each) for each in costs]
    write_text_atomically(
        path, json.dumps({"stage_seconds": stage_seconds(costs), "stages": stages}, indent=1)
    )
    return path


def stage_seconds(costs: Sequence[Cost]) -> float:
    """Return for how long at least one stage was at work; what went on in parallel counts once."""
    total, until = 0.0, 0.0
    for each in sorted(costs, key=lambda each: each.started):
        end = each.started + each.seconds
        total += max(0.0, end - max(until, each.started))
        until = max(until, end)
    return round(total, 2)


def _forget_peak() -> None:
    """Make the process's peak its present size, so that one stage does not inherit another's (Linux)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_mib() -> int:
    """Return the most memory since then; `getrusage` would keep what the parent held before an exec."""
    if _MEMORY.exists():
        lines = dict(line.split(":", 1) for line in _MEMORY.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) // 2**10
    # macOS counts bytes where Linux counts KiB.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (
        2**20 if sys.platform == "darwin" else 2**10
    )
