"""The service as a process of its own."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx

from pipelines.embedded.ports import find_free_port
from tests.support.services import ADMIN_KEY, EVENTS_KEY, ITEMS_KEY, READERS_KEY

REPOSITORY = Path(__file__).parents[2]


@contextmanager
def serving(data_root, log, *, prepare=None, module="app", arguments=(), **settings):
    """Start `python -m app` on a data root; give the process and a client that has a key for events."""
    port = find_free_port()
    told = {
        "DATA_ROOT": str(data_root),
        "API_PORT": str(port),
        "ENV": "dev",
        "RELEASE_POLL_SECONDS": "0.05",
        "EVENTS_POLL_SECONDS": "0.05",
        "API_KEYS_EVENTS": EVENTS_KEY,
        "API_KEYS_ITEMS": ITEMS_KEY,
        "API_KEYS_USERS": READERS_KEY,
        "API_KEYS_ADMIN": ADMIN_KEY,
    } | {name.upper(): str(value) for name, value in settings.items()}
    with (
        log.open("a") as out,
        subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=os.environ | told,
            stderr=out,
            cwd=REPOSITORY,
            preexec_fn=prepare,  # noqa: PLW1509 - no thread runs here that holds a lock
        ) as process,
        httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"X-API-Key": EVENTS_KEY}, timeout=30
        ) as client,
    ):
        try:
            yield process, client
        finally:
            process.kill()


def until(is_so, what, seconds=30.0):
    """Wait until something holds, and say what did not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if found := is_so():
                return found
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    raise AssertionError(f"never: {what}")


def until_ready(client):
    until(lambda: client.get("/health/ready").status_code == 200, "the service is ready")
