"""What all registries of releases have in common; a registry says where releases and state are stored."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from script_shared.clock import Clock
from script_shared.errors import ReleaseError, ReleaseNotFoundError
from script_shared.releases.manifest import Facts, Manifest
from script_shared.releases.state import ALIASES, CHALLENGER, CHAMPION, RegistryState, make_unset_error
from script_shared.releases.store import Release

#: Decides by its manifest whether a release can be served.
CanServe = Callable[[Manifest], bool]
Change = Callable[[RegistryState], RegistryState]

_VERSION = re.compile(r"v([1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """A release in a list.

    Attributes:
        id: id of the release.
        version: its version number; None before its first publication.
        aliases: aliases that point at it.
        manifest: None where it cannot be read.
    """

    id: str
    version: int | None
    aliases: tuple[str, ...]
    manifest: Manifest | None


def accept_all(_: Manifest) -> bool:
    """Accept every release."""
    return True


class ReleaseRegistry(ABC):
    """Releases, and the aliases that name them; changes are atomic and exclude each other.

    Attributes:
        places: folders and addresses below which errors locate files; the first is that of the registry.
    """

    places: tuple[str, ...]

    @abstractmethod
    def state(self) -> RegistryState:
        """Return the current state.

        Raises:
            ReleaseError: it is not the state of a registry.
            ReleaseStoreError: it cannot be read now.
        """

    @abstractmethod
    def find_ids(self) -> Sequence[str]:
        """Return the ids of all releases; those of unfinished ones may be among them."""

    @abstractmethod
    def read_manifest(self, release_id: str) -> Manifest:
        """Read the manifest of a release.

        Raises:
            ReleaseNotFoundError: there is no such release.
            ReleaseError: the manifest cannot be used.
        """

    @abstractmethod
    def verify(self, release_id: str) -> Manifest:
        """Compare the sha-256 of every stored file of a release with its manifest, and return that.

        Raises:
            ReleaseNotFoundError: there is no such release.
            ReleaseError: the release cannot be used; names the file.
        """

    @abstractmethod
    def get(self, release_id: str, verify: bool = True) -> Release:
        """Open a release by its id; raises the errors of `open`."""

    @abstractmethod
    def write(self, facts: Facts, fill: Callable[[Path], None], clock: Clock | None = None) -> Release:
        """Write a release atomically; content that was written before returns the existing release.

        Args:
            facts: metadata for the manifest.
            fill: writes all files except the manifest into the empty folder it gets.
            clock: clock for the manifest's date; the wall clock by default.
        """

    @abstractmethod
    def update(self, change: Change) -> RegistryState:
        """Replace the state atomically by `change(state)` and return that; `change` may be called again."""

    @abstractmethod
    def remove(self, release_id: str) -> None:
        """Remove the files of a release, its manifest first; a missing release is no error."""

    def find(self, alias: str = CHAMPION) -> str | None:
        """Return the id of the release that `alias` points at, None where it was never set."""
        return self.state().find(alias)

    def open(self, alias: str = CHAMPION, verify: bool = True) -> Release:
        """Open the release that `alias` points at.

        Raises:
            ReleaseNotFoundError: no release has been published under the alias.
            ReleaseError: the release cannot be used.
        """
        release_id = self.find(alias)
        if release_id is None:
            raise make_unset_error(alias, self.places[0])
        return self.get(release_id, verify)

    def resolve(self, name: str) -> str:
        """Return the id of a release by its id, its version (`v3`) or an alias.

        Raises:
            ReleaseNotFoundError: there is no such release.
        """
        if name in ALIASES:
            release_id = self.find(name)
            if release_id is None:
                raise make_unset_error(name, self.places[0])
            return release_id
        if version := _VERSION.fullmatch(name):
            versions = self.state().versions.items()
            found = next((release_id for release_id, number in versions if number == int(version[1])), None)
            if found is None:
                raise self._make_not_found_error(name)
            return found
        self.read_manifest(name)
        return name

    def publish(self, release_id: str, alias: str = CHALLENGER) -> None:
        """Point `alias` at a release after verifying all of its files.

        Raises:
            ReleaseError: the release is missing or corrupted; the alias does not change.
        """
        self.verify(release_id)

        def change(state: RegistryState) -> RegistryState:
            published = state.publish(alias, release_id)
            self.read_manifest(release_id)  # it may have been removed since
            return published

        self.update(change)

    def promote(self) -> str:
        """Make the challenger the champion and return its id.

        Raises:
            ReleaseError: there is no challenger, or it is corrupted.
        """

        def change(state: RegistryState) -> RegistryState:
            if state.challenger is None:
                raise make_unset_error(CHALLENGER, self.places[0])
            self.verify(state.challenger)
            return state.promote()

        return str(self.update(change).champion)

    def rollback(self, can_serve: CanServe = accept_all) -> str:
        """Make the newest valid earlier champion the champion again, and return its id.

        Args:
            can_serve: returns whether a release can be served; others are skipped.

        Raises:
            ReleaseNotFoundError: there is none.
        """

        def change(state: RegistryState) -> RegistryState:
            release_id = self.find_earlier_champion(state, can_serve)
            if release_id is None:
                what, remedy = "there is no valid earlier champion", "publish another release as champion"
                raise ReleaseNotFoundError(what, where=self.places[0], remedy=remedy)
            return state.restore(release_id)

        return str(self.update(change).champion)

    def find_earlier_champion(self, state: RegistryState, can_serve: CanServe = accept_all) -> str | None:
        """Return the id of the newest valid earlier champion; the arguments are those of `rollback`."""
        earlier = (name for name in reversed(state.champions) if name != state.champion)
        return next((name for name in earlier if self._is_valid(name, can_serve)), None)

    def list(self) -> Sequence[RegistryEntry]:
        """List the releases, newest first; those without a readable manifest come last."""
        state = self.state()
        entries = (self._make_entry(state, release_id) for release_id in self.find_ids())
        return sorted(filter(None, entries), key=_age, reverse=True)

    def champions(self) -> tuple[str, ...]:
        """Return the ids of earlier champions, oldest first."""
        return self.state().champions

    def _make_entry(self, state: RegistryState, release_id: str) -> RegistryEntry | None:
        """Return the entry of a release; None if it has no manifest, so that it is not complete."""
        manifest = None
        try:
            manifest = self._read_listed(release_id)
        except ReleaseNotFoundError:
            return None
        except ReleaseError:
            pass
        version, aliases = state.versions.get(release_id), state.find_aliases(release_id)
        return RegistryEntry(release_id, version, aliases, manifest)

    def _read_listed(self, release_id: str) -> Manifest:
        return self.read_manifest(release_id)

    def _is_valid(self, release_id: str, can_serve: CanServe) -> bool:
        try:
            return can_serve(self.verify(release_id))
        except ReleaseError:
            return False

    def _make_not_found_error(self, name: str) -> ReleaseNotFoundError:
        what, remedy = f"there is no release {name!r}", "choose a release from the registry's list"
        return ReleaseNotFoundError(what, where=self.places[0], remedy=remedy)


def _age(entry: RegistryEntry) -> tuple[float, str]:
    return (entry.manifest.created_at.timestamp() if entry.manifest else 0.0), entry.id
