"""The entry scripts as ShellCheck and a reader see them; the other tests run them."""

import subprocess

import pytest

from tests.support.images import ROOT
from tests.support.tools import find_tool


@pytest.mark.tools("shellcheck")
@pytest.mark.parametrize("script", ["docker/init_airflow.sh", "docker/postgres/users.sh"])
def test_shellcheck_finds_nothing(script):
    done = subprocess.run(
        [find_tool("shellcheck"), script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
