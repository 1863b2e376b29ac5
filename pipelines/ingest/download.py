"""Fetch raw files from elsewhere: whole or not at all, and going on where it was interrupted."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.progress import TransferSpeedColumn as SpeedColumn

from pipelines.cli.console import CONSOLE
from pipelines.ingest.google_drive import download_from_drive
from pipelines.ingest.http import RetryPolicy, download_over_http
from pipelines.ingest.uri import Uri, is_remote, parse
from script_shared.errors import InputError
from script_shared.releases.lock import lock_folder

#: Takes how many bytes there are and, if it is known, how many there will be.
Tell = Callable[[int, int | None], None]


@contextmanager
def fetched(uri: str, folder: Path, patience: RetryPolicy | None = None) -> Iterator[str]:
    """Give the local path of what `uri` names; a remote file is fetched first.

    What has been fetched stays below `folder` when the download, or the caller's work, is
    interrupted, and is gone on with next time. It goes when the caller is done with it, or when
    it turns out to be no use.

    Args:
        uri: a local path or `file://` (given back as it is), `https://` or `gdrive:<id>`;
            `#sha256=…` behind it is compared with the file.
        folder: where files are fetched to, on the file system where they are wanted.
        patience: how long an unreliable server is put up with.

    Raises:
        InputError: the address or what lies there cannot be used.
        DownloadError: it could not be fetched now.
        VolumeFullError: there is no room for it.
    """
    if not is_remote(uri):
        yield uri
        return
    address = parse(uri)
    with lock_folder(folder, address.key):
        place = folder / address.key
        try:
            yield str(_fetch(address, place, patience or RetryPolicy()))
        except InputError:
            shutil.rmtree(place, ignore_errors=True)
            raise
        shutil.rmtree(place, ignore_errors=True)


def _fetch(address: Uri, place: Path, patience: RetryPolicy) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    file = place / address.name
    with _progress(address.name) as tell:
        if address.scheme == "gdrive":
            download_from_drive(address, file, tell)
        else:
            download_over_http(address, file, tell, patience)
    _check(address, file)
    return file


@contextmanager
def _progress(name: str) -> Iterator[Tell]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), SpeedColumn())
    with Progress(
        *columns, TimeRemainingColumn(), console=CONSOLE, transient=True, disable=not CONSOLE.is_terminal
    ) as progress:
        task = progress.add_task(name, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _check(address: Uri, file: Path) -> None:
    if address.checksum is None:
        return
    with file.open("rb") as contents:
        found = hashlib.file_digest(contents, "sha256").hexdigest()
    if found != address.checksum:
        raise InputError(
            f"the file's sha-256 is {found}, not {address.checksum}",
            where=address.target,
            remedy="compare the checksum with the publisher's; if it is right, try again",
        )
