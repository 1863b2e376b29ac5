"""The Dockerfiles and the files of their images, without a Docker engine."""

import re
import subprocess
import sys

import pytest

from tests.support.docker.images import ROOT, copy_image_files, image_instructions
from tests.support.processes.tools import find_tool

DOCKERFILES = ("docker/Dockerfile.api", "docker/Dockerfile.airflow")

all_images = pytest.mark.parametrize("dockerfile", DOCKERFILES)


@all_images
@pytest.mark.tools("hadolint")
def test_hadolint_finds_nothing(dockerfile):
    result = subprocess.run(
        [find_tool("hadolint"), dockerfile], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (0, "")


@all_images
def test_base_images_have_a_version_and_a_digest(dockerfile):
    text = (ROOT / dockerfile).read_text()
    images = re.findall(r"^ARG PYTHON_IMAGE=(\S+)", text, re.MULTILINE)
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["${PYTHON_IMAGE}"] * 2
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm@sha256:[0-9a-f]{64}", *images)


@all_images
def test_python_packages_are_pinned_by_hash(dockerfile):
    text = (ROOT / dockerfile).read_text().replace("\\\n", "")
    installations = re.findall(r"(?:pip install|pip sync) [^&\n]*", text)
    assert installations
    assert all("--require-hashes" in command for command in installations)


@all_images
def test_image_has_an_unprivileged_user_and_a_health_check(dockerfile):
    instructions = dict(image_instructions(dockerfile))
    assert instructions["USER"] == "10001:10001"
    assert "healthcheck.py" in instructions["HEALTHCHECK"]


@all_images
def test_copied_files_are_in_the_build_context_without_secrets(dockerfile, tmp_path):
    copy_image_files(dockerfile, tmp_path)
    copied = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*")}
    allowed = {
        line[1:].split("/")[0]
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line[:1] == "!"
    }
    assert copied <= allowed
    assert not list(tmp_path.rglob(".env*"))


def modification_times(folder):
    return {file.stat().st_mtime for file in folder.rglob("*.py")}


def test_changed_source_changes_the_times_of_all_sources(tmp_path):
    command = [sys.executable, ROOT / "docker" / "stamp_sources.py", tmp_path]
    (tmp_path / "part").mkdir()
    for name in ("a.py", "part/b.py"):
        (tmp_path / name).write_text("x = 1\n")
    subprocess.run(command, check=True)
    before = modification_times(tmp_path)
    (tmp_path / "a.py").write_text("x = 2\n")
    subprocess.run(command, check=True)
    after = modification_times(tmp_path)
    assert len(before) == len(after) == 1
    assert before != after
    (tmp_path / "a.py").write_text("x = 1\n")
    subprocess.run(command, check=True)
    assert modification_times(tmp_path) == before
