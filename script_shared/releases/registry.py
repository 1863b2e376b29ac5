"""The registry: aliases of releases. `champion` serves, `challenger` is a candidate for its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from script_shared.errors import ReleaseError, ReleaseNotFoundError
from script_shared.releases.lock import lock_folder
from script_shared.releases.manifest import MANIFEST, Manifest, is_safe_id, read_manifest
from script_shared.releases.store import Release
from script_shared.storage.partitions import get_alias, set_alias, write_text_atomically

CHAMPION = "champion"
CHALLENGER = "challenger"
ALIASES = (CHAMPION, CHALLENGER)

_HISTORY = "champions.json"
_HISTORY_LENGTH = 50


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """A release in a list.

    Attributes:
        id: id of the release.
        aliases: aliases that point at it.
        manifest: None where it cannot be read.
    """

    id: str
    aliases: tuple[str, ...]
    manifest: Manifest | None


class Registry:
    """Aliases of the releases in a folder; changes are atomic and exclude each other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, alias: str = CHAMPION) -> str | None:
        """Return the id of the release that `alias` points at, None where it was never set."""
        return get_alias(self.folder, _check_alias(alias))

    def open(self, alias: str = CHAMPION, verify: bool = True) -> Release:
        """Open the release that `alias` points at.

        Raises:
            ReleaseNotFoundError: no release has been published under the alias.
            ReleaseError: the release cannot be used.
        """
        release_id = self.find(alias)
        if release_id is None:
            what = f"no release has been published as {alias}"
            remedy = "run the training pipeline and publish its release"
            raise ReleaseNotFoundError(what, where=str(self.folder), remedy=remedy)
        return self.get(release_id, verify)

    def get(self, release_id: str, verify: bool = True) -> Release:
        """Open a release by its id; raises the errors of `open`."""
        if not is_safe_id(release_id) or not (self.folder / release_id).is_dir():
            what, remedy = f"there is no release {release_id!r}", "choose a release from the registry's list"
            raise ReleaseNotFoundError(what, where=str(self.folder), remedy=remedy)
        return Release.open(self.folder / release_id, verify)

    def publish(self, release_id: str, alias: str = CHALLENGER) -> None:
        """Point `alias` at a release after verifying all of its files.

        Raises:
            ReleaseError: the release is missing or corrupted; the alias does not change.
        """
        _check_alias(alias)
        self.get(release_id)
        with lock_folder(self.folder, "registry"):
            self._set_alias(alias, release_id)

    def promote(self) -> str:
        """Make the challenger the champion and return its id.

        Raises:
            ReleaseError: there is no challenger, or it is corrupted.
        """
        with lock_folder(self.folder, "registry"):
            challenger = self.open(CHALLENGER).id
            self._set_alias(CHAMPION, challenger)
            (self.folder / CHALLENGER).unlink()
        return challenger

    def rollback(self, can_serve: Callable[[Release], bool] = lambda _: True) -> str:
        """Make the newest valid earlier champion the champion again, and return its id.

        Args:
            can_serve: returns whether a release can be served; others are skipped.

        Raises:
            ReleaseNotFoundError: there is none.
        """
        with lock_folder(self.folder, "registry"):
            current, earlier = self.find(), self.champions()
            for position in reversed(range(len(earlier))):
                if earlier[position] != current and self._is_valid(earlier[position], can_serve):
                    # The alias changes first: after a crash here it is last in the history, and is skipped.
                    set_alias(self.folder, CHAMPION, earlier[position])
                    self._write_history(earlier[:position])
                    return earlier[position]
        what, remedy = "there is no valid earlier champion", "publish another release as champion"
        raise ReleaseNotFoundError(what, where=str(self.folder), remedy=remedy)

    def list(self) -> list[RegistryEntry]:
        """List the releases, newest first; those without a readable manifest come last."""
        names: dict[str, list[str]] = {}
        for alias in ALIASES:
            names.setdefault(self.find(alias) or "", []).append(alias)
        folders = [path.parent for path in sorted(self.folder.glob(f"[!.]*/{MANIFEST}"))]
        entries = [
            RegistryEntry(folder.name, tuple(names.get(folder.name, ())), _find_manifest(folder))
            for folder in folders
        ]
        return sorted(entries, key=_age, reverse=True)

    def champions(self) -> tuple[str, ...]:
        """Return the ids of earlier champions, oldest first."""
        path = self.folder / _HISTORY
        try:
            return tuple(str(release_id) for release_id in json.loads(path.read_bytes()))
        except FileNotFoundError:
            return ()
        except (ValueError, TypeError) as error:
            what = "the history of champions is not a JSON list"
            remedy = "delete the file; the next publication creates a new one"
            raise ReleaseError(what, where=str(path), remedy=remedy) from error

    def _set_alias(self, alias: str, release_id: str) -> None:
        current = self.find(alias)
        if alias == CHAMPION and current is not None and current != release_id:
            # The history changes first: after a crash here it ends with the champion, to be skipped.
            self._write_history((*self.champions(), current))
        set_alias(self.folder, alias, release_id)

    def _write_history(self, champions: Sequence[str]) -> None:
        text = json.dumps(champions[-_HISTORY_LENGTH:], indent=1)
        write_text_atomically(self.folder / _HISTORY, text + "\n")

    def _is_valid(self, release_id: str, can_serve: Callable[[Release], bool]) -> bool:
        try:
            return can_serve(self.get(release_id))
        except ReleaseError:
            return False


def _check_alias(alias: str) -> str:
    if alias not in ALIASES:
        raise ReleaseError(f"{alias!r} is not an alias", remedy=f"use one of {', '.join(ALIASES)}")
    return alias


def _find_manifest(folder: Path) -> Manifest | None:
    try:
        return read_manifest(folder)
    except ReleaseError:
        return None


def _age(entry: RegistryEntry) -> tuple[float, str]:
    return (entry.manifest.created_at.timestamp() if entry.manifest else 0.0), entry.id
