"""The registry: which release is the champion that serves, and which one challenges it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from script_shared.errors import ReleaseError, ReleaseNotFoundError
from script_shared.releases.lock import locked
from script_shared.releases.manifest import MANIFEST, Manifest, is_safe_id, read_manifest
from script_shared.releases.store import Release
from script_shared.storage.partitions import get_alias, set_alias, write_text_atomically

CHAMPION = "champion"
CHALLENGER = "challenger"
ALIASES = (CHAMPION, CHALLENGER)

_HISTORY = "champions.json"
_HISTORY_LENGTH = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One release of the list: its name, the aliases that stand for it, and its manifest.

    The manifest is None where it cannot be read.
    """

    id: str
    aliases: tuple[str, ...]
    manifest: Manifest | None


class Registry:
    """Names for the releases in a folder; every change is atomic and one at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, alias: str = CHAMPION) -> str | None:
        """Return the id of the release that `alias` stands for, None when nothing was published."""
        return get_alias(self.folder, _checked_alias(alias))

    def open(self, alias: str = CHAMPION, verify: bool = True) -> Release:
        """Open the release that `alias` stands for.

        Raises:
            ReleaseNotFoundError: nothing has been published under that name.
            ReleaseError: the release cannot be used.
        """
        found = self.find(alias)
        if found is None:
            raise ReleaseNotFoundError(
                f"no release has been published as {alias}",
                where=str(self.folder),
                remedy="run the training pipeline and publish its release",
            )
        return self.get(found, verify)

    def get(self, release_id: str, verify: bool = True) -> Release:
        """Open a release by its id; the errors are those of `open`."""
        if not is_safe_id(release_id) or not (self.folder / release_id).is_dir():
            raise ReleaseNotFoundError(
                f"there is no release {release_id!r}",
                where=str(self.folder),
                remedy="choose one of those that the registry lists",
            )
        return Release.open(self.folder / release_id, verify)

    def publish(self, release_id: str, alias: str = CHALLENGER) -> None:
        """Let `alias` stand for a release, after checking every file of it.

        Raises:
            ReleaseError: there is no such release, or it is broken; the alias stays as it was.
        """
        _checked_alias(alias)
        self.get(release_id)
        with locked(self.folder, "registry"):
            self._point(alias, release_id)

    def promote(self) -> str:
        """Make the challenger the champion and return its id.

        Raises:
            ReleaseError: there is no challenger, or it is broken.
        """
        with locked(self.folder, "registry"):
            challenger = self.open(CHALLENGER).id
            self._point(CHAMPION, challenger)
            (self.folder / CHALLENGER).unlink()
        return challenger

    def rollback(self, can_serve: Callable[[Release], bool] = lambda _: True) -> str:
        """Go back to the newest earlier champion that is still whole, and return its id.

        Args:
            can_serve: those that it refuses are passed over.

        Raises:
            ReleaseNotFoundError: there is none.
        """
        with locked(self.folder, "registry"):
            current, earlier = self.find(), self.champions()
            for place in reversed(range(len(earlier))):
                if earlier[place] != current and self._is_fit(earlier[place], can_serve):
                    # The alias moves first: a crash here leaves it last in the history, to be skipped.
                    set_alias(self.folder, CHAMPION, earlier[place])
                    self._remember(earlier[:place])
                    return earlier[place]
        raise ReleaseNotFoundError(
            "there is no earlier champion to go back to",
            where=str(self.folder),
            remedy="publish another release as champion",
        )

    def list(self) -> list[Entry]:
        """List the releases, newest first; those without a readable manifest come last."""
        names: dict[str, list[str]] = {}
        for alias in ALIASES:
            names.setdefault(self.find(alias) or "", []).append(alias)
        entries = [
            Entry(path.parent.name, tuple(names.get(path.parent.name, ())), _manifest(path.parent))
            for path in sorted(self.folder.glob(f"[!.]*/{MANIFEST}"))
        ]
        return sorted(entries, key=_age, reverse=True)

    def champions(self) -> tuple[str, ...]:
        """Return the ids of earlier champions, oldest first."""
        path = self.folder / _HISTORY
        try:
            return tuple(str(each) for each in json.loads(path.read_bytes()))
        except FileNotFoundError:
            return ()
        except (ValueError, TypeError) as error:
            what = "the history of champions is not a JSON list"
            raise ReleaseError(what, where=str(path), remedy="delete the file: a new one is begun") from error

    def _point(self, alias: str, release_id: str) -> None:
        current = self.find(alias)
        if alias == CHAMPION and current is not None and current != release_id:
            # The history comes first: a crash here leaves the champion last in it, to be skipped.
            self._remember((*self.champions(), current))
        set_alias(self.folder, alias, release_id)

    def _remember(self, champions: Sequence[str]) -> None:
        text = json.dumps(champions[-_HISTORY_LENGTH:], indent=1)
        write_text_atomically(self.folder / _HISTORY, text + "\n")

    def _is_fit(self, release_id: str, can_serve: Callable[[Release], bool]) -> bool:
        try:
            return can_serve(self.get(release_id))
        except ReleaseError:
            return False


def _checked_alias(alias: str) -> str:
    if alias not in ALIASES:
        raise ReleaseError(f"{alias!r} is no alias", remedy=f"use one of {', '.join(ALIASES)}")
    return alias


def _manifest(folder: Path) -> Manifest | None:
    try:
        return read_manifest(folder)
    except ReleaseError:
        return None


def _age(entry: Entry) -> tuple[float, str]:
    return (entry.manifest.created_at.timestamp() if entry.manifest else 0.0), entry.id
