"""The curl lines of README.md and docs/examples.md, run one by one against a running service."""

import re
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.support.processes.api_process import run_api, wait_until_ready
from tests.support.releases.release_copies import create_registry, publish_copy

pytestmark = [pytest.mark.integration, pytest.mark.tools("curl")]

ROOT = Path(__file__).parents[2]
README, EXAMPLES = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/examples.md"))
ADDRESS = "http://127.0.0.1:8001"


def curl_lines(document):
    """Commands, which may be continued on a second line, and the text that their responses contain."""
    return re.findall(r"^\$ (curl (?:.*\\\n)?.*)  # (.+)$", document, re.MULTILINE)


@pytest.fixture(params=[README, EXAMPLES], ids=["README.md", "docs/examples.md"])
def lines(request):
    return curl_lines(request.param)


@pytest.fixture
def service(whole, tmp_path):
    publish_copy(create_registry(tmp_path), whole, "first")
    with run_api(tmp_path, tmp_path / "log") as (_, client):
        wait_until_ready(client)
        yield str(client.base_url).rstrip("/")


def without_spaces(text):
    """The text without its spaces: responses have none between names and values."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize(("document", "count"), [(README, 10), (EXAMPLES, 25)])
def test_every_line_shows_a_part_of_its_response(document, count):
    assert len(curl_lines(document)) == document.count("$ curl ") == count


def test_the_examples_show_every_endpoint(service):
    document = httpx.get(f"{service}/openapi.json").json()
    shown = {re.search(r":8001(.*?)[?']", line)[1] for line, _ in curl_lines(EXAMPLES)}
    patterns = [re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) for path in document["paths"]]
    missing = {pattern for pattern in patterns if not any(re.fullmatch(pattern, path) for path in shown)}
    assert missing == {"/health/live", "/evaluation/metrics\\.csv"}


def test_the_lines_in_their_order(service, lines):
    for line, expected in lines:
        assert ADDRESS in line
        command = line.replace(ADDRESS, service).replace("curl ", "curl --silent --show-error ", 1)
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
        assert without_spaces(expected) in without_spaces(done.stdout), f"{line}\n{done.stdout[:500]}"
