"""The state of a registry: what the aliases point at, earlier champions and version numbers.

A transition returns a new state. A registry stores the state and decides how a change becomes atomic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from script_shared.errors import ReleaseError, ReleaseNotFoundError

CHAMPION = "champion"
CHALLENGER = "challenger"
ALIASES = (CHAMPION, CHALLENGER)

_HISTORY_LENGTH = 50


class RegistryState(BaseModel):
    """What a registry stores besides the releases.

    Attributes:
        champion: id of the release that serves; None before the first publication.
        challenger: id of the candidate for its place; None if there is none.
        champions: ids of earlier champions, oldest first.
        versions: version number by id of a release, counted from 1 in the order of publication.
        last_version: the largest number so far; a number is never used again.
        removing: ids of releases that are being removed and must not be published.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    champion: str | None = None
    challenger: str | None = None
    champions: tuple[str, ...] = ()
    versions: Mapping[str, int] = Field(default_factory=dict)
    last_version: int = Field(default=0, ge=0)
    removing: tuple[str, ...] = ()

    def find(self, alias: str) -> str | None:
        """Return the id of the release that `alias` points at, None where it was never set.

        Raises:
            ReleaseError: there is no such alias.
        """
        return {CHAMPION: self.champion, CHALLENGER: self.challenger}[check_alias(alias)]

    def find_aliases(self, release_id: str) -> tuple[str, ...]:
        """Return the aliases that point at a release."""
        return tuple(alias for alias in ALIASES if self.find(alias) == release_id)

    def publish(self, alias: str, release_id: str) -> RegistryState:
        """Point `alias` at a release, which gets the next version number if it has none.

        Raises:
            ReleaseError: the release is being removed.
        """
        if release_id in self.removing:
            remedy = "run it again when `releases prune` has ended"
            raise ReleaseError("the release is being removed", where=release_id, remedy=remedy)
        changes: dict[str, Any] = {check_alias(alias): release_id}
        if release_id not in self.versions:
            number = self.last_version + 1
            changes |= {"versions": {**self.versions, release_id: number}, "last_version": number}
        if alias == CHAMPION and self.champion not in (None, release_id):
            changes["champions"] = (*self.champions, self.champion)[-_HISTORY_LENGTH:]
        return self.model_copy(update=changes)

    def promote(self) -> RegistryState:
        """Make the challenger the champion.

        Raises:
            ReleaseNotFoundError: there is no challenger.
        """
        if self.challenger is None:
            raise make_unset_error(CHALLENGER)
        return self.publish(CHAMPION, self.challenger).model_copy(update={"challenger": None})

    def restore(self, release_id: str) -> RegistryState:
        """Make an earlier champion the champion; those after it are forgotten."""
        position = len(self.champions) - 1 - self.champions[::-1].index(release_id)
        return self.model_copy(update={"champion": release_id, "champions": self.champions[:position]})

    def start_removal(self, release_ids: Iterable[str]) -> RegistryState:
        """Mark releases as being removed; they are no earlier champions any more."""
        removing = tuple(sorted({*self.removing, *release_ids}))
        champions = tuple(release_id for release_id in self.champions if release_id not in removing)
        return self.model_copy(update={"removing": removing, "champions": champions})

    def finish_removal(self, release_ids: Iterable[str]) -> RegistryState:
        """Forget releases that have been removed; their version numbers are not used again."""
        removed = set(release_ids)
        versions = {name: number for name, number in self.versions.items() if name not in removed}
        removing = tuple(name for name in self.removing if name not in removed)
        return self.model_copy(update={"versions": versions, "removing": removing})


def check_alias(alias: str) -> str:
    """Return an alias.

    Raises:
        ReleaseError: there is no such alias.
    """
    if alias not in ALIASES:
        raise ReleaseError(f"{alias!r} is not an alias", remedy=f"use one of {', '.join(ALIASES)}")
    return alias


def make_unset_error(alias: str, where: str = "") -> ReleaseNotFoundError:
    """Build the error for an alias that points at no release."""
    what, remedy = (
        f"no release has been published as {alias}",
        "run the training pipeline and publish its release",
    )
    return ReleaseNotFoundError(what, where=where, remedy=remedy)
