"""The champion's configuration, which the evaluation of a new run refits with the current code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pipelines.plans.plan import Plan
from script_shared.domain import Parameters
from script_shared.errors import ReleaseError
from script_shared.releases.factory import open_registry
from script_shared.storage.volume import Volume

_FILE = "champion.json"


@dataclass(frozen=True, slots=True)
class ChampionRefit:
    """The champion at the time of an evaluation, and the configuration to refit.

    Attributes:
        release: its id, None if there is no champion.
        parameters: its configuration if that differs from the run's and can be refitted, else None.
        reason: why there is nothing to refit; empty if there is.
    """

    release: str | None
    parameters: Parameters | None
    reason: str

    def write(self, folder: Path) -> None:
        """Write the `ChampionRecord` of the evaluation beside its scores."""
        record = {"release": self.release, "refitted": self.parameters is not None, "reason": self.reason}
        (folder / _FILE).write_text(json.dumps(record))


@dataclass(frozen=True, slots=True)
class ChampionRecord:
    """The champion with which an evaluation compared the run.

    Attributes:
        release: its id, None if there was no champion.
        refitted: whether its configuration was refitted.
        reason: why it was not refitted; empty if it was.
    """

    release: str | None
    refitted: bool
    reason: str

    @classmethod
    def read(cls, folder: Path) -> ChampionRecord:
        """Return the record that `ChampionRefit.write` wrote to a folder."""
        return cls(**json.loads((folder / _FILE).read_text()))


def find_champion_refit(plan: Plan, volume: Volume, parameters: Parameters) -> ChampionRefit:
    """Return the champion, and its configuration if a run with these parameters must refit it."""
    registry = open_registry(volume)
    release = registry.find()
    if release is None:
        return ChampionRefit(None, None, "there is no champion yet")
    try:
        champion_parameters = registry.read_manifest(release).parameters
        is_valid = _is_valid(plan, champion_parameters)
    except ReleaseError as error:
        return ChampionRefit(release, None, f"the champion cannot be read: {error}")
    if champion_parameters == parameters:
        return ChampionRefit(release, None, "the champion has the same configuration")
    if not is_valid:
        return ChampionRefit(release, None, "the current code does not accept the champion's configuration")
    return ChampionRefit(release, champion_parameters, "")


def _is_valid(plan: Plan, parameters: Parameters) -> bool:
    """Return whether the current code accepts the parameters of a release."""
    try:
        return bool(plan.domain.segments(parameters)) and bool(plan.domain.state(parameters))
    except ValueError:
        return False
