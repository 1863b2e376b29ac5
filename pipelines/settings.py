"""Settings of the pipelines alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, PositiveInt, field_validator

from script_shared.settings import Settings

#: The hours that are scored begin so many hours before `as_of`: the newest, and a day earlier.
SCORED_HOURS = (1, 25)


@dataclass(frozen=True, slots=True)
class BotBounds:
    """The most that a reader reads in an hour and in a day of the clock, in UTC.

    A site whose readers read more has a higher bound: 50 times the median of its readers' busiest hours
    or days.

    Attributes:
        per_hour, per_day: reads; 0 for no bound.
    """

    per_hour: int
    per_day: int


@dataclass(frozen=True, slots=True)
class RefineOptions:
    """What refining may be told.

    Attributes:
        reader_share: the share of readers to go on with, below 1 for a developer's sample.
        bot_bounds: readers beyond them are suspected bots, whose reads are left out.
        removed_items: whether items that have been taken out of the catalogue file may still be named.
    """

    reader_share: float = 1.0
    bot_bounds: BotBounds = BotBounds(0, 0)
    removed_items: Literal["drop", "keep"] = "drop"


class PipelineSettings(Settings):
    """What the stages can be told beyond what serving knows too.

    Attributes:
        evaluation_readers: at most so many readers of each segment and hour are scored.
        user_limit: what the interactions of one user add to the counts at most in a minute, in plain reads.
        bot_reads_per_hour, bot_reads_per_day: a reader beyond them is a suspected bot; 0 for no bound.
        removed_items: `drop` names no item any more that has been taken out of the catalogue file.
    """

    evaluation_readers: PositiveInt = 2_000
    user_limit: float = Field(default=20.0, gt=0, allow_inf_nan=False)
    bot_reads_per_hour: int = Field(default=100, ge=0)
    bot_reads_per_day: int = Field(default=400, ge=0)
    removed_items: Literal["drop", "keep"] = "drop"

    @property
    def refine_options(self) -> RefineOptions:
        """Options of refining."""
        bounds = BotBounds(self.bot_reads_per_hour, self.bot_reads_per_day)
        return RefineOptions(self.user_share, bounds, self.removed_items)


class DagSettings(Settings):
    """When the first DAG starts by itself, and how patient the tasks are.

    Attributes:
        process_schedule: a cron expression, UTC; empty waits to be triggered.
        task_retries: how often a task is tried again after an error that nobody can act on.
        task_retry_seconds: how long it waits before.
        task_timeout_minutes: a task that takes longer is ended and counts as failed.
    """

    process_schedule: str = ""
    task_retries: int = Field(default=2, ge=0, le=1_000)
    task_retry_seconds: float = Field(default=10, ge=0, le=86_400)
    task_timeout_minutes: int = Field(default=60, gt=0, le=100_000)

    @field_validator("process_schedule")
    @classmethod
    def _is_cron(cls, schedule: str) -> str:
        from croniter import croniter  # type: ignore[import-untyped]  # comes with Airflow; serving and the other commands do without

        if schedule and not croniter.is_valid(schedule):
            raise ValueError(f"{schedule!r} is no cron expression, such as '15 * * * *'")
        return schedule

    @property
    def defaults(self) -> dict[str, Any]:
        """What every task is given."""
        return {
            "retries": self.task_retries,
            "retry_delay": timedelta(seconds=self.task_retry_seconds),
            "execution_timeout": timedelta(minutes=self.task_timeout_minutes),
        }
