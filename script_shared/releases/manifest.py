"""The manifest: what a release is, where it came from and the hash of each of its files."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from script_shared.errors import ReleaseCorruptedError, ReleaseError

#: 2: `state/categories`, without which no new item can be taken in.
FORMAT_VERSION = 4
#: What to do about a release that this code cannot read.
OTHER_CODE = "train and publish again with the version of the code that serves"
MANIFEST = "manifest.json"

_BLOCK = 1 << 20
_SAFE_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,119}")
_REMEDY = "publish a new release, or roll back to the one before"


class File(BaseModel):
    """One file of a release: its size in bytes and the sha-256 of its content, in hex."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)

    @classmethod
    def of(cls, path: Path) -> File:
        """Measure the file at `path`."""
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as source:
            while block := source.read(_BLOCK):
                digest.update(block)
                size += len(block)
        return cls(sha256=digest.hexdigest(), bytes=size)


class Facts(BaseModel):
    """What the publisher of a release says of it; the rest of the manifest is measured.

    Attributes:
        domain: the domain that the release serves.
        run: the pipeline run that made it.
        as_of_ms: the moment its state describes, ms UTC.
        replay: whether the data is replayed, so that serving's clock starts at `as_of_ms`.
        log_after, log_until: which part of the event log the state holds: the events up to the second
            offset that happened before `as_of_ms`. All up to the first are of that kind or were refused,
            so that a replica begins to read behind it. 0 and 0: the data came without the log.
        withdrawn: ids of items that may not be named until they are reported again.
        expires_ms: by item id, from when on it may not be named, ms UTC.
        suspected_bots: how many readers were left out of counts and training as suspected bots.
        data_fingerprint: identifies the refined data it was trained on.
        parameters: what makes the domain's segments, models and state.
        segments: by segment name, its model and what is known of it.
        metrics: a summary of the evaluation.
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
        format_version: the layout of the folder; another one cannot be read by this code.
        release_id: names the release; ends in a digest of all that it holds.
        created_at: when it was written, by the wall clock.
        files: every file of the folder but the manifest itself, by relative path.
    """

    format_version: int
    release_id: str = Field(pattern=f"^{_SAFE_ID.pattern}$")
    created_at: AwareDatetime
    files: Mapping[str, File]

    def text(self) -> str:
        """Return the manifest as it is written to disk."""
        return self.model_dump_json(indent=1) + "\n"


def release_id(facts: Facts, files: Mapping[str, File]) -> str:
    """Return the name of a release: its run, and a digest of its facts and files.

    Equal content has an equal name, so a retried publication finds its release already there,
    and a name never stands for two contents.
    """
    document = {
        "facts": facts.model_dump(mode="json"),
        "files": {name: files[name].sha256 for name in sorted(files)},
    }
    digest = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    run = re.sub(r"[^A-Za-z0-9_.-]+", "-", facts.run).strip("-.")[:100] or "run"
    return f"{run}-{digest[:10]}"


def is_safe_id(name: str) -> bool:
    """Tell whether `name` can name a folder among the releases, and nothing outside them."""
    return _SAFE_ID.fullmatch(name) is not None


def is_safe_path(name: str) -> bool:
    """Tell whether a relative path stays inside the release: no `..`, no root, no odd signs."""
    return bool(name) and all(_SAFE_PART.fullmatch(part) for part in name.split("/"))


def read_manifest(folder: Path) -> Manifest:
    """Read a release's manifest.

    Raises:
        ReleaseCorruptedError: it is missing, is not a manifest, or names a file outside the release.
        ReleaseError: it was written in another format version.
    """
    path = folder / MANIFEST
    try:
        document = json.loads(path.read_bytes())
        _check_version(document, path)
        manifest = Manifest.model_validate(document)
    except OSError as error:
        what = f"the manifest cannot be read ({error.strerror})"
        raise ReleaseCorruptedError(what, where=str(path), remedy=_REMEDY) from error
    except (ValidationError, ValueError, RecursionError) as error:
        what = f"this is not a manifest: {_first_line(error)}"
        raise ReleaseCorruptedError(what, where=str(path), remedy=_REMEDY) from error
    _check_names(manifest, path)
    return manifest


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error).partition("\n")[0]


def _check_version(document: Any, path: Path) -> None:
    if not isinstance(document, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - one kind of error for one kind of fault
    version = document.get("format_version")
    if version != FORMAT_VERSION:
        raise ReleaseError(
            f"the format version is {version!r}, this service reads {FORMAT_VERSION}",
            where=str(path),
            remedy=OTHER_CODE,
        )


def _check_names(manifest: Manifest, path: Path) -> None:
    for name in manifest.files:
        if not is_safe_path(name):
            what = f"the file name {name!r} could reach outside the release"
            raise ReleaseCorruptedError(what, where=str(path), remedy=_REMEDY)
