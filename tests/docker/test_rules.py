"""The rules and the configuration as promtool sees them."""

import subprocess

import pytest
import yaml

from tests.support.images import ROOT
from tests.support.prometheus import CONFIGURATION, rule_expressions
from tests.support.tools import find_tool

TESTS = ROOT / "tests" / "docker" / "rules"


def promtool(*arguments):
    return subprocess.run(
        [find_tool("promtool"), *map(str, arguments)], capture_output=True, text=True, check=False
    )


@pytest.mark.tools("promtool")
def test_the_configuration_and_its_rules_are_valid():
    done = promtool("check", "config", "--lint-fatal", CONFIGURATION / "prometheus.yml")
    assert done.returncode == 0, done.stderr
    assert "2 rule files found" in done.stdout


@pytest.mark.tools("promtool")
@pytest.mark.parametrize("name", ["api", "airflow"])
def test_the_rules_do_what_their_tests_say(name):
    done = promtool("test", "rules", TESTS / f"{name}.yml")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["api", "airflow"])
def test_every_alert_is_seen_to_fire(name):
    tests = yaml.safe_load((TESTS / f"{name}.yml").read_text())["tests"]
    cases = [case for test in tests for case in test.get("alert_rule_test", [])]
    seen = {case["alertname"] for case in cases if case["exp_alerts"]}
    assert seen == {rule for rule, _ in rule_expressions(name) if ":" not in rule}
