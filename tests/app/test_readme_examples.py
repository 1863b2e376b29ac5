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


def find_commands(document):
    """Return the curl commands of a page, of one or two lines, and the text that their responses contain."""
    return re.findall(r"^\$ (curl (?:.*\\\n)?.*)  # (.+)$", document, re.MULTILINE)


@pytest.fixture(params=[README, EXAMPLES], ids=["README.md", "docs/examples.md"])
def commands(request):
    return find_commands(request.param)


@pytest.fixture
def service(release, tmp_path):
    publish_copy(create_registry(tmp_path), release, "first")
    with run_api(tmp_path, tmp_path / "log") as (_, client):
        wait_until_ready(client)
        yield str(client.base_url).rstrip("/")


def remove_spaces(text):
    """Return the text without spaces, since responses have none between names and values."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize(("document", "count"), [(README, 10), (EXAMPLES, 29)])
def test_every_command_has_a_documented_text(document, count):
    assert len(find_commands(document)) == document.count("$ curl ") == count


def test_examples_show_every_endpoint(service):
    document = httpx.get(f"{service}/openapi.json").json()
    paths = {re.search(r":8001(.*?)[?']", command)[1] for command, _ in find_commands(EXAMPLES)}
    patterns = [re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) for path in document["paths"]]
    missing = {pattern for pattern in patterns if not any(re.fullmatch(pattern, path) for path in paths)}
    assert missing == {"/health/live", "/evaluation/metrics\\.csv"}


def test_commands_return_the_documented_text(service, commands):
    for command, expected in commands:
        assert ADDRESS in command
        shell_command = command.replace(ADDRESS, service).replace("curl ", "curl --silent --show-error ", 1)
        process = subprocess.run(["bash", "-c", shell_command], capture_output=True, text=True, check=True)
        assert remove_spaces(expected) in remove_spaces(process.stdout), f"{command}\n{process.stdout[:500]}"
