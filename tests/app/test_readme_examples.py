"""The commands of README's chapter on the API, run against a running service."""

import re
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.support.editions import publish_edition, registry_at
from tests.support.servers import serving, until_ready

pytestmark = [pytest.mark.integration, pytest.mark.tools("curl")]

PAGE = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
LINES = re.findall(r"^\$ (curl .*)  # (.+)$", PAGE, re.MULTILINE)
ADDRESS = "http://127.0.0.1:8001"


@pytest.fixture(scope="module")
def service(whole, tmp_path_factory):
    root = tmp_path_factory.mktemp("readme")
    publish_edition(registry_at(root), whole, "first")
    with serving(root, root / "log") as (_, client):
        until_ready(client)
        yield str(client.base_url).rstrip("/")


def strip_spaces(text):
    """Remove all spaces: answers have none between names and values."""
    return re.sub(r"\s", "", text)


def test_every_line_has_its_answer():
    assert len(LINES) == PAGE.count("$ curl ") > 20


def test_every_route_has_a_line(service):
    document = httpx.get(f"{service}/openapi.json").json()
    paths = {re.sub(r".*:8001(.*?)[?'].*", r"\1", line) for line, _ in LINES}
    patterns = [re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) for path in document["paths"]]
    seen_elsewhere = {"/health/live", "/evaluation/metrics\\.csv"}
    missing = {pattern for pattern in patterns if not any(re.fullmatch(pattern, path) for path in paths)}
    assert missing == seen_elsewhere


def test_lines_have_their_answers(service):
    for line, answer in LINES:
        assert ADDRESS in line
        command = line.replace(ADDRESS, service).replace("curl ", "curl --silent --show-error ", 1)
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
        assert strip_spaces(answer) in strip_spaces(done.stdout), f"{line}\n{done.stdout[:500]}"
