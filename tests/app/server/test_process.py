"""The service as a process, over real HTTP."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from pipelines.embedded.ports import find_free_port
from tests.support.processes.environments import link_packages
from tests.support.releases.release_copies import publish_copy

pytestmark = pytest.mark.integration

REPOSITORY = Path(__file__).parents[3]
#: Packages of the pipelines; Numba imports scipy where it is installed, but not these submodules.
TRAINING_PACKAGES = {"airflow", "sklearn", "implicit", "lightgbm", "optuna", "matplotlib", "pandas", "polars"}
TRAINING_PACKAGES |= {"scipy.optimize", "scipy.sparse"}


@contextmanager
def serve(tmp_path, command, **switches):
    """Start the service of a data root by a command; yield its process and a client."""
    port = find_free_port()
    settings = {
        "DATA_ROOT": str(tmp_path),
        "API_PORT": str(port),
        "ENV": "dev",
        "RELEASE_POLL_SECONDS": "0.05",
    }
    command = [*command, *(("--port", str(port)) if "uvicorn" in command else ())]
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(
            command, env=os.environ | settings | switches, stderr=log, cwd=REPOSITORY
        ) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        yield process, client
        process.kill()


@pytest.fixture
def server(registry, tmp_path):
    with serve(tmp_path, [sys.executable, "-m", "app"]) as service:
        yield service


def wait_for(client, path, status):
    for _ in range(600):
        try:
            response = client.get(path)
        except httpx.ConnectError:
            response = None
        if response is not None and response.status_code == status:
            return response
        time.sleep(0.05)
    raise AssertionError(f"{path} never answered {status}")


def test_service_starts_without_a_release_serves_a_published_one_and_stops_on_sigterm(
    server, registry, release
):
    process, client = server
    assert wait_for(client, "/health/ready", 503).headers["content-type"] == "application/problem+json"
    first = publish_copy(registry, release, "first").id
    assert wait_for(client, "/health/ready", 200).json()["release"] == first
    result = client.get("/recommendations", params={"user_id": "3"}).json()
    assert {item["title"] for item in result["items"]} == {"first"}
    assert len(result["items"]) == 10
    assert client.get("/recommendations", params={"user_id": "x" * 10_000}).status_code == 422
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    with socket.socket() as connection:
        assert connection.connect_ex(("127.0.0.1", client.base_url.port))


def test_stock_uvicorn_serves_the_application_without_optimisations(registry, release, tmp_path):
    switches = ("API_FAST_PATH", "API_COALESCE_RESPONSES", "API_FAST_COUNTERS")
    publish_copy(registry, release, "first")
    command = [sys.executable, "-m", "uvicorn", "app.main:app"]
    with serve(tmp_path, command, **dict.fromkeys(switches, "false")) as (_, client):
        wait_for(client, "/health/ready", 200)
        assert len(client.get("/recommendations", params={"user_id": "3"}).json()["items"]) == 10


def test_log_has_one_json_object_per_line(server, tmp_path):
    process, client = server
    wait_for(client, "/health/live", 200)
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert {"event", "level", "timestamp"} <= set(lines[0])


def list_imported_modules(small_volume, *options, **environment):
    """Serve one request in another interpreter; return the names of the modules that it has imported."""
    command = [
        sys.executable,
        *options,
        "-m",
        "tests.support.processes.loaded_modules",
        str(small_volume.root.parent),
    ]
    output = json.loads(subprocess.check_output(command, env=os.environ | environment, cwd=REPOSITORY))
    assert output["items"] == 10
    return set(output["modules"])


def test_service_imports_no_training_package(small_volume):
    imported = list_imported_modules(small_volume)
    assert {"fastapi", "numpy", "pyarrow"} <= imported
    assert not imported & TRAINING_PACKAGES


def test_service_runs_with_the_packages_of_requirements_txt(small_volume, tmp_path):
    link_packages(REPOSITORY / "requirements.txt", tmp_path)
    path = os.pathsep.join((str(tmp_path), str(REPOSITORY)))
    imported = list_imported_modules(small_volume, "-S", PYTHONPATH=path)
    assert "httpx" not in imported
