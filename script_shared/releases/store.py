"""The store: a release is an immutable folder, which is verified before it is used.

- `manifest.json`: metadata, and the sha-256 of all other files
- `catalogue.parquet`: row i describes the item at position i of the vocabulary
- `state/<part>/`: bundles of counts, vocabularies, histories
- `space/`: bundle of the text space: words and axes
- `models/<segment>/`: bundle of each segment's model
- `evaluation.json`: metrics by model and segment
- `documents/`: what people read about the release, such as its audit
- `baseline.json`: features and texts of the training data, for domains that are monitored
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from script_shared.arrays import Bundle
from script_shared.clock import Clock, WallClock
from script_shared.errors import ReleaseError
from script_shared.releases.lock import lock_folder
from script_shared.releases.manifest import (
    FORMAT_VERSION,
    MANIFEST,
    Facts,
    File,
    Manifest,
    is_safe_path,
    make_corrupted_error,
    make_release_id,
    read_manifest,
)
from script_shared.storage.partitions import write_partition

#: The folder of a release's documents.
DOCUMENTS = "documents"
#: Prefix of folders that are being written or removed; the next writer removes those that are left.
DRAFT = ".filling-"
_HASHING_THREADS = 4


@dataclass(frozen=True, slots=True)
class Release:
    """A release on the volume, opened for reading."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path, verify: bool = True) -> Release:
        """Open the release in a folder.

        Args:
            folder: folder of the release.
            verify: compare the sha-256 of every file; names and sizes are always compared.

        Raises:
            ReleaseCorruptedError: a file is missing, altered, unlisted or a link; names the file.
            ReleaseError: the release has another format version.
        """
        manifest = read_manifest(folder)
        if manifest.release_id != folder.name:
            raise make_corrupted_error(
                folder / MANIFEST, f"it describes another release, {manifest.release_id!r}"
            )
        _check_listed(folder, manifest)
        _check_files(folder, manifest.files, verify)
        return cls(folder, manifest)

    @property
    def id(self) -> str:
        """The id of the release."""
        return self.manifest.release_id

    def path(self, name: str) -> Path:
        """Return the path of the file `name`, e.g. `catalogue.parquet`.

        Raises:
            ReleaseCorruptedError: the manifest lists no such file.
        """
        if name not in self.manifest.files:
            raise make_corrupted_error(self.folder / name, "the manifest lists no such file")
        return self.folder / name

    def json(self, name: str) -> Any:
        """Return the parsed content of a JSON file."""
        path = self.path(name)
        try:
            return json.loads(path.read_bytes())
        except ValueError as error:
            raise make_corrupted_error(path, f"this is not JSON: {error}") from error

    def bundle(self, name: str) -> Bundle:
        """Memory-map the bundle in the folder `name`, e.g. `models/logged`."""
        document = self.path(f"{name}/document.json")
        try:
            return Bundle.read(document.parent)
        except (ValueError, EOFError) as error:  # numpy raises EOFError for an empty file
            raise make_corrupted_error(document.parent, f"this is not a bundle: {error}") from error

    def documents(self) -> dict[str, bytes]:
        """Return the documents of the release by name, such as `audit.json`."""
        prefix = f"{DOCUMENTS}/"
        names = [name for name in self.manifest.files if name.startswith(prefix)]
        return {name.removeprefix(prefix): self.path(name).read_bytes() for name in names}

    def bundles(self, folder: str) -> tuple[str, ...]:
        """Return the names of the bundles directly below a folder, e.g. `state` → `("state/counts", …)`."""
        names = (name.rpartition("/")[0] for name in self.manifest.files if name.endswith("/document.json"))
        return tuple(sorted(name for name in names if name.rpartition("/")[0] == folder))


def write_release(
    folder: Path, facts: Facts, fill: Callable[[Path], None], clock: Clock | None = None
) -> Release:
    """Write a release atomically; content that was written before returns the existing release.

    Args:
        folder: folder of all releases.
        facts: metadata for the manifest.
        fill: writes all files except the manifest into the empty folder it gets.
        clock: clock for the manifest's date; the wall clock by default.

    Raises:
        ReleaseError: `fill` wrote a link, or a file name that is not portable.
    """
    with lock_folder(folder, "store"), _draft(folder) as draft:
        fill(draft)
        files = {name: File.from_path(draft / name) for name in sorted(_walk(draft))}
        manifest = Manifest(
            **dict(facts),
            format_version=FORMAT_VERSION,
            release_id=make_release_id(facts, files),
            created_at=datetime.fromtimestamp((clock or WallClock()).now_ms() / 1000, UTC),
            files=files,
        )
        return _find_existing(folder / manifest.release_id) or _publish(folder, draft, manifest)


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """Yield an empty folder; those that killed writers left are removed, since the caller has the lock."""
    for path in folder.glob(f"{DRAFT}*"):
        shutil.rmtree(path, ignore_errors=True)
    with TemporaryDirectory(dir=folder, prefix=DRAFT) as draft:
        yield Path(draft)


def _find_existing(folder: Path) -> Release | None:
    """Return the valid release in `folder`; a corrupted one is written again."""
    try:
        return Release.open(folder)
    except ReleaseError:
        return None


def _publish(folder: Path, draft: Path, manifest: Manifest) -> Release:
    with write_partition(folder, manifest.release_id) as target:
        for path in draft.iterdir():
            path.rename(target / path.name)
        (target / MANIFEST).write_text(manifest.text(), encoding="utf-8")
    return Release(folder / manifest.release_id, manifest)


def _walk(folder: Path, prefix: str = "") -> Iterator[str]:
    """Yield the names of all files below `folder`; links are rejected."""
    with os.scandir(folder) as entries:
        for entry in entries:
            name = prefix + entry.name
            _check_entry(entry, name)
            if entry.is_dir():
                yield from _walk(Path(entry.path), f"{name}/")
            else:
                yield name


def _check_entry(entry: os.DirEntry[str], name: str) -> None:
    if entry.is_symlink() or not (entry.is_dir() or entry.is_file()):
        raise make_corrupted_error(
            Path(entry.path), "a release contains plain files only, this is a link or a device"
        )
    if not is_safe_path(name):
        raise make_corrupted_error(
            Path(entry.path), "the name contains characters that a release does not allow"
        )


def _check_listed(folder: Path, manifest: Manifest) -> None:
    """Reject files that the manifest does not list: a bundle loads all arrays in its folder."""
    extra = set(_walk(folder)) - manifest.files.keys() - {MANIFEST}
    if extra:
        raise make_corrupted_error(folder / min(extra), "the file is not in the manifest")


def _check_files(folder: Path, files: Mapping[str, File], verify: bool) -> None:
    """Check all files in threads, the largest first: hashing takes a large part of a service's start."""
    names = sorted(files, key=lambda name: -files[name].bytes)
    with ThreadPoolExecutor(_HASHING_THREADS) as pool:
        list(pool.map(lambda name: _check_file(folder / name, files[name], verify), names))


def _check_file(path: Path, file: File, verify: bool) -> None:
    try:
        size = path.stat().st_size
        if size != file.bytes:
            raise make_corrupted_error(path, f"the file has {size} bytes, the manifest says {file.bytes}")
        if verify and File.from_path(path) != file:
            raise make_corrupted_error(path, "the content differs from the manifest's sha-256")
    except OSError as error:
        raise make_corrupted_error(path, f"the file cannot be read ({error.strerror})") from error
