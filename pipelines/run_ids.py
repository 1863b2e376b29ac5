"""Names of runs."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime


def new_run() -> str:
    """Return a name that sorts by time and that nothing else has."""
    return run_named(datetime.now(UTC), uuid.uuid4().hex)


def run_named(moment: datetime, key: str) -> str:
    """Return a name that sorts by time: a UTC stamp and four letters that follow from the key."""
    letters = hashlib.sha256(key.encode()).hexdigest()[:4]
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}-{letters}"
