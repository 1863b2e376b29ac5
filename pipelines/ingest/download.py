"""Downloads remote raw files completely or not at all, and resumes interrupted downloads."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.progress import TransferSpeedColumn as SpeedColumn

from pipelines.cli.console import CONSOLE
from pipelines.ingest.google_drive import download_from_drive
from pipelines.ingest.http import RetryPolicy, download_over_http
from pipelines.ingest.uri import ProgressCallback, RemoteUri, is_remote, parse_uri
from script_shared.errors import InputError
from script_shared.releases.lock import lock_folder


@contextmanager
def fetch_uri(uri: str, folder: Path, retry_policy: RetryPolicy | None = None) -> Iterator[str]:
    """Yield the local path of a URI; a remote file is downloaded first.

    A partial download stays below `folder` when the download or the caller is interrupted, and the next call
    resumes it. The file is deleted when the caller is done with it, or when it is unusable.

    Args:
        uri: a local path or `file://` (yielded as it is), `https://` or `gdrive:<id>`; a fragment
            `#sha256=…` is compared with the file.
        folder: the folder for downloads, on the file system of the final folder.
        retry_policy: the retries of failed HTTP requests.

    Raises:
        InputError: the URI or the file is unusable.
        DownloadError: the file cannot be downloaded now.
        VolumeFullError: the disk is full.
    """
    if not is_remote(uri):
        yield uri
        return
    remote = parse_uri(uri)
    with lock_folder(folder, remote.key):
        target = folder / remote.key
        try:
            yield str(_download(remote, target, retry_policy or RetryPolicy()))
        except InputError:
            shutil.rmtree(target, ignore_errors=True)
            raise
        shutil.rmtree(target, ignore_errors=True)


def _download(uri: RemoteUri, folder: Path, retry_policy: RetryPolicy) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / uri.name
    with _progress_bar(uri.name) as report_progress:
        if uri.scheme == "gdrive":
            download_from_drive(uri, file, report_progress)
        else:
            download_over_http(uri, file, report_progress, retry_policy)
    _verify_checksum(uri, file)
    return file


@contextmanager
def _progress_bar(name: str) -> Iterator[ProgressCallback]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), SpeedColumn())
    with Progress(
        *columns, TimeRemainingColumn(), console=CONSOLE, transient=True, disable=not CONSOLE.is_terminal
    ) as progress:
        task = progress.add_task(name, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _verify_checksum(uri: RemoteUri, file: Path) -> None:
    if uri.checksum is None:
        return
    with file.open("rb") as contents:
        checksum = hashlib.file_digest(contents, "sha256").hexdigest()
    if checksum != uri.checksum:
        problem = f"the file's sha-256 is {checksum}, not {uri.checksum}"
        remedy = "compare the checksum with the publisher's; if it is right, try again"
        raise InputError(problem, where=uri.target, remedy=remedy)
