"""The shell scripts, checked by ShellCheck."""

import subprocess

import pytest

from tests.support.docker.images import ROOT
from tests.support.processes.tools import find_tool

SCRIPTS = (
    "docker/init_airflow.sh",
    "docker/postgres/users.sh",
    ".ci/lock",
    ".ci/packages",
    ".ci/run",
    ".ci/sbom",
    "clients/python/generate",
    "clients/typescript/generate",
)


@pytest.mark.tools("shellcheck")
@pytest.mark.parametrize("script", SCRIPTS)
def test_shellcheck_finds_nothing(script):
    result = subprocess.run(
        [find_tool("shellcheck"), script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (0, "")
