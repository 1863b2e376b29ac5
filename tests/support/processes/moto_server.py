"""A local S3 server, that of moto, in an environment of its own: boto3 conflicts with our requirements."""

import os
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.peers.environment import ROOT, create_environment
from pipelines.embedded.ports import find_free_port
from script_shared.releases.lock import lock_folder

BUCKET = "releases"
_REQUIREMENTS = Path(__file__).parents[1] / "requirements_moto.txt"
_ENVIRONMENT = ROOT / ".venv-moto"
_START_SECONDS = 60


@dataclass
class S3Server:
    """A running server with an empty bucket.

    Attributes:
        process: of the server.
        environment: variables with which S3 clients find the server.
    """

    process: subprocess.Popen
    environment: dict[str, str]

    def url(self, prefix):
        """Return the URL of a prefix of the bucket."""
        return f"s3://{BUCKET}/{prefix}"


@contextmanager
def run_moto(log):
    """Run a server on a free port.

    Args:
        log: file for its output.

    Yields:
        The `S3Server`.

    Raises:
        SettingsError: its environment cannot be created, such as without a network.
    """
    # The processes of a test run share the environment.
    with lock_folder(ROOT, "venv-moto"):
        python = create_environment(_REQUIREMENTS, _ENVIRONMENT)
    port = find_free_port()
    address = f"http://127.0.0.1:{port}"
    command = [python.with_name("moto_server"), "-p", str(port)]
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        try:
            _create_bucket(process, address)
            yield S3Server(process, _make_environment(address))
        finally:
            process.kill()


def _create_bucket(process, address):
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            httpx.put(f"{address}/{BUCKET}", timeout=10).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"no server answers at {address}")


def _make_environment(address):
    return {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
    }


@contextmanager
def set_environment(variables):
    """Set environment variables during the block."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value
