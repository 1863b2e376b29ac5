"""Settings of the pipelines, read from the environment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, PositiveInt, SecretStr, field_validator

from script_shared.impressions.pseudonyms import Pseudonyms
from script_shared.settings import Settings


@dataclass(frozen=True, slots=True)
class BotLimits:
    """The limits above which a user is a suspected bot.

    A limit is raised to 50 times the median of the users' busiest hours or days if that is higher.

    Attributes:
        per_hour: interactions within an hour; 0 for no limit.
        per_day: interactions within a UTC day; 0 for no limit.
    """

    per_hour: int
    per_day: int


@dataclass(frozen=True, slots=True)
class RefineOptions:
    """Options of the refine stage.

    Attributes:
        user_share: the share of users to keep; below 1 for a sample on a developer's machine.
        bot_limits: interactions of users above these limits are dropped.
        removed_items: whether items that were removed from the catalogue file may still be recommended.
    """

    user_share: float = 1.0
    bot_limits: BotLimits = BotLimits(0, 0)
    removed_items: Literal["drop", "keep"] = "drop"


class PipelineSettings(Settings):
    """Settings of the stages.

    Attributes:
        evaluation_users: the maximum number of users that are evaluated in each segment and hour.
        user_limit: the maximum weight that the interactions of one user add to the counters in a minute; a
            plain interaction has weight 1.
        bot_interactions_per_hour: more interactions in an hour make a user a suspected bot; 0 for no limit.
        bot_interactions_per_day: more interactions in a UTC day make a user a suspected bot; 0 for no limit.
        removed_items: `drop` excludes items that were removed from the catalogue file.
        stage_processes: the maximum number of processes in which the command line runs independent stages,
            such as the training of each model; 1 runs one after the other.
        model_card_contact: whom the model card names for questions, reviews and contestations.
        raw_database_url: URL of the database of raw records, from which each run deletes erased users.
        inference_log_keys: those of the service, so that monitoring joins logged predictions with outcomes.
    """

    evaluation_users: PositiveInt = 2_000
    user_limit: float = Field(default=20.0, gt=0, allow_inf_nan=False)
    bot_interactions_per_hour: int = Field(default=100, ge=0)
    bot_interactions_per_day: int = Field(default=400, ge=0)
    removed_items: Literal["drop", "keep"] = "drop"
    stage_processes: PositiveInt = 2
    model_card_contact: str = Field(default="", max_length=500)
    inference_log_keys: SecretStr = SecretStr("")
    raw_database_url: SecretStr = SecretStr("")

    @property
    def pseudonyms(self) -> Pseudonyms:
        """The pseudonyms under which the service logs users."""
        keys = self.inference_log_keys.get_secret_value().split(",")
        return Pseudonyms([key.strip() for key in keys if key.strip()])

    @property
    def refine_options(self) -> RefineOptions:
        """The options of the refine stage."""
        limits = BotLimits(self.bot_interactions_per_hour, self.bot_interactions_per_day)
        return RefineOptions(self.user_share, limits, self.removed_items)


class DagSettings(Settings):
    """The schedules of the DAGs that no other DAG starts, and the retries and timeouts of all tasks.

    Attributes:
        process_schedule: a cron expression, UTC, for all domains; or `<domain>=<cron expression>` for each,
            separated by semicolons. A domain without one is only triggered.
        monitor_schedule: the same for the reports on a day's predictions.
        task_retries: how often Airflow retries a task after a temporary error.
        task_retry_seconds: the pause before each retry.
        task_timeout_minutes: a task that takes longer is ended and counts as failed.
    """

    process_schedule: str = ""
    monitor_schedule: str = "15 1 * * *"
    task_retries: int = Field(default=2, ge=0, le=1_000)
    task_retry_seconds: float = Field(default=10, ge=0, le=86_400)
    task_timeout_minutes: int = Field(default=60, gt=0, le=100_000)

    @field_validator("process_schedule", "monitor_schedule")
    @classmethod
    def _require_cron(cls, schedule: str) -> str:
        # croniter comes with Airflow; serving and the other commands do not install it.
        from croniter import croniter  # type: ignore[import-untyped]

        for expression in _split_schedules(schedule).values():
            if not croniter.is_valid(expression):
                raise ValueError(f"{expression!r} is no cron expression, such as '15 * * * *'")
        return schedule

    def find_schedule(self, domain: str) -> str | None:
        """Return the cron expression of a domain's runs; None if they are only triggered."""
        return _find_schedule(self.process_schedule, domain)

    def find_monitor_schedule(self, domain: str) -> str | None:
        """Return the cron expression of a domain's reports; None if they are only triggered."""
        return _find_schedule(self.monitor_schedule, domain)

    @property
    def default_args(self) -> dict[str, Any]:
        """The arguments that every Airflow task receives."""
        return {
            "retries": self.task_retries,
            "retry_delay": timedelta(seconds=self.task_retry_seconds),
            "execution_timeout": timedelta(minutes=self.task_timeout_minutes),
        }


def _find_schedule(text: str, domain: str) -> str | None:
    schedules = _split_schedules(text)
    return schedules.get(domain, schedules.get(""))


def _split_schedules(text: str) -> dict[str, str]:
    """Return the cron expressions by domain; that for all domains has an empty name."""
    schedules: dict[str, str] = {}
    for part in filter(str.strip, text.split(";")):
        domain, separator, expression = part.partition("=")
        schedules[domain.strip() if separator else ""] = (expression if separator else domain).strip()
    return schedules
