"""The rules and the configuration of Prometheus, checked by promtool."""

import subprocess

import pytest
import yaml

from tests.support.docker.images import ROOT
from tests.support.docker.prometheus import CONFIGURATION, rule_expressions
from tests.support.processes.tools import find_tool

TESTS = ROOT / "tests" / "docker" / "rules"


def run_promtool(*arguments):
    return subprocess.run(
        [find_tool("promtool"), *map(str, arguments)], capture_output=True, text=True, check=False
    )


@pytest.mark.tools("promtool")
def test_configuration_and_its_rules_are_valid():
    result = run_promtool("check", "config", "--lint-fatal", CONFIGURATION / "prometheus.yml")
    assert result.returncode == 0, result.stderr
    assert "2 rule files found" in result.stdout


@pytest.mark.tools("promtool")
@pytest.mark.parametrize("name", ["api", "airflow"])
def test_unit_tests_of_the_rules_pass(name):
    result = run_promtool("test", "rules", TESTS / f"{name}.yml")
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("name", ["api", "airflow"])
def test_every_alert_has_a_unit_test_in_which_it_fires(name):
    tests = yaml.safe_load((TESTS / f"{name}.yml").read_text())["tests"]
    cases = [case for test in tests for case in test.get("alert_rule_test", [])]
    firing = {case["alertname"] for case in cases if case["exp_alerts"]}
    assert firing == {rule for rule, _ in rule_expressions(name) if ":" not in rule}
