"""The service as a process of its own, asked over real HTTP."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from pipelines.embedded.ports import find_free_port
from tests.support.editions import publish_edition
from tests.support.environments import link_packages

pytestmark = pytest.mark.integration

REPOSITORY = Path(__file__).parents[3]
#: What only the pipelines need; Numba looks at scipy itself, where that is installed.
TRAINING = {"airflow", "sklearn", "implicit", "lightgbm", "optuna", "matplotlib", "pandas", "polars"}
TRAINING |= {"scipy.optimize", "scipy.sparse"}


@pytest.fixture
def server(registry, tmp_path):
    port = find_free_port()
    settings = {
        "DATA_ROOT": str(tmp_path),
        "API_PORT": str(port),
        "ENV": "dev",
        "RELEASE_POLL_SECONDS": "0.05",
    }
    command = [sys.executable, "-m", "app"]
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(command, env=os.environ | settings, stderr=log, cwd=REPOSITORY) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        yield process, client
        process.kill()


def wait_for(client, path, status):
    for _ in range(600):
        try:
            answer = client.get(path)
        except httpx.ConnectError:
            answer = None
        if answer is not None and answer.status_code == status:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"{path} never answered {status}")


def test_it_starts_without_a_release_serves_what_is_published_and_ends_when_told(server, registry, whole):
    process, client = server
    assert wait_for(client, "/health/ready", 503).headers["content-type"] == "application/problem+json"
    first = publish_edition(registry, whole, "first").id
    assert wait_for(client, "/health/ready", 200).json()["release"] == first
    answer = client.get("/recommendations", params={"user_id": "3"}).json()
    assert {item["title"] for item in answer["items"]} == {"first"}
    assert len(answer["items"]) == 10
    assert client.get("/recommendations", params={"user_id": "x" * 10_000}).status_code == 422
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", client.base_url.port))


def test_every_line_of_its_log_is_json(server, tmp_path):
    process, client = server
    wait_for(client, "/health/live", 200)
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert {"event", "level", "timestamp"} <= set(lines[0])


def answer_once(small_volume, *options, **environment):
    """Serve and ask once in an interpreter of its own; return the modules that this has imported."""
    command = [sys.executable, *options, "-m", "tests.support.loaded_modules", str(small_volume.root.parent)]
    told = json.loads(subprocess.check_output(command, env=os.environ | environment, cwd=REPOSITORY))
    assert told["items"] == 10
    return set(told["modules"])


def test_an_answer_imports_nothing_of_what_training_needs(small_volume):
    imported = answer_once(small_volume)
    assert {"fastapi", "numpy", "pyarrow"} <= imported
    assert not imported & TRAINING


def test_the_requirements_of_the_api_are_all_that_it_needs(small_volume, tmp_path):
    link_packages(REPOSITORY / "requirements.txt", tmp_path)
    places = os.pathsep.join((str(tmp_path), str(REPOSITORY)))
    imported = answer_once(small_volume, "-S", PYTHONPATH=places)
    assert "httpx" not in imported
