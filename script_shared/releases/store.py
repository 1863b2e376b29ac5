"""The store: a release as an immutable folder that is checked before it is used.

- `manifest.json`: what it is, and the sha-256 of all below
- `catalogue.parquet`: row i describes the item at position i of the vocabulary
- `state/<part>/`: bundles of counts, vocabularies, histories
- `space/`: words and axes, in which the articles' texts lie
- `models/<segment>/`: bundles of what each segment's model learned
- `evaluation.json`: metric records, model by model and segment by segment
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
from script_shared.errors import ReleaseCorruptedError, ReleaseError
from script_shared.releases.lock import locked
from script_shared.releases.manifest import (
    FORMAT_VERSION,
    MANIFEST,
    Facts,
    File,
    Manifest,
    is_safe_path,
    read_manifest,
    release_id,
)
from script_shared.storage.partitions import write_partition

_FILLING = ".filling-"
_AT_ONCE = 4
_REMEDY = "publish a new release, or roll back to the one before"


@dataclass(frozen=True, slots=True)
class Release:
    """One release on the volume, opened for reading."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path, verify: bool = True) -> Release:
        """Open the release in `folder`.

        Names and sizes are always checked; `verify` reads every file and compares its sha-256 too.

        Raises:
            ReleaseCorruptedError: a file is missing, altered, unlisted or a link; names the file.
            ReleaseError: the release was written in another format.
        """
        manifest = read_manifest(folder)
        if manifest.release_id != folder.name:
            raise _corrupted(folder / MANIFEST, f"it describes another release, {manifest.release_id!r}")
        _check_listed(folder, manifest)
        _check_files(folder, manifest.files, verify)
        return cls(folder, manifest)

    @property
    def id(self) -> str:
        """The release's name."""
        return self.manifest.release_id

    def path(self, name: str) -> Path:
        """Return where the file `name` lies, e.g. `catalogue.parquet`.

        Raises:
            ReleaseCorruptedError: the manifest lists no such file.
        """
        if name not in self.manifest.files:
            raise _corrupted(self.folder / name, "the manifest lists no such file")
        return self.folder / name

    def json(self, name: str) -> Any:
        """Return the content of a JSON file."""
        path = self.path(name)
        try:
            return json.loads(path.read_bytes())
        except ValueError as error:
            raise _corrupted(path, f"this is not JSON: {error}") from error

    def bundle(self, name: str) -> Bundle:
        """Map the bundle in the folder `name`, e.g. `models/logged`, into memory."""
        document = self.path(f"{name}/document.json")
        try:
            return Bundle.read(document.parent)
        except (ValueError, EOFError) as error:  # numpy raises the second for an empty file
            raise _corrupted(document.parent, f"this is not a bundle: {error}") from error

    def bundles(self, under: str) -> tuple[str, ...]:
        """Name the bundles directly below a folder, e.g. `state` → `("state/counts", …)`."""
        found = (name.rpartition("/")[0] for name in self.manifest.files if name.endswith("/document.json"))
        return tuple(sorted(name for name in found if name.rpartition("/")[0] == under))


def write_release(
    folder: Path, facts: Facts, fill: Callable[[Path], None], clock: Clock | None = None
) -> Release:
    """Write a release below `folder`: beside its place, synced to disk, then renamed into it.

    The same content published again gives the release that stands already.

    Args:
        folder: where releases are kept.
        facts: what the manifest is to say besides the files and their hashes.
        fill: writes every file but the manifest into the empty folder it is given.
        clock: dates the manifest; the wall clock by default.

    Raises:
        ReleaseError: `fill` left a link, or a name that does not travel between systems.
    """
    with locked(folder, "store"), _draft(folder) as draft:
        fill(draft)
        files = {name: File.of(draft / name) for name in sorted(_walk(draft))}
        manifest = Manifest(
            **dict(facts),
            format_version=FORMAT_VERSION,
            release_id=release_id(facts, files),
            created_at=datetime.fromtimestamp((clock or WallClock()).now_ms() / 1000, UTC),
            files=files,
        )
        return _standing(folder / manifest.release_id) or _place(folder, draft, manifest)


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill; what a killed writer left goes, for the lock says it is gone."""
    for left in folder.glob(f"{_FILLING}*"):
        shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(dir=folder, prefix=_FILLING) as draft:
        yield Path(draft)


def _standing(place: Path) -> Release | None:
    """Return the whole release at `place`; a broken one there is written anew."""
    try:
        return Release.open(place)
    except ReleaseError:
        return None


def _place(folder: Path, draft: Path, manifest: Manifest) -> Release:
    with write_partition(folder, manifest.release_id) as target:
        for each in draft.iterdir():
            each.rename(target / each.name)
        (target / MANIFEST).write_text(manifest.text(), encoding="utf-8")
    return Release(folder / manifest.release_id, manifest)


def _walk(folder: Path, prefix: str = "") -> Iterator[str]:
    """Name every file below `folder`; links are never followed, and refused."""
    with os.scandir(folder) as entries:
        for entry in entries:
            name = prefix + entry.name
            _check_plain(entry, name)
            if entry.is_dir():
                yield from _walk(Path(entry.path), f"{name}/")
            else:
                yield name


def _check_plain(entry: os.DirEntry[str], name: str) -> None:
    if entry.is_symlink() or not (entry.is_dir() or entry.is_file()):
        raise _corrupted(Path(entry.path), "a release holds plain files only, this is a link or a device")
    if not is_safe_path(name):
        raise _corrupted(Path(entry.path), "the name holds signs that a release does not use")


def _check_listed(folder: Path, manifest: Manifest) -> None:
    """Refuse files that nobody vouches for: a bundle reads every array it finds in its folder."""
    extra = set(_walk(folder)) - manifest.files.keys() - {MANIFEST}
    if extra:
        raise _corrupted(folder / min(extra), "the file is not in the manifest")


def _check_files(folder: Path, files: Mapping[str, File], verify: bool) -> None:
    """Check all, several at once and the largest first: hashing them is a good part of a service's start."""
    names = sorted(files, key=lambda name: -files[name].bytes)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(lambda name: _check_file(folder / name, files[name], verify), names))


def _check_file(path: Path, file: File, verify: bool) -> None:
    try:
        size = path.stat().st_size
        if size != file.bytes:
            raise _corrupted(path, f"the file holds {size} bytes, the manifest says {file.bytes}")
        if verify and File.of(path) != file:
            raise _corrupted(path, "the content differs from the manifest's sha-256")
    except OSError as error:
        raise _corrupted(path, f"the file cannot be read ({error.strerror})") from error


def _corrupted(path: Path, what: str) -> ReleaseCorruptedError:
    return ReleaseCorruptedError(what, where=str(path), remedy=_REMEDY)
