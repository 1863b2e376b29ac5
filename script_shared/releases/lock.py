"""A lock between processes that share a volume."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def lock_folder(folder: Path, name: str) -> Iterator[None]:
    """Hold the lock `name` of `folder` during the block.

    The operating system releases it when the process ends, even when it is killed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{name}.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
