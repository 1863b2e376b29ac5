"""Settings of the pipelines alone."""

from __future__ import annotations

from pydantic import PositiveInt

from script_shared.settings import Settings

#: The hours that are scored begin so many hours before `as_of`: the newest, and a day earlier.
SCORED_HOURS = (1, 25)


class PipelineSettings(Settings):
    """What the stages can be told beyond what serving knows too.

    Attributes:
        evaluation_readers: at most so many readers of each segment and hour are scored.
    """

    evaluation_readers: PositiveInt = 3_000
