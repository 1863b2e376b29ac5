"""The TypeScript client is generated, compiled, and used by Node against a running service."""

import json
import subprocess

import pytest

from tests.support.docker.images import ROOT
from tests.support.processes.api_client import EVENTS_KEY
from tests.support.processes.tools import find_tool

FOLDER = ROOT / "clients" / "typescript"
USAGE = ROOT / "tests" / "clients" / "usage.ts"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.tools("node"),
    pytest.mark.skipif(
        not (FOLDER / "node_modules").exists(), reason="the generator is missing; `make clients` installs it"
    ),
]


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The folder of the generated and compiled client."""
    folder = tmp_path_factory.mktemp("typescript")
    subprocess.run([FOLDER / "generate", "news", folder], check=True, capture_output=True)
    return folder


def compile_usage(package, text):
    """Compile a program beside the client; return the finished process."""
    (package / "src" / "usage.ts").write_text("declare const process: { argv: string[] };\n" + text)
    command = [FOLDER / "node_modules/.bin/tsc", "--project", package, "--rootDir", package / "src"]
    return subprocess.run(
        [*command, "--outDir", package / "dist"], capture_output=True, text=True, check=False
    )


def test_client_is_used_against_the_service(package, service_url):
    result = compile_usage(package, USAGE.read_text())
    assert result.returncode == 0, result.stdout
    command = [find_tool("node"), package / "dist" / "usage.js", service_url, EVENTS_KEY]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert json.loads(output) == {"ranks": [1, 2, 3], "accepted": 1, "field": "num_recs"}


@pytest.mark.parametrize(
    ("right", "wrong", "error"),
    [("num_recs: 3", "num_recs: 'three'", "TS2322"), ("item.rank", "item.position", "TS2339")],
)
def test_wrong_types_do_not_compile(package, right, wrong, error):
    result = compile_usage(package, USAGE.read_text().replace(right, wrong))
    assert error in result.stdout


def test_every_document_compiles(tmp_path):
    for document in sorted((ROOT / "docs" / "openapi").glob("*.json")):
        folder = tmp_path / document.stem
        subprocess.run([FOLDER / "generate", document.stem, folder], check=True, capture_output=True)
        assert "createClient" in (folder / "dist" / "index.d.ts").read_text()
