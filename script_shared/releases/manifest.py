"""The manifest of a release: its metadata and the hash of each of its files."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from script_shared.errors import ReleaseCorruptedError, ReleaseError

#: Changes with the names and the meaning of a release's files, arrays and parameters.
FORMAT_VERSION = 5
#: Remedy for a release of another format.
FORMAT_REMEDY = "train and publish again with the version of the code that serves"
MANIFEST = "manifest.json"

_BLOCK = 1 << 20
_SAFE_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,119}")


class File(BaseModel):
    """The size of a file in bytes and the sha-256 of its content, in hex."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)

    @classmethod
    def from_path(cls, path: Path) -> File:
        """Read a file and compute its size and hash."""
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as source:
            while block := source.read(_BLOCK):
                digest.update(block)
                size += len(block)
        return cls(sha256=digest.hexdigest(), bytes=size)


class Facts(BaseModel):
    """Metadata of a release that the caller of `write_release` supplies.

    Attributes:
        domain: name of the domain.
        run: id of the pipeline run.
        as_of_ms: end of the data, ms UTC.
        replay: whether the data is replayed, so that serving's clock starts at `as_of_ms`.
        log_after, log_until: offsets of the event log. The state contains the events up to `log_until` with a
            time before `as_of_ms`. No event up to `log_after` remains to be applied, so a replica starts to
            read behind it. Both are 0 where the data does not come from the log.
        withdrawn: ids of items that must not be recommended until they are reported again.
        expires_ms: by item id, time from which it must not be recommended, ms UTC.
        suspected_bots: number of users left out of counts and training as suspected bots.
        data_fingerprint: digest of the refined training data.
        parameters: JSON values from which the domain's segments, models and state are built.
        segments: by segment name, its model and further properties.
        metrics: summary of the evaluation.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    domain: str = Field(min_length=1)
    run: str = Field(min_length=1)
    as_of_ms: int
    replay: bool = False
    log_after: int = Field(default=0, ge=0)
    log_until: int = Field(default=0, ge=0)
    withdrawn: Sequence[str] = ()
    expires_ms: Mapping[str, int] = {}
    suspected_bots: int = Field(default=0, ge=0)
    data_fingerprint: str = ""
    parameters: Mapping[str, Any] = {}
    segments: Mapping[str, Mapping[str, Any]] = {}
    metrics: Mapping[str, Any] = {}


class Manifest(Facts):
    """A release's `manifest.json`.

    Attributes:
        format_version: version of the file format; the code reads one version only.
        release_id: run id, and a digest of the release's content.
        created_at: wall time at which the release was written.
        files: all files of the folder except the manifest, by relative path.
    """

    format_version: int
    release_id: str = Field(pattern=f"^{_SAFE_ID.pattern}$")
    created_at: AwareDatetime
    files: Mapping[str, File]

    def text(self) -> str:
        """Return the content of `manifest.json`."""
        return self.model_dump_json(indent=1) + "\n"


def make_release_id(facts: Facts, files: Mapping[str, File]) -> str:
    """Build the id of a release: its run, and a digest of its facts and files.

    Equal content has an equal id, so a retried publication finds its release already written, and different
    content has a different id.
    """
    hashes = {name: files[name].sha256 for name in sorted(files)}
    document = {"facts": facts.model_dump(mode="json"), "files": hashes}
    digest = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    run = re.sub(r"[^A-Za-z0-9_.-]+", "-", facts.run).strip("-.")[:100] or "run"
    return f"{run}-{digest[:10]}"


def is_safe_id(name: str) -> bool:
    """Return whether `name` can be the id of a release; an id contains no path separator."""
    return _SAFE_ID.fullmatch(name) is not None


def is_safe_path(name: str) -> bool:
    """Return whether a relative path stays inside the release: no `..`, no root, no unusual characters."""
    return bool(name) and all(_SAFE_PART.fullmatch(part) for part in name.split("/"))


def read_manifest(folder: Path) -> Manifest:
    """Read a release's manifest.

    Raises:
        ReleaseCorruptedError: it is missing, is not a manifest, or names a file outside the release.
        ReleaseError: it has another format version.
    """
    path = folder / MANIFEST
    try:
        return parse_manifest(path.read_bytes(), str(path))
    except OSError as error:
        raise make_corrupted_error(path, f"the manifest cannot be read ({error.strerror})") from error


def parse_manifest(content: bytes, where: str) -> Manifest:
    """Parse a manifest; raises the errors of `read_manifest`.

    Args:
        content: of the file.
        where: path or address of the file, for errors.
    """
    try:
        document = json.loads(content)
        _check_version(document, where)
        manifest = Manifest.model_validate(document)
    except (ValidationError, ValueError, RecursionError) as error:
        raise make_corrupted_error(where, f"this is not a manifest: {_first_line(error)}") from error
    _check_names(manifest, where)
    return manifest


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error).partition("\n")[0]


def _check_version(document: Any, where: str) -> None:
    if not isinstance(document, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - the caller translates ValueError
    version = document.get("format_version")
    if version != FORMAT_VERSION:
        what = f"the format version is {version!r}, this service reads {FORMAT_VERSION}"
        raise ReleaseError(what, where=where, remedy=FORMAT_REMEDY)


def _check_names(manifest: Manifest, where: str) -> None:
    for name in manifest.files:
        if not is_safe_path(name):
            raise make_corrupted_error(where, f"the file name {name!r} could reach outside the release")


def make_corrupted_error(where: Path | str, what: str) -> ReleaseCorruptedError:
    """Build the error for a file of a release that cannot be used."""
    remedy = "publish a new release, or roll back to the one before"
    return ReleaseCorruptedError(what, where=str(where), remedy=remedy)
