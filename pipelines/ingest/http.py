"""Downloads files over HTTP; resumes an interrupted download if the server's file is unchanged."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from pipelines.ingest.uri import ProgressCallback, RemoteUri
from script_shared.errors import DownloadError, InputError
from script_shared.storage.disk_space import make_volume_full_error, translate_disk_full

#: Status codes of a temporary failure.
_RETRY_STATUS = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The retries of a download.

    Attributes:
        attempts: the download fails after this many consecutive attempts without a new byte.
        pause_s: the pause before the second attempt, in seconds; it doubles before each further attempt.
        timeout_s: an attempt fails after this many seconds without a byte.
    """

    attempts: int = 5
    pause_s: float = 1.0
    timeout_s: float = 60.0


class _AttemptFailedError(Exception):
    """An attempt failed; another one may resume it."""


def download_over_http(
    uri: RemoteUri, file: Path, report_progress: ProgressCallback, retry_policy: RetryPolicy
) -> None:
    """Download a URL into a file, which appears when it is complete.

    Args:
        uri: the URL and, optionally, the checksum that allows an unencrypted connection.
        file: the target.
        report_progress: receives the downloaded and the total bytes, None if unknown.
        retry_policy: when to retry and when to fail.

    Raises:
        InputError: the server refuses the file, or sends a web page instead.
        DownloadError: the server or the connection failed too often.
        VolumeFullError: the disk is full; the partial file stays.
    """
    download = _Download(uri, file, report_progress)
    headers = {"Accept-Encoding": "identity"}
    with httpx.Client(follow_redirects=True, timeout=retry_policy.timeout_s, headers=headers) as client:
        failures = 0
        while True:
            size_before = download.size
            try:
                download.attempt(client)
            except _AttemptFailedError as cause:
                failures = failures + 1 if download.size <= size_before else 1
                if failures >= retry_policy.attempts:
                    problem = f"the download was interrupted after {download.size} bytes ({cause})"
                    remedy = "run again: the download resumes"
                    raise DownloadError(problem, where=uri.target, remedy=remedy) from cause
                time.sleep(retry_policy.pause_s * 2 ** (failures - 1))
            else:
                return


class _Download:
    """A partial file, and the validator (ETag or date) of the version of which it is a part."""

    def __init__(self, uri: RemoteUri, file: Path, report_progress: ProgressCallback) -> None:
        self._uri, self._file, self._report_progress = uri, file, report_progress
        self._part = file.with_name(f"{file.name}.part")
        self._metadata = file.with_name(f"{file.name}.json")
        if file.exists():
            file.replace(self._part)

    @property
    def size(self) -> int:
        """The downloaded bytes."""
        return self._part.stat().st_size if self._part.exists() else 0

    def attempt(self, client: httpx.Client) -> None:
        """Download the rest of the file.

        Raises:
            _AttemptFailedError: the connection ended early, or the server is busy.
        """
        validator = self._read_validator()
        start = self.size if validator else 0
        headers = {"Range": f"bytes={start}-", "If-Range": validator} if start and validator else {}
        try:
            with client.stream("GET", self._uri.target, headers=headers) as response:
                self._receive(response, start)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.TooManyRedirects) as cause:
            raise self._refusal_error(str(cause)) from cause
        except httpx.HTTPError as cause:
            raise _AttemptFailedError(str(cause) or type(cause).__name__) from cause

    def _receive(self, response: httpx.Response, requested_start: int) -> None:
        self._uri.require_secure(str(response.url))
        if response.status_code == 416 and requested_start:
            self._handle_empty_range(response, requested_start)
            return
        self._check_response(response)
        start = self._find_start(response, requested_start)
        length = response.headers.get("content-length", "")
        total = start + int(length) if length.isdigit() else None
        self._require_space(start, total)
        self._write_metadata(response)
        self._write(response, start, total)
        if total is not None and self.size != total:
            raise _AttemptFailedError(f"{self.size} of {total} bytes received")
        self._finish()

    def _handle_empty_range(self, response: httpx.Response, size: int) -> None:
        """Finish if the downloaded bytes are the whole file; else discard them, since the file changed."""
        if response.headers.get("content-range") == f"bytes */{size}":
            self._finish()
            return
        self._discard()
        raise _AttemptFailedError("the file has changed")

    def _check_response(self, response: httpx.Response) -> None:
        if response.status_code in _RETRY_STATUS:
            raise _AttemptFailedError(f"the server answers {response.status_code}")
        if response.status_code not in (200, 206):
            raise self._refusal_error(f"the server answers {response.status_code} {response.reason_phrase}")
        if response.headers.get("content-type", "").lower().startswith(("text/html", "application/xhtml")):
            raise self._refusal_error("the URL is a web page, not a file")
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise self._refusal_error("the server sends the file with a content encoding")

    def _find_start(self, response: httpx.Response, requested_start: int) -> int:
        """Return the offset of the first byte of the response."""
        if response.status_code == 200:
            return 0
        is_requested = re.match(rf"bytes {requested_start}-", response.headers.get("content-range", ""))
        validator = self._read_validator()
        is_same_version = (_get_validator(response) or validator) == validator
        if not requested_start or not is_requested or not is_same_version:
            self._discard()
            raise _AttemptFailedError("the server sent another part than requested")
        return requested_start

    def _require_space(self, start: int, total: int | None) -> None:
        free = shutil.disk_usage(self._file.parent).free
        if total is not None and total - start > free:
            problem = f"{total - start} bytes are missing, {free} are free"
            raise make_volume_full_error(self._file.parent, problem)

    def _write(self, response: httpx.Response, start: int, total: int | None) -> None:
        with translate_disk_full(self._file.parent), self._part.open("r+b" if start else "wb") as part:
            part.seek(start)
            done = start
            for chunk in response.iter_raw():
                part.write(chunk)
                done += len(chunk)
                self._report_progress(done, total)
            part.flush()
            os.fsync(part.fileno())

    def _finish(self) -> None:
        self._part.replace(self._file)

    def _read_validator(self) -> str | None:
        """Return the validator of the version of which the downloaded bytes are a part."""
        try:
            value = json.loads(self._metadata.read_text(encoding="utf-8"))["validator"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return value if isinstance(value, str) else None

    def _write_metadata(self, response: httpx.Response) -> None:
        with translate_disk_full(self._file.parent):
            self._metadata.write_text(json.dumps({"validator": _get_validator(response)}), encoding="utf-8")

    def _discard(self) -> None:
        self._part.unlink(missing_ok=True)
        self._metadata.unlink(missing_ok=True)

    def _refusal_error(self, reason: str) -> InputError:
        remedy = "open the URL in a browser: it must return the file itself, without a login"
        return InputError(reason, where=self._uri.target, remedy=remedy)


def _get_validator(response: httpx.Response) -> str | None:
    """Return a strong validator: a weak one would allow joining parts of two versions."""
    tag = response.headers.get("etag", "")
    return tag if tag and not tag.startswith("W/") else response.headers.get("last-modified")
