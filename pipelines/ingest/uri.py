"""Parses and validates URIs of remote raw files before anything is fetched."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from urllib.parse import unquote, urldefrag, urlsplit

from script_shared.errors import InputError

#: Schemes of remote URIs.
REMOTE_SCHEMES = ("https", "http", "gdrive")
#: Receives the downloaded bytes and the total bytes, None if unknown.
ProgressCallback = Callable[[int, int | None], None]
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_REMEDY = "give a folder, a file, https://… or gdrive:<id>"
_MAX_NAME = 100
#: Suffixes of files that can be read.
_SUFFIXES = (".zip", ".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".gz", ".zst", ".parquet")


@dataclass(frozen=True, slots=True)
class RemoteUri:
    """The URI of a remote file.

    Attributes:
        scheme: one of `REMOTE_SCHEMES`.
        target: the URL, or the id of a file on Google Drive.
        checksum: the file's sha-256 in hex, None if not given.
    """

    scheme: str
    target: str
    checksum: str | None

    @property
    def name(self) -> str:
        """The name of the local file; `.zip` is appended to a name without a known suffix."""
        path = urlsplit(self.target).path if self.scheme != "gdrive" else self.target
        name = re.sub(r"[^\w.-]", "_", PurePosixPath(unquote(path)).name)[-_MAX_NAME:].lstrip(".")
        is_known = PurePosixPath(name).suffix in _SUFFIXES
        return name if is_known else f"{name or 'download'}.zip"

    @property
    def key(self) -> str:
        """The name of the folder into which the file is downloaded: a hash of the target."""
        return sha256(self.target.encode()).hexdigest()[:16]

    def require_secure(self, url: str) -> None:
        """Check that nobody can replace the file at a URL unnoticed.

        Args:
            url: the URL of this file, or one to which it redirects.

        Raises:
            InputError: the URL is not encrypted, no checksum is given and the host is remote.
        """
        parts = urlsplit(url)
        if parts.scheme == "https" or self.checksum or parts.hostname in _LOOPBACK:
            return
        problem = "the URL is not encrypted, and no checksum is given"
        raise InputError(problem, where=url, remedy="use https://, or add #sha256=… to the URL")


def is_remote(uri: str) -> bool:
    """Return whether a URI is remote."""
    return uri.partition(":")[0].lower() in REMOTE_SCHEMES


def parse_uri(uri: str) -> RemoteUri:
    """Parse a remote URI.

    Raises:
        InputError: the URI is malformed or not secure.
    """
    target, fragment = urldefrag(uri)
    scheme = target.partition(":")[0].lower()
    parsed = RemoteUri(scheme, _parse_target(scheme, target), _parse_checksum(uri, fragment))
    if scheme != "gdrive":
        parsed.require_secure(target)
    return parsed


def _parse_target(scheme: str, target: str) -> str:
    if scheme != "gdrive":
        try:
            host = urlsplit(target).hostname
        except ValueError:
            host = None
        if not host or not target.isprintable() or " " in target:
            raise InputError("the URL has no host", where=target, remedy=_REMEDY)
        return target
    file_id = target.partition(":")[2].strip("/")
    if not re.fullmatch(r"[\w-]{10,100}", file_id, re.ASCII):
        raise InputError("this is not the id of a file on Google Drive", where=target, remedy=_REMEDY)
    return file_id


def _parse_checksum(uri: str, fragment: str) -> str | None:
    if not fragment:
        return None
    match = re.fullmatch(r"sha256=([0-9a-fA-F]{64})", fragment)
    if not match:
        raise InputError("the checksum is invalid", where=uri, remedy="write #sha256= and 64 hex digits")
    return match[1].lower()
