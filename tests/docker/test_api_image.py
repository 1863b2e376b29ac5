"""The command of the API's image, run with only the files of that image."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import yaml

from pipelines.embedded.ports import find_free_port
from script_shared.releases.registry import Registry
from tests.support.docker.images import copy_image_files, image_environment, image_instructions
from tests.support.processes.api_process import wait_for
from tests.support.releases.release_copies import create_registry, publish_copy

pytestmark = [pytest.mark.integration, pytest.mark.slow]
IMAGE = "docker/Dockerfile.api"


@pytest.fixture(scope="module")
def image_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("image")
    copy_image_files(IMAGE, folder)
    return folder


@pytest.fixture
def start(image_folder, tmp_path):
    """Starts the command as the container does, and stops it after the test."""
    processes = []

    def start(**variables):
        environment = image_environment(IMAGE) | {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "DATA_ROOT": str(tmp_path / "data"),
            "NUMBA_CACHE_DIR": str(tmp_path / "compiled"),
            "API_HOST": "127.0.0.1",
            **variables,
        }
        command = yaml.safe_load(dict(image_instructions(IMAGE))["CMD"])
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen(command, cwd=image_folder, env=environment, stderr=log, stdout=log)
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()


def wait_for_status(port, status):
    url = f"http://127.0.0.1:{port}/health/ready"
    wait_for(lambda: httpx.get(url).status_code == status, f"{url} responds with {status}", 120)


def list_files(folder):
    """Return the modification time and size of every file."""
    return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(folder.rglob("*"))}


def test_api_responds_503_without_a_release_and_never_writes_to_the_volume(
    start, image_folder, tmp_path, small_volume
):
    port = find_free_port()
    process = start(API_PORT=str(port))
    wait_for_status(port, 503)
    base_url = f"http://127.0.0.1:{port}"
    assert httpx.get(f"{base_url}/health").json()["reason"] == "no release has been published yet"
    command = [sys.executable, "docker/healthcheck.py", f"{base_url}/health/ready"]
    assert subprocess.run(command, cwd=image_folder, capture_output=True, check=False).returncode == 1
    registry = create_registry(tmp_path / "data")
    publish_copy(registry, Registry(small_volume.releases).open(), "first")
    before = list_files(tmp_path / "data")
    wait_for_status(port, 200)
    assert subprocess.run(command, cwd=image_folder, check=True)
    body = httpx.get(f"{base_url}/recommendations", params={"user_id": "3"}).json()
    assert len(body["items"]) == 10
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    assert list_files(tmp_path / "data") == before


def test_compiled_code_is_reused_by_the_next_start(start, tmp_path, small_volume):
    publish_copy(create_registry(tmp_path / "data"), Registry(small_volume.releases).open(), "first")
    port = find_free_port()
    first = start(API_PORT=str(port))
    wait_for_status(port, 200)
    first.kill()
    first.wait()
    compiled = list_files(tmp_path / "compiled")
    assert compiled
    start(API_PORT=str(port))
    wait_for_status(port, 200)
    assert list_files(tmp_path / "compiled") == compiled
