"""The registry in a folder: a release is a folder in it, the aliases are files beside the releases."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from script_shared.clock import Clock
from script_shared.errors import ReleaseError, ReleaseStoreError
from script_shared.releases.base import Change, ReleaseRegistry
from script_shared.releases.lock import lock_folder
from script_shared.releases.manifest import MANIFEST, Facts, Manifest, is_safe_id, read_manifest
from script_shared.releases.state import CHALLENGER, CHAMPION, RegistryState, check_alias
from script_shared.releases.store import DRAFT, Release, write_release
from script_shared.storage.partitions import get_alias, set_alias, write_text_atomically

_HISTORY = "champions.json"
_VERSIONS = "versions.json"
_VERSION_FIELDS = {"versions", "last_version", "removing"}
_READ_ONLY = (errno.EACCES, errno.EPERM, errno.EROFS)


class Registry(ReleaseRegistry):
    """The registry in a folder that all processes share; a lock excludes concurrent changes.

    Args:
        folder: contains the releases.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.places = (str(folder),)

    def state(self) -> RegistryState:
        """Return the current state; see `ReleaseRegistry`."""
        aliases = {alias: get_alias(self.folder, alias) for alias in (CHAMPION, CHALLENGER)}
        history, versions = self._read_json(_HISTORY, []), self._read_json(_VERSIONS, {})
        try:
            known = RegistryState.model_validate(versions)
        except ValidationError as error:
            raise self._make_file_error(_VERSIONS) from error
        try:
            return RegistryState(**dict(known) | aliases | {"champions": history})
        except ValidationError as error:
            raise self._make_file_error(_HISTORY) from error

    def find(self, alias: str = CHAMPION) -> str | None:
        """Return the id of the release that `alias` points at; reads one file."""
        return get_alias(self.folder, check_alias(alias))

    def find_ids(self) -> Sequence[str]:
        """Return the ids of all releases that have a manifest."""
        return [path.parent.name for path in sorted(self.folder.glob(f"[!.]*/{MANIFEST}"))]

    def read_manifest(self, release_id: str) -> Manifest:
        """Read the manifest of a release; see `ReleaseRegistry`."""
        return read_manifest(self._find_folder(release_id))

    def verify(self, release_id: str) -> Manifest:
        """Compare all files of a release with its manifest; see `ReleaseRegistry`."""
        return self.get(release_id).manifest

    def get(self, release_id: str, verify: bool = True) -> Release:
        """Open a release by its id; see `ReleaseRegistry`."""
        return Release.open(self._find_folder(release_id), verify)

    def write(self, facts: Facts, fill: Callable[[Path], None], clock: Clock | None = None) -> Release:
        """Write a release; see `ReleaseRegistry`."""
        return write_release(self.folder, facts, fill, clock)

    def _find_folder(self, release_id: str) -> Path:
        folder = self.folder / release_id
        if not is_safe_id(release_id) or not folder.is_dir():
            raise self._make_not_found_error(release_id)
        return folder

    def update(self, change: Change) -> RegistryState:
        """Replace the state while no other process may; see `ReleaseRegistry`."""
        with self._translate_read_only(), lock_folder(self.folder, "registry"):
            old = self.state()
            new = change(old)
            self._write_state(old, new)
        return new

    def _write_state(self, old: RegistryState, new: RegistryState) -> None:
        """Write what changed, in an order in which a crash leaves a valid state.

        The history grows before the champion changes and shrinks after it: a crash between the two leaves
        the champion at its end, which `rollback` skips.
        """
        if new.model_dump(include=_VERSION_FIELDS) != old.model_dump(include=_VERSION_FIELDS):
            self._write_json(_VERSIONS, new.model_dump(mode="json", include=_VERSION_FIELDS))
        grows = len(new.champions) >= len(old.champions)
        if grows and new.champions != old.champions:
            self._write_json(_HISTORY, new.champions)
        if new.champion is not None and new.champion != old.champion:
            set_alias(self.folder, CHAMPION, new.champion)
        if not grows:
            self._write_json(_HISTORY, new.champions)
        if new.challenger is None:
            (self.folder / CHALLENGER).unlink(missing_ok=True)
        elif new.challenger != old.challenger:
            set_alias(self.folder, CHALLENGER, new.challenger)

    def remove(self, release_id: str) -> None:
        """Remove a release; its folder becomes a draft first, which the next writer removes after a crash."""
        folder = self.folder / release_id
        if is_safe_id(release_id) and folder.is_dir():
            with self._translate_read_only():
                draft = folder.rename(self.folder / f"{DRAFT}{release_id}-removed")
                shutil.rmtree(draft, ignore_errors=True)

    @contextmanager
    def _translate_read_only(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno not in _READ_ONLY:
                raise
            what = f"the registry cannot be changed by this process ({error.strerror})"
            remedy = "use `python -m pipelines releases` where the folder of releases is writable"
            raise ReleaseStoreError(what, where=str(self.folder), remedy=remedy) from error

    def _read_json(self, name: str, missing: Any) -> Any:
        try:
            return json.loads((self.folder / name).read_bytes())
        except FileNotFoundError:
            return missing
        except ValueError as error:
            raise self._make_file_error(name) from error

    def _make_file_error(self, name: str) -> ReleaseError:
        remedy = "restore it from a backup, or delete it; the next publication creates a new one"
        return ReleaseError("this is no file of a registry", where=str(self.folder / name), remedy=remedy)

    def _write_json(self, name: str, document: object) -> None:
        write_text_atomically(self.folder / name, json.dumps(document, indent=1) + "\n")
