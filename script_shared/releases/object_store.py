"""Objects of a bucket below a prefix: conditional writes, and errors with a remedy.

Needs a store that honours `If-Match` and `If-None-Match` on writes: S3, Google Cloud Storage, Azure Blob
Storage, and S3-compatible servers that implement them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotModifiedError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import ObjectStore as Bucket
from obstore.store import from_url

from script_shared.errors import ReleaseStoreError
from script_shared.releases.manifest import make_corrupted_error

_BLOCK = 16 << 20
_ACCESS = (PermissionDeniedError, UnauthenticatedError)


class StoredObject(NamedTuple):
    """The content of an object, and the e-tag that identifies this version of it."""

    content: bytes
    e_tag: str | None


class ObjectStore:
    """The objects below a prefix; paths are relative to it.

    Args:
        bucket: of obstore; its own prefix is that of all paths.
        address: of bucket and prefix, for errors.
    """

    def __init__(self, bucket: Bucket, address: str) -> None:
        self._bucket, self.address = bucket, address.rstrip("/")

    @classmethod
    def open(cls, url: str) -> ObjectStore:
        """Open `s3://bucket/prefix`, `gs://…` or `az://…`; credentials are those of the environment.

        Raises:
            ReleaseStoreError: the URL or a setting of the environment is malformed.
        """
        with _translate(url):
            # A request that takes longer fails: readers keep what they serve and ask again.
            client = {"timeout": "60s", "connect_timeout": "5s", "allow_http": True}
            retry = {"max_retries": 4, "retry_timeout": timedelta(seconds=20)}
            return cls(from_url(url, client_options=client, retry_config=retry), url)  # type: ignore[call-overload]

    def locate(self, path: str) -> str:
        """Return the address of an object."""
        return f"{self.address}/{path}"

    def read(self, path: str, known: str | None = None) -> StoredObject | None:
        """Return an object; None if there is none.

        Args:
            path: of the object.
            known: an e-tag; if the object still has it, the content is not transferred.

        Raises:
            NotModifiedError: the object still has the known e-tag.
        """
        with _translate(self.locate(path)):
            try:
                result = obstore.get(self._bucket, path, options={"if_none_match": known} if known else None)
                return StoredObject(bytes(result.bytes()), result.meta["e_tag"])
            except FileNotFoundError:
                return None

    def read_blocks(self, path: str, start: int, size: int) -> Iterator[bytes]:
        """Yield the bytes of an object from `start` to `size` in blocks of 16 MiB, a request each.

        Raises:
            ReleaseCorruptedError: there is no such object any more.
        """
        for offset in range(start, size, _BLOCK):
            end = min(offset + _BLOCK, size)
            with _translate(self.locate(path)):
                try:
                    block = bytes(obstore.get_range(self._bucket, path, start=offset, end=end))
                except FileNotFoundError as error:
                    raise make_corrupted_error(self.locate(path), "the file was removed") from error
            yield block

    def create(self, path: str, content: bytes) -> bool:
        """Write an object unless it exists; return whether it was written."""
        with _translate(self.locate(path)):
            try:
                obstore.put(self._bucket, path, content, mode="create")
            except (AlreadyExistsError, PreconditionError):
                return False
            return True

    def replace(self, path: str, content: bytes, e_tag: str | None) -> bool:
        """Write an object if it still has the e-tag; return whether it was written.

        Args:
            path: of the object.
            content: of the object.
            e_tag: of the object that is replaced; None if there must be none.
        """
        if e_tag is None:
            return self.create(path, content)
        with _translate(self.locate(path)):
            try:
                obstore.put(self._bucket, path, content, mode={"e_tag": e_tag})
            except (PreconditionError, AlreadyExistsError, FileNotFoundError):
                return False
            return True

    def write(self, path: str, source: Path | bytes) -> None:
        """Write an object from a file or from bytes, whether or not it exists."""
        with _translate(self.locate(path)):
            obstore.put(self._bucket, path, source)

    def sizes(self, folder: str) -> dict[str, int]:
        """Return the size of each object below a folder in bytes, by path within the folder."""
        with _translate(self.locate(folder)):
            objects = [entry for page in obstore.list(self._bucket, f"{folder}/") for entry in page]
        return {entry["path"].removeprefix(f"{folder}/"): entry["size"] for entry in objects}

    def folders(self) -> Sequence[str]:
        """Return the names of the folders directly below the prefix."""
        with _translate(self.address):
            return [str(prefix) for prefix in obstore.list_with_delimiter(self._bucket)["common_prefixes"]]

    def delete(self, paths: Sequence[str]) -> None:
        """Delete objects; missing ones are no error."""
        for path in paths:
            with _translate(self.locate(path)), suppress(FileNotFoundError):
                obstore.delete(self._bucket, path)


@contextmanager
def _translate(address: str) -> Iterator[None]:
    """Translate errors of the store; those that callers decide on pass."""
    try:
        yield
    except (NotModifiedError, FileNotFoundError):
        raise
    except _ACCESS as error:
        remedy = "give this process credentials that may list, read and write there, see docs/deployment.md"
        raise _make_error("the object store refuses access", address, remedy, error) from error
    except BaseError as error:
        remedy = "check RELEASES_URL, the network and the status of the store, then try again"
        raise _make_error("the object store cannot be used now", address, remedy, error) from error


def _make_error(what: str, address: str, remedy: str, cause: BaseError) -> ReleaseStoreError:
    """Build an error; the cause may name hosts, and is a detail that clients do not see."""
    details = str(cause).partition("\n")[0]
    return ReleaseStoreError(what, where=address, remedy=remedy, details=details)
