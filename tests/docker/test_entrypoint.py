"""docker/entrypoint.sh in front of the real API, with the files of the API's image only."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from pipelines.embedded.ports import free_port
from script_shared.releases.registry import CHAMPION, Registry
from tests.support.editions import publish_edition, registry_at
from tests.support.images import copy_into, environment_of

pytestmark = pytest.mark.integration
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

    def start(*command, **variables):
        told = environment_of(IMAGE) | {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "DATA_ROOT": str(tmp_path / "data"),
            "API_HOST": "127.0.0.1",
            **variables,
        }
        words = ["/bin/sh", "docker/entrypoint.sh", *command]
        with (tmp_path / "log").open("wb") as log:
            started.append(subprocess.Popen(words, cwd=image, env=told, stderr=log, stdout=log))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def log(tmp_path):
    return (tmp_path / "log").read_text


def until(condition):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to that")


def is_ready(port):
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/ready").status_code == 200
    except httpx.TransportError:
        return False


def listing(folder):
    return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(folder.rglob("*"))}


def test_it_waits_for_a_release_then_is_the_api_which_writes_nothing(
    start, image, log, tmp_path, small_volume
):
    port = free_port()
    process = start("python", "-m", "app", API_PORT=str(port))
    until(lambda: "waiting for a release" in log())
    registry = registry_at(tmp_path / "data")
    publish_edition(registry, Registry(small_volume.releases).open(), "first")
    before = listing(tmp_path / "data")
    until(lambda: is_ready(port))
    check = [sys.executable, "docker/healthcheck.py", f"http://127.0.0.1:{port}/health/ready"]
    assert subprocess.run(check, cwd=image, check=True)
    answer = httpx.get(f"http://127.0.0.1:{port}/recommendations", params={"user_id": "3"}).json()
    assert len(answer["items"]) == 10
    assert Path(f"/proc/{process.pid}/comm").read_text().strip().startswith("python")
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    assert listing(tmp_path / "data") == before


def test_it_ends_when_told_while_it_waits(start, log):
    process = start("python", "-m", "app")
    until(lambda: "waiting for a release" in log())
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 143


@pytest.mark.parametrize("seconds", ["0", "1"])
def test_its_patience_is_a_setting(start, seconds):
    assert start("sh", "-c", "exit 7", RELEASE_WAIT_SECONDS=seconds).wait(30) == 7


def test_it_waits_for_the_domain_that_is_served(start, tmp_path):
    folder = tmp_path / "data" / "cooking" / "releases"
    folder.mkdir(parents=True)
    (folder / CHAMPION).write_text("first\n")
    assert start("sh", "-c", "exit 7", DOMAIN="cooking").wait(30) == 7


@pytest.mark.parametrize("seconds", ["soon", "-1", "1.5"])
def test_a_patience_that_is_no_number_is_refused(start, log, seconds):
    assert start("sh", "-c", "exit 7", RELEASE_WAIT_SECONDS=seconds).wait(30) == 2
    assert "RELEASE_WAIT_SECONDS" in log()
