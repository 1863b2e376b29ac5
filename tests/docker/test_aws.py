"""The AWS templates: valid for the schemas of their resources, and consistent with the images."""

import re
import subprocess

import pytest
import yaml
from typer.testing import CliRunner

from app.settings import ApiSettings
from pipelines.cli.main import app as pipelines
from pipelines.settings import PipelineSettings
from tests.support.docker.images import ROOT, image_environment, image_instructions
from tests.support.processes.tools import find_tool

FOLDER = ROOT / "docker" / "aws"
NAMES = ("storage", "api", "pipeline")


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's tags as their arguments, and `!Ref x` as `x`."""


def construct(loader, _, node):
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    return loader.construct_scalar(node)


Loader.add_multi_constructor("!", construct)
TEMPLATES = {name: yaml.load((FOLDER / f"{name}.yml").read_text(), Loader) for name in NAMES}  # noqa: S506
APPSPEC = yaml.safe_load((FOLDER / "appspec.yml").read_text())


def properties(template, name):
    return TEMPLATES[template]["Resources"][name]["Properties"]


@pytest.fixture(scope="module")
def container():
    [container] = properties("api", "TaskDefinition")["ContainerDefinitions"]
    return container


def lint(*paths):
    return subprocess.run([find_tool("cfn-lint"), *paths], capture_output=True, text=True, check=False)


def test_cfn_lint_finds_nothing():
    result = lint(*(FOLDER / f"{name}.yml" for name in NAMES))
    assert (result.returncode, result.stdout) == (0, "")


def test_cfn_lint_finds_an_impossible_size(tmp_path):
    path = tmp_path / "api.yml"
    path.write_text((FOLDER / "api.yml").read_text().replace('Memory: "2048"', 'Memory: "2049"'))
    assert "2049" in lint(path).stdout


def test_task_has_the_user_port_and_folders_of_the_image(container):
    instructions = dict(image_instructions("docker/Dockerfile.api"))
    environment = image_environment("docker/Dockerfile.api")
    assert container["User"] == instructions["USER"]
    [mapping] = container["PortMappings"]
    assert mapping["ContainerPort"] == int(instructions["EXPOSE"])
    writable = {mount["ContainerPath"]: not mount["ReadOnly"] for mount in container["MountPoints"]}
    assert writable == {environment["DATA_ROOT"]: False, environment["NUMBA_CACHE_DIR"]: True}
    assert container["ReadonlyRootFilesystem"] is True
    assert container["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}


def test_settings_exist_and_secrets_are_references(container):
    names = {variable["Name"] for variable in container["Environment"]}
    secrets = {variable["Name"] for variable in container["Secrets"]}
    assert {name.lower() for name in names | secrets} <= set(ApiSettings.model_fields)
    assert not names & {"EVENTS_URL", *(name for name in names if "KEYS" in name)}
    job = properties("pipeline", "Job")["ContainerProperties"]
    variables = [*job["Environment"], *job["Secrets"]]
    assert {found["Name"].lower() for found in variables} <= set(PipelineSettings.model_fields)


def test_load_balancer_waits_for_readiness_and_ecs_for_life(container):
    for group in ("Blue", "Green"):
        assert properties("api", group)["HealthCheckPath"] == "/health/ready"
    assert properties("api", "Blue") == properties("api", "Green")
    assert container["HealthCheck"]["Command"][-1].endswith("/health/live")
    assert (ROOT / container["HealthCheck"]["Command"][2]).exists()


def test_deployment_replaces_the_container_of_the_task(container):
    [target] = APPSPEC["Resources"]
    balancer = target["TargetService"]["Properties"]["LoadBalancerInfo"]
    assert balancer == {"ContainerName": container["Name"], "ContainerPort": 8001}
    assert [name for hook in APPSPEC["Hooks"] for name in hook] == ["AfterAllowTestTraffic"]
    assert properties("api", "Check")["FunctionName"].startswith("CodeDeployHook_")


def test_both_domains_of_a_volume_have_one_owner():
    user = dict(image_instructions("docker/Dockerfile.api"))["USER"].partition(":")[0]
    for name in ("Data", "Compiled"):
        assert properties("storage", name)["PosixUser"] == {"Uid": user, "Gid": user}
    assert properties("pipeline", "Job")["ContainerProperties"]["User"] == f"{user}:{user}"


def test_jobs_run_commands_of_the_pipelines():
    states = properties("pipeline", "Pipeline")["Definition"]["States"]
    for name in ("Train", "Evaluate"):
        command, *options = states[name]["Parameters"]["ContainerOverrides"]["Command"]
        text = CliRunner().invoke(pipelines, [command, "--help"], env={"COLUMNS": "200"}).output
        text = re.sub(r"\x1b\[[\d;]*m", "", text)
        assert "Usage" in text
        assert all(option in text for option in options if option.startswith("--"))


def test_every_failure_is_reported():
    states = properties("pipeline", "Pipeline")["Definition"]["States"]
    for state in ("Train", "Evaluate"):
        [catch] = states[state]["Catch"]
        assert (catch["ErrorEquals"], catch["Next"]) == (["States.ALL"], "Report")
    assert states["Report"]["Next"] == "Failed"


def test_mistakes_are_not_tried_again():
    """Status 2 means that a person must act (docs/operating.md)."""
    strategy = properties("pipeline", "Job")["RetryStrategy"]
    assert strategy["EvaluateOnExit"][0] == {"Action": "EXIT", "OnExitCode": "2"}


@pytest.mark.tools("hadolint")
def test_batch_image_is_the_airflow_image_with_another_entry_point():
    text = (FOLDER / "Dockerfile.batch").read_text()
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    assert f"ARG AIRFLOW_IMAGE={compose['x-airflow']['image']}\n" in text
    assert 'ENTRYPOINT ["python", "-m", "pipelines"]' in text
    command = [find_tool("hadolint"), FOLDER / "Dockerfile.batch"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "")
