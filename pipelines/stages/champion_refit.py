"""The champion as a new run meets it: its configuration, to be refitted with today's code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pipelines.plan import Plan
from script_shared.domain import Parameters
from script_shared.errors import ReleaseError
from script_shared.releases.manifest import read_manifest
from script_shared.releases.registry import Registry
from script_shared.storage.volume import Volume

_FILE = "champion.json"


@dataclass(frozen=True, slots=True)
class ChampionRefit:
    """The champion of the moment.

    Attributes:
        release: its id, None where nothing serves.
        parameters: its configuration where that is another than the run's and can be refitted.
        why: says why there is nothing to refit; empty where there is.
    """

    release: str | None
    parameters: Parameters | None
    why: str

    def write(self, folder: Path) -> None:
        """Leave in a folder whom its scores met."""
        told = {"release": self.release, "refitted": self.parameters is not None, "why": self.why}
        (folder / _FILE).write_text(json.dumps(told))


@dataclass(frozen=True, slots=True)
class Met:
    """Whom a run's scores met: the champion's id, whether it was refitted, and why not."""

    release: str | None
    refitted: bool
    why: str

    @classmethod
    def read(cls, folder: Path) -> Met:
        """Return what `ChampionRefit.write` left in a folder."""
        return cls(**json.loads((folder / _FILE).read_text()))


def find_opponent(plan: Plan, volume: Volume, parameters: Parameters) -> ChampionRefit:
    """Return the champion as a run with these parameters meets it."""
    release = Registry(volume.releases).find()
    if release is None:
        return ChampionRefit(None, None, "there is no champion yet")
    try:
        theirs = read_manifest(volume.releases / release).parameters
        known = _can_be_refitted(plan, theirs)
    except ReleaseError as error:
        return ChampionRefit(release, None, f"the champion cannot be read: {error}")
    if theirs == parameters:
        return ChampionRefit(release, None, "the champion has the same configuration")
    if not known:
        return ChampionRefit(release, None, "today's code does not know the champion's configuration")
    return ChampionRefit(release, theirs, "")


def _can_be_refitted(plan: Plan, parameters: Parameters) -> bool:
    try:
        return bool(plan.domain.segments(parameters)) and bool(plan.domain.state(parameters))
    except ValueError:
        return False
