"""The files of one release on an object store: upload, verification and download."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from script_shared.releases.manifest import File, Manifest, make_corrupted_error
from script_shared.releases.object_store import ObjectStore
from script_shared.releases.store import Release

_THREADS = 4
_DIFFERS = "the content differs from the manifest's sha-256"


def upload_files(store: ObjectStore, release: Release) -> None:
    """Write all files of a release except its manifest; existing objects are replaced."""
    with ThreadPoolExecutor(_THREADS) as pool:
        names = _sort_by_size(release.manifest)
        list(pool.map(lambda name: store.write(f"{release.id}/{name}", release.path(name)), names))


def verify_files(store: ObjectStore, manifest: Manifest) -> None:
    """Read all files of a release and compare them with its manifest.

    Raises:
        ReleaseCorruptedError: a file is missing or differs; names it.
    """
    _check_sizes(store, manifest)
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(lambda name: _verify_file(store, manifest, name), _sort_by_size(manifest)))


def download_files(store: ObjectStore, manifest: Manifest, folder: Path) -> None:
    """Read all files of a release into a folder, which may contain a part of them.

    A partial file is continued. The sha-256 of every file is compared with the manifest.

    Raises:
        ReleaseCorruptedError: a file is missing or differs; names it. It is not kept.
    """
    _check_sizes(store, manifest)
    for name in manifest.files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in manifest.files:
            path.unlink()
    with ThreadPoolExecutor(_THREADS) as pool:
        names = _sort_by_size(manifest)
        list(pool.map(lambda name: _download_file(store, manifest, name, folder / name), names))


def _sort_by_size(manifest: Manifest) -> list[str]:
    """Return the names of all files, the largest first, so that threads end at about the same time."""
    return sorted(manifest.files, key=lambda name: -manifest.files[name].bytes)


def _locate(manifest: Manifest, name: str) -> str:
    return f"{manifest.release_id}/{name}"


def _check_sizes(store: ObjectStore, manifest: Manifest) -> None:
    sizes = store.sizes(manifest.release_id)
    for name, file in manifest.files.items():
        where = store.locate(_locate(manifest, name))
        if name not in sizes:
            raise make_corrupted_error(where, "the file cannot be read (there is no such object)")
        if sizes[name] != file.bytes:
            what = f"the file has {sizes[name]} bytes, the manifest says {file.bytes}"
            raise make_corrupted_error(where, what)


def _verify_file(store: ObjectStore, manifest: Manifest, name: str) -> None:
    file, digest = manifest.files[name], hashlib.sha256()
    for block in store.read_blocks(_locate(manifest, name), 0, file.bytes):
        digest.update(block)
    if digest.hexdigest() != file.sha256:
        raise make_corrupted_error(store.locate(_locate(manifest, name)), _DIFFERS)


def _download_file(store: ObjectStore, manifest: Manifest, name: str, path: Path) -> None:
    """Download a file from its first missing byte on, and once more from its start if it then differs."""
    file = manifest.files[name]
    start = path.stat().st_size if path.exists() else 0
    for offset in dict.fromkeys((start if start <= file.bytes else 0, 0)):
        with path.open("r+b" if offset else "wb") as target:
            target.seek(offset)
            for block in store.read_blocks(_locate(manifest, name), offset, file.bytes):
                target.write(block)
        if File.from_path(path) == file:
            return
    path.unlink()
    raise make_corrupted_error(store.locate(_locate(manifest, name)), _DIFFERS)
