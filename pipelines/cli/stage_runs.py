"""Runs stages on the command line; independent calls in several processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from pipelines.cli.console import CONSOLE
from pipelines.domains import load
from pipelines.encoding.worker_pool import create_worker_pool
from pipelines.plans.plan import Plan
from pipelines.reporting.run_costs import measure_stage
from pipelines.settings import PipelineSettings
from script_shared.storage.volume import Volume


class StageCall(NamedTuple):
    """A call of a stage that depends on no other of the same list.

    Attributes:
        stage: the stage function.
        part: name of the call among those of the stage.
        arguments: its arguments after the id of the run.
    """

    stage: Callable[..., Any]
    part: str
    arguments: tuple[Any, ...]


def load_plan_and_volume() -> tuple[Plan, Volume]:
    """Return the plan of the domain and the volume that the settings name."""
    settings = PipelineSettings.read()
    return load(settings.domain), Volume.from_settings(settings)


def run_stage(stage: Callable[..., Any], run: str, *arguments: Any, part: str = "") -> Any:
    """Run a stage and return its result.

    Args:
        stage: the stage function.
        run: id of the run.
        arguments: further arguments of the stage.
        part: name of this call among several; empty for a single call.
    """
    with CONSOLE.status(f"{stage.__name__} {part}"):
        return _measure(stage, run, part, *arguments)


def run_stages(run: str, calls: Sequence[StageCall]) -> None:
    """Run independent calls, the last first: in as many processes as `STAGE_PROCESSES` says.

    Args:
        run: id of the run.
        calls: the calls; in one process they run in this order.
    """
    processes = min(PipelineSettings.read().stage_processes, len(calls))
    if processes < 2:
        for call in calls:
            run_stage(call.stage, run, *call.arguments, part=call.part)
        return
    names = ", ".join(f"{call.stage.__name__} {call.part}" for call in calls)
    with CONSOLE.status(names), create_worker_pool(processes) as pool:
        submitted = [
            pool.submit(_measure, call.stage, run, call.part, *call.arguments) for call in reversed(calls)
        ]
        for result in submitted:
            result.result()


def _measure(stage: Callable[..., Any], run: str, part: str, *arguments: Any) -> Any:
    return measure_stage(part, stage, *load_plan_and_volume(), run, *arguments)
