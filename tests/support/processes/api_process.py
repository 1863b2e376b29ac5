"""The service in a separate process."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx

from pipelines.embedded.ports import find_free_port
from tests.support.processes.api_client import ADMIN_KEY, EVENTS_KEY, ITEMS_KEY, USERS_KEY

REPOSITORY = Path(__file__).parents[3]


@contextmanager
def run_api(data_root, log, *, prepare=None, module="app", arguments=(), **settings):
    """Run the service on a data root.

    Args:
        data_root: of the releases.
        log: file for the output of the process, appended to.
        prepare: called in the child process before it starts.
        module: run with `python -m`.
        arguments: of the module.
        settings: of the service.

    Yields:
        The process, and an HTTP client with a key for events.
    """
    port = find_free_port()
    defaults = {
        "DATA_ROOT": str(data_root),
        "API_PORT": str(port),
        "ENV": "dev",
        "RELEASE_POLL_SECONDS": "0.05",
        "EVENTS_POLL_SECONDS": "0.05",
        "API_KEYS_EVENTS": EVENTS_KEY,
        "API_KEYS_ITEMS": ITEMS_KEY,
        "API_KEYS_USERS": USERS_KEY,
        "API_KEYS_ADMIN": ADMIN_KEY,
    }
    environment = os.environ | defaults | {name.upper(): str(value) for name, value in settings.items()}
    with (
        log.open("a") as out,
        subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=environment,
            stderr=out,
            cwd=REPOSITORY,
            preexec_fn=prepare,  # noqa: PLW1509 - no other thread holds a lock here
        ) as process,
        httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"X-API-Key": EVENTS_KEY}, timeout=30
        ) as client,
    ):
        try:
            yield process, client
        finally:
            process.kill()


def wait_for(is_met, description, seconds=30.0):
    """Wait until a condition is true and return its value; connection errors count as false.

    Raises:
        AssertionError: it is not met in time; the message contains `description`.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if value := is_met():
                return value
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds:g} s: {description}")


def wait_until_ready(client, seconds=30.0):
    """Wait until a service is ready."""
    wait_for(lambda: client.get("/health/ready").status_code == 200, "the service is ready", seconds)
