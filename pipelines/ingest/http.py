"""Files over HTTP: an interrupted download goes on where it ended, if the file is still the same."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from pipelines.ingest.uri import Uri
from script_shared.errors import DownloadError, InputError
from script_shared.storage.disk_space import make_volume_full_error, translate_disk_full

_BUSY = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long an unreliable server is put up with.

    Attributes:
        attempts: so many in a row may bring nothing.
        pause_s: seconds before the second attempt; each pause is twice the one before.
        timeout_s: seconds without a byte after which an attempt has failed.
    """

    attempts: int = 5
    pause_s: float = 1.0
    timeout_s: float = 60.0


class _InterruptedError(Exception):
    """An attempt ended early; another may go on."""


def download_over_http(
    address: Uri, file: Path, tell: Callable[[int, int | None], None], patience: RetryPolicy
) -> None:
    """Fetch a URL into `file`, which appears when it is complete.

    Raises:
        InputError: there is no such file, it may not be read, or a web page lies there.
        DownloadError: the server or the connection failed again and again.
        VolumeFullError: there is no room for it; what was fetched is kept.
    """
    download = _Download(address, file, tell)
    timeout = httpx.Timeout(patience.timeout_s)
    with httpx.Client(
        follow_redirects=True, timeout=timeout, headers={"Accept-Encoding": "identity"}
    ) as client:
        failures = 0
        while True:
            before = download.size
            try:
                download.attempt(client)
            except _InterruptedError as cause:
                failures = failures + 1 if download.size <= before else 1
                if failures >= patience.attempts:
                    raise _give_up(address, download.size, cause) from cause
                time.sleep(patience.pause_s * 2 ** (failures - 1))
            else:
                return


def _give_up(address: Uri, size: int, cause: Exception) -> DownloadError:
    return DownloadError(
        f"the download was interrupted after {size} bytes ({cause})",
        where=address.target,
        remedy="run again: it goes on where it ended",
    )


class _Download:
    """One file that is being fetched: its part, and what tells whether the server's is still the same."""

    def __init__(self, address: Uri, file: Path, tell: Callable[[int, int | None], None]) -> None:
        self._address, self._file, self._tell = address, file, tell
        self._part = file.with_name(f"{file.name}.part")
        self._notes = file.with_name(f"{file.name}.json")
        if file.exists():
            file.replace(self._part)

    @property
    def size(self) -> int:
        """Bytes that are here."""
        return self._part.stat().st_size if self._part.exists() else 0

    def attempt(self, client: httpx.Client) -> None:
        """Fetch what is missing.

        Raises:
            _InterruptedError: the connection ended early, or the server is busy.
        """
        validator = self._validator()
        have = self.size if validator else 0
        headers = {"Range": f"bytes={have}-", "If-Range": validator} if have and validator else {}
        try:
            with client.stream("GET", self._address.target, headers=headers) as response:
                self._take(response, have)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.TooManyRedirects) as cause:
            raise self._refused(str(cause)) from cause
        except httpx.HTTPError as cause:
            raise _InterruptedError(str(cause) or type(cause).__name__) from cause

    def _take(self, response: httpx.Response, have: int) -> None:
        self._address.check_secure(str(response.url))
        if response.status_code == 416 and have:
            self._end_or_begin_anew(response, have)
            return
        self._check(response)
        start = self._start(response, have)
        length = response.headers.get("content-length", "")
        total = start + int(length) if length.isdigit() else None
        self._check_room(start, total)
        self._note(response)
        self._write(response, start, total)
        if total is not None and self.size != total:
            raise _InterruptedError(f"{self.size} of {total} bytes came")
        self._finish()

    def _end_or_begin_anew(self, response: httpx.Response, have: int) -> None:
        """Answer a server that has nothing after what is here: all is here, or it was another file."""
        if response.headers.get("content-range") == f"bytes */{have}":
            self._finish()
            return
        self._forget()
        raise _InterruptedError("the file has changed")

    def _check(self, response: httpx.Response) -> None:
        if response.status_code in _BUSY:
            raise _InterruptedError(f"the server answers {response.status_code}")
        if response.status_code not in (200, 206):
            raise self._refused(f"the server answers {response.status_code} {response.reason_phrase}")
        if response.headers.get("content-type", "").lower().startswith(("text/html", "application/xhtml")):
            raise self._refused("a web page lies there, not a file")
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise self._refused("the server sends the file packed once more")

    def _start(self, response: httpx.Response, have: int) -> int:
        """Return from which byte on the response is."""
        if response.status_code == 200:
            return 0
        asked = re.match(rf"bytes {have}-", response.headers.get("content-range", ""))
        known = self._validator()
        if not have or not asked or (_validator_of(response) or known) != known:
            self._forget()
            raise _InterruptedError("the server sends another part than asked for")
        return have

    def _check_room(self, start: int, total: int | None) -> None:
        free = shutil.disk_usage(self._file.parent).free
        if total is not None and total - start > free:
            raise make_volume_full_error(
                self._file.parent, f"{total - start} bytes are to come, {free} are free"
            )

    def _write(self, response: httpx.Response, start: int, total: int | None) -> None:
        with translate_disk_full(self._file.parent), self._part.open("r+b" if start else "wb") as part:
            part.seek(start)
            done = start
            for chunk in response.iter_raw():
                part.write(chunk)
                done += len(chunk)
                self._tell(done, total)
            part.flush()
            os.fsync(part.fileno())

    def _finish(self) -> None:
        self._part.replace(self._file)

    def _validator(self) -> str | None:
        """Return what the server called the version of which a part is here."""
        try:
            value = json.loads(self._notes.read_text(encoding="utf-8"))["validator"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return value if isinstance(value, str) else None

    def _note(self, response: httpx.Response) -> None:
        with translate_disk_full(self._file.parent):
            self._notes.write_text(json.dumps({"validator": _validator_of(response)}), encoding="utf-8")

    def _forget(self) -> None:
        self._part.unlink(missing_ok=True)
        self._notes.unlink(missing_ok=True)

    def _refused(self, why: str) -> InputError:
        return InputError(
            why,
            where=self._address.target,
            remedy="open the address in a browser: it must give the file itself, without a login",
        )


def _validator_of(response: httpx.Response) -> str | None:
    """Return a strong validator: with a weak one, parts of two versions could be joined."""
    tag = response.headers.get("etag", "")
    return tag if tag and not tag.startswith("W/") else response.headers.get("last-modified")
