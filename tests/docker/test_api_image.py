"""The command of the API's image, with the files of that image only."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import yaml

from pipelines.embedded.ports import find_free_port
from script_shared.releases.registry import Registry
from tests.support.editions import publish_edition, registry_at
from tests.support.images import copy_into, environment_of, last_stage

pytestmark = [pytest.mark.integration, pytest.mark.slow]
IMAGE = "docker/Dockerfile.api"


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    folder = tmp_path_factory.mktemp("image")
    copy_into(IMAGE, folder)
    return folder


@pytest.fixture
def start(image, tmp_path):
    """Start the script as the container does, and end it after the test."""
    started = []

    def start(**variables):
        told = environment_of(IMAGE) | {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "DATA_ROOT": str(tmp_path / "data"),
            "NUMBA_CACHE_DIR": str(tmp_path / "compiled"),
            "API_HOST": "127.0.0.1",
            **variables,
        }
        words = yaml.safe_load(dict(last_stage(IMAGE))["CMD"])
        with (tmp_path / "log").open("wb") as log:
            started.append(subprocess.Popen(words, cwd=image, env=told, stderr=log, stdout=log))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def until(condition):
    for _ in range(2_400):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to that")


def is_answered(port, path, status):
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}").status_code == status
    except httpx.TransportError:
        return False


def listing(folder):
    return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(folder.rglob("*"))}


def test_it_answers_503_until_there_is_a_release_and_never_writes_to_the_volume(
    start, image, tmp_path, small_volume
):
    port = find_free_port()
    process = start(API_PORT=str(port))
    until(lambda: is_answered(port, "/health/ready", 503))
    address = f"http://127.0.0.1:{port}"
    assert httpx.get(f"{address}/health").json()["reason"] == "no release has been published yet"
    check = [sys.executable, "docker/healthcheck.py", f"{address}/health/ready"]
    assert subprocess.run(check, cwd=image, capture_output=True, check=False).returncode == 1
    registry = registry_at(tmp_path / "data")
    publish_edition(registry, Registry(small_volume.releases).open(), "first")
    before = listing(tmp_path / "data")
    until(lambda: is_answered(port, "/health/ready", 200))
    assert subprocess.run(check, cwd=image, check=True)
    answer = httpx.get(f"{address}/recommendations", params={"user_id": "3"}).json()
    assert len(answer["items"]) == 10
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    assert listing(tmp_path / "data") == before


def test_it_keeps_its_compiled_loops_for_the_next_start(start, tmp_path, small_volume):
    publish_edition(registry_at(tmp_path / "data"), Registry(small_volume.releases).open(), "first")
    port = find_free_port()
    first = start(API_PORT=str(port))
    until(lambda: is_answered(port, "/health/ready", 200))
    first.kill()
    first.wait()
    kept = listing(tmp_path / "compiled")
    assert kept
    start(API_PORT=str(port))
    until(lambda: is_answered(port, "/health/ready", 200))
    assert listing(tmp_path / "compiled") == kept
