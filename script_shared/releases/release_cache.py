"""A folder with copies of releases of an object store, shared by all processes of a machine."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Collection
from pathlib import Path

from script_shared.clock import Clock
from script_shared.errors import ReleaseError
from script_shared.releases.lock import lock_folder
from script_shared.releases.manifest import MANIFEST, Facts, Manifest
from script_shared.releases.object_release import download_files
from script_shared.releases.object_store import ObjectStore
from script_shared.releases.store import Release, write_release
from script_shared.storage.disk_space import translate_disk_full
from script_shared.storage.partitions import sync_tree

_DOWNLOAD = ".downloading-"
_OUTGOING = ".outgoing"
#: A younger copy may belong to a process that is loading it.
_MIN_AGE_SECONDS = 3_600


class ReleaseCache:
    """Complete copies of releases in a folder, each under its id.

    Args:
        folder: of the copies; made when it is needed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, store: ObjectStore, manifest: Manifest, verify: bool) -> Release:
        """Return the copy of a release; one that is missing or damaged is downloaded.

        One process of the machine downloads and the others wait for it. A download that was killed is
        continued by the next call, from the bytes that it left.

        Raises:
            ReleaseCorruptedError: a file of the store is missing or differs from the manifest.
            ReleaseStoreError: the store cannot be read now.
            VolumeFullError: the cache's disk is full.
        """
        release = self.find(manifest, verify)
        if release is not None:
            return release
        with lock_folder(self.folder, "cache"):
            return self.find(manifest, verify) or self._download(store, manifest)

    def find(self, manifest: Manifest, verify: bool = False) -> Release | None:
        """Return the copy of a release; None if it is missing or damaged."""
        try:
            release = Release.open(self.folder / manifest.release_id, verify)
        except ReleaseError:
            return None
        return release if release.manifest.files == manifest.files else None

    def write(
        self,
        facts: Facts,
        fill: Callable[[Path], None],
        clock: Clock | None,
        upload: Callable[[Release], None],
    ) -> Release:
        """Write a release, upload it, and keep it as a copy; processes of the machine do this in turn.

        Args:
            facts: metadata for the manifest.
            fill: writes all files except the manifest into the empty folder it gets.
            clock: clock for the manifest's date; the wall clock if None.
            upload: receives the complete release.
        """
        outgoing = self.folder / _OUTGOING
        with lock_folder(self.folder, "write"):
            shutil.rmtree(outgoing, ignore_errors=True)
            release = write_release(outgoing, facts, fill, clock)
            upload(release)
            with lock_folder(self.folder, "cache"):
                self._place(release.folder, release.id)
            shutil.rmtree(outgoing, ignore_errors=True)
        return Release(self.folder / release.id, release.manifest)

    def remove_others(self, kept: Collection[str]) -> None:
        """Remove copies and unfinished downloads of other releases that are older than an hour."""
        newest = time.time() - _MIN_AGE_SECONDS
        with lock_folder(self.folder, "cache"):
            for path in self.folder.iterdir():
                release_id = path.name.removeprefix(_DOWNLOAD)
                is_removable = path.is_dir() and not release_id.startswith(".") and release_id not in kept
                if is_removable and path.stat().st_mtime < newest:
                    shutil.rmtree(path, ignore_errors=True)

    def _download(self, store: ObjectStore, manifest: Manifest) -> Release:
        draft = self.folder / f"{_DOWNLOAD}{manifest.release_id}"
        with translate_disk_full(self.folder):
            draft.mkdir(exist_ok=True)
            download_files(store, manifest, draft)
            (draft / MANIFEST).write_text(manifest.text(), encoding="utf-8")
            sync_tree(draft)
            self._place(draft, manifest.release_id)
        return Release(self.folder / manifest.release_id, manifest)

    def _place(self, folder: Path, release_id: str) -> None:
        """Move a complete copy to its place; processes that have mapped an older one keep that."""
        target = self.folder / release_id
        shutil.rmtree(target, ignore_errors=True)
        folder.replace(target)
