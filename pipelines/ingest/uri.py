"""Addresses of raw files that lie elsewhere, taken apart and checked before anything is fetched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from urllib.parse import unquote, urldefrag, urlsplit

from script_shared.errors import InputError

#: Schemes that are fetched.
REMOTE = ("https", "http", "gdrive")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_FORMS = "give a folder, a file, https://… or gdrive:<id>"
_LONGEST_NAME = 100
#: Endings of files that are read.
_KNOWN = (".zip", ".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".gz", ".zst", ".parquet")


@dataclass(frozen=True, slots=True)
class Uri:
    """Where a file lies.

    Attributes:
        scheme: one of REMOTE.
        target: the URL, or the id of a file on Google Drive.
        checksum: the file's sha-256 in hex, None where it was not given.
    """

    scheme: str
    target: str
    checksum: str | None

    @property
    def name(self) -> str:
        """What the file is called here; one without a known ending is taken for a zip."""
        path = urlsplit(self.target).path if self.scheme != "gdrive" else self.target
        name = re.sub(r"[^\w.-]", "_", PurePosixPath(unquote(path)).name)[-_LONGEST_NAME:].lstrip(".")
        known = PurePosixPath(name).suffix in _KNOWN
        return name if known else f"{name or 'download'}.zip"

    @property
    def key(self) -> str:
        """Names the folder in which the file is fetched: the same address, the same key."""
        return sha256(self.target.encode()).hexdigest()[:16]

    def check_secure(self, url: str) -> None:
        """Refuse a way on which the file could be exchanged unnoticed.

        Raises:
            InputError: the URL is not encrypted, no checksum was given and the host is another.
        """
        parts = urlsplit(url)
        if parts.scheme == "https" or self.checksum or parts.hostname in _LOOPBACK:
            return
        raise InputError(
            "the address is not encrypted, and no checksum was given",
            where=url,
            remedy="use https://, or add #sha256=… to the address",
        )


def is_remote(uri: str) -> bool:
    """Tell whether `uri` is fetched before it is read."""
    return uri.partition(":")[0].lower() in REMOTE


def parse(uri: str) -> Uri:
    """Take a remote address apart.

    Raises:
        InputError: it is malformed, or not secure.
    """
    target, fragment = urldefrag(uri)
    scheme = target.partition(":")[0].lower()
    address = Uri(scheme, _target(scheme, target), _checksum(uri, fragment))
    if scheme != "gdrive":
        address.check_secure(target)
    return address


def _target(scheme: str, target: str) -> str:
    if scheme != "gdrive":
        try:
            host = urlsplit(target).hostname
        except ValueError:
            host = None
        if not host or not target.isprintable() or " " in target:
            raise InputError("the address names no host", where=target, remedy=_FORMS)
        return target
    name = target.partition(":")[2].strip("/")
    if not re.fullmatch(r"[\w-]{10,100}", name, re.ASCII):
        raise InputError("this is no id of a file on Google Drive", where=target, remedy=_FORMS)
    return name


def _checksum(uri: str, fragment: str) -> str | None:
    if not fragment:
        return None
    found = re.fullmatch(r"sha256=([0-9a-fA-F]{64})", fragment)
    if not found:
        raise InputError("the checksum is none", where=uri, remedy="write #sha256= and 64 hex digits")
    return found[1].lower()
