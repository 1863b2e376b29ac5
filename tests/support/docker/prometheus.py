"""The real Prometheus with the project's configuration, scraping the targets of a test."""

import json
import math
import re
import subprocess
import time
from contextlib import closing, contextmanager

import httpx
import yaml

from pipelines.embedded.ports import find_free_port
from tests.support.docker.images import ROOT
from tests.support.processes.tools import find_tool

CONFIGURATION = ROOT / "docker" / "prometheus"
#: The metric of a selector; excludes keywords of PromQL and labels.
METRIC = re.compile(r"(?<![:\w])(?:(?:manchete|http|airflow|process)_\w+|up)(?![:\w])")


class Prometheus:
    """A client of the HTTP API."""

    def __init__(self, port):
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=30)
        self.close = self._http.close

    def values(self, expression):
        """Return the current values of an expression."""
        return [float(series["value"][1]) for series in self._query(expression)]

    def labels(self, expression):
        """Return the labels of the current series of an expression."""
        return [series["metric"] for series in self._query(expression)]

    def _query(self, expression):
        response = self._http.post("/query", data={"query": expression})
        assert response.status_code == 200, f"{expression}: {response.text}"
        return response.json()["data"]["result"]

    def wait_for(self, expression, seconds=60):
        """Wait until an expression has a value."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.values(expression):
                return
            time.sleep(0.2)
        raise AssertionError(f"{expression} has no value after {seconds} s")

    def rules(self):
        """Return every rule with its state."""
        groups = self._http.get("/rules").json()["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]


@contextmanager
def run_prometheus(folder, **targets):
    """Run it on targets by job, `name="host:port"`, every half second; jobs without a target are removed."""
    configuration = yaml.safe_load((CONFIGURATION / "prometheus.yml").read_text())
    configuration["global"] = dict.fromkeys(configuration["global"], "500ms")
    configuration["rule_files"] = [str(CONFIGURATION / file) for file in configuration["rule_files"]]
    jobs = [job for job in configuration["scrape_configs"] if job["job_name"] in targets]
    for job in jobs:
        job["static_configs"] = [{"targets": [targets[job["job_name"]]]}]
    configuration["scrape_configs"] = jobs
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration))
    port = find_free_port()
    command = [
        find_tool("prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'series'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (folder / "prometheus.log").open("w") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            _wait_until_ready(port)
            with closing(Prometheus(port)) as server:
                yield server
        finally:
            process.terminate()


def _wait_until_ready(port):
    for _ in range(300):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/-/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("Prometheus did not become ready")


def dashboard_expressions():
    """Return (title, expression) of every panel and annotation of the dashboard."""
    board = json.loads((ROOT / "grafana" / "dashboards" / "manchete.json").read_text())
    return [
        (panel["title"], target["expr"].replace("$__rate_interval", "1m"))
        for panel in board["panels"]
        for target in panel.get("targets", [])
    ] + [(entry["name"], strip_comparison(entry["expr"])) for entry in board["annotations"]["list"]]


def rule_expressions(name):
    """Return (name, expression) of every rule of a file; of an alert without its comparison."""
    document = yaml.safe_load((CONFIGURATION / "rules" / f"{name}.yml").read_text())
    rules = [rule for group in document["groups"] for rule in group["rules"]]
    recorded = [(rule["record"], rule["expr"]) for rule in rules if "record" in rule]
    return recorded + [(rule["alert"], strip_comparison(rule["expr"])) for rule in rules if "alert" in rule]


def strip_comparison(expression):
    """Return an expression without its last comparison, which has no value while it is false."""
    match = re.fullmatch(r"(.*?)\s(?:==|>|<)\s(?:(?!\s(?:==|>|<)\s).)*", expression, re.DOTALL)
    return match[1] if match else expression


def check_values(server, expression):
    """Check that an expression has finite values; return them."""
    values = server.values(expression)
    assert values, f"{expression} has no value"
    assert all(math.isfinite(value) for value in values), f"{expression} has the values {values}"
    return values


def is_about(job, expression):
    """Return whether an expression is on metrics of a job: `airflow` or `api`."""
    return bool(re.search(r'airflow_|job="airflow"', expression)) == (job == "airflow")
