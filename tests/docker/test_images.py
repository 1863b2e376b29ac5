"""The images: what can be told of them where no engine builds them."""

import re
import subprocess
import sys

import pytest

from tests.support.images import ROOT, copy_into, last_stage
from tests.support.tools import find_tool

DOCKERFILES = ("docker/Dockerfile.api", "docker/Dockerfile.airflow")

each_image = pytest.mark.parametrize("dockerfile", DOCKERFILES)


@each_image
@pytest.mark.tools("hadolint")
def test_hadolint_finds_nothing(dockerfile):
    done = subprocess.run(
        [find_tool("hadolint"), dockerfile], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@each_image
def test_every_stage_begins_with_a_version_and_a_digest(dockerfile):
    text = (ROOT / dockerfile).read_text()
    images = re.findall(r"^ARG PYTHON_IMAGE=(\S+)", text, re.MULTILINE)
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["${PYTHON_IMAGE}"] * 2
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm@sha256:[0-9a-f]{64}", *images)


@each_image
def test_everything_that_is_installed_by_python_is_pinned_by_its_hash(dockerfile):
    text = (ROOT / dockerfile).read_text().replace("\\\n", "")
    installed = re.findall(r"(?:pip install|pip sync) [^&\n]*", text)
    assert installed
    assert all("--require-hashes" in each for each in installed)


@each_image
def test_it_runs_as_a_user_of_its_own_and_tells_how_it_is(dockerfile):
    told = dict(last_stage(dockerfile))
    assert told["USER"] == "10001:10001"
    assert "healthcheck.py" in told["HEALTHCHECK"]


@each_image
def test_what_it_copies_is_sent_to_the_engine_and_holds_no_secret(dockerfile, tmp_path):
    copy_into(dockerfile, tmp_path)
    found = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*")}
    allowed = {
        line[1:].split("/")[0]
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line[:1] == "!"
    }
    assert found <= allowed
    assert not list(tmp_path.rglob(".env*"))


def times(folder):
    return {file.stat().st_mtime for file in folder.rglob("*.py")}


def test_a_change_of_one_source_changes_the_times_of_all(tmp_path):
    stamp = [sys.executable, ROOT / "docker" / "stamp_sources.py", tmp_path]
    (tmp_path / "part").mkdir()
    for name in ("a.py", "part/b.py"):
        (tmp_path / name).write_text("x = 1\n")
    subprocess.run(stamp, check=True)
    before = times(tmp_path)
    (tmp_path / "a.py").write_text("x = 2\n")
    subprocess.run(stamp, check=True)
    after = times(tmp_path)
    assert len(before) == len(after) == 1
    assert before != after
    (tmp_path / "a.py").write_text("x = 1\n")
    subprocess.run(stamp, check=True)
    assert times(tmp_path) == before
