"""The function of docker/aws/api.yml that checks new tasks, against running services."""

import re
import sys
import textwrap
import types

import pytest

from tests.support.docker.images import ROOT
from tests.support.processes.api_process import run_api, wait_for

TEMPLATE = (ROOT / "docker" / "aws" / "api.yml").read_text()
SOURCE = textwrap.dedent(re.search(r"ZipFile: \|\n(.*?)\n\n  \w", TEMPLATE, re.DOTALL)[1])
EVENT = {"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "hook-1"}


class CodeDeploy:
    """Records what the function reports to AWS."""

    def __init__(self):
        self.reports = []

    def put_lifecycle_event_hook_execution_status(self, **report):
        self.reports.append(report)


@pytest.fixture
def run_check(monkeypatch):
    """Runs the function on a service; returns the status that it reports."""

    def run(url):
        service = CodeDeploy()
        boto3 = types.SimpleNamespace(client=lambda _: service)
        monkeypatch.setitem(sys.modules, "boto3", boto3)
        monkeypatch.setenv("URL", url.rstrip("/"))
        namespace = {}
        exec(compile(SOURCE, "index.py", "exec"), namespace)  # noqa: S102 - our own template
        namespace["handler"](EVENT, None)
        [report] = service.reports
        assert report["deploymentId"] == "d-1"
        assert report["lifecycleEventHookExecutionId"] == "hook-1"
        return report["status"]

    return run


def test_ready_service_is_accepted(run_check, service_url):
    assert run_check(service_url) == "Succeeded"


def test_service_without_a_release_is_refused(run_check, tmp_path):
    with run_api(tmp_path, tmp_path / "log") as (_, client):
        wait_for(lambda: client.get("/health/live").status_code == 200, "the service lives")
        assert run_check(str(client.base_url)) == "Failed"


def test_unreachable_service_is_refused(run_check):
    assert run_check("http://127.0.0.1:9") == "Failed"
