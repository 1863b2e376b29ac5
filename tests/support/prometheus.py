"""The real Prometheus with the project's configuration, its targets replaced by a test's own."""

import json
import math
import re
import subprocess
import time
from contextlib import closing, contextmanager

import httpx
import yaml

from pipelines.embedded.ports import find_free_port
from tests.support.images import ROOT
from tests.support.tools import find_tool

CONFIGURATION = ROOT / "docker" / "prometheus"
#: A selector's metric, rather than one of PromQL's own words or a label.
METRIC = re.compile(r"(?<![:\w])(?:(?:manchete|http|airflow|process)_\w+|up)(?![:\w])")


class Prometheus:
    """Asks a server."""

    def __init__(self, port):
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=30)
        self.close = self._http.close

    def values(self, expression):
        """Return the numbers that an expression gives now."""
        return [float(each["value"][1]) for each in self._ask(expression)]

    def labels(self, expression):
        """Return the labels of the series that an expression gives now."""
        return [each["metric"] for each in self._ask(expression)]

    def _ask(self, expression):
        answer = self._http.post("/query", data={"query": expression})
        assert answer.status_code == 200, f"{expression}: {answer.text}"
        return answer.json()["data"]["result"]

    def until(self, expression, seconds=60):
        """Wait until an expression gives something."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.values(expression):
                return
            time.sleep(0.2)
        raise AssertionError(f"{expression} never gave anything")

    def rules(self):
        """Return every rule with what the server says of it."""
        groups = self._http.get("/rules").json()["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]


@contextmanager
def running_prometheus(folder, **targets):
    """Run it over `job_name="host:port"` targets, asking every half second; jobs without one go."""
    told = yaml.safe_load((CONFIGURATION / "prometheus.yml").read_text())
    told["global"] = dict.fromkeys(told["global"], "500ms")
    told["rule_files"] = [str(CONFIGURATION / each) for each in told["rule_files"]]
    jobs = [each for each in told["scrape_configs"] if each["job_name"] in targets]
    for job in jobs:
        job["static_configs"] = [{"targets": [targets[job["job_name"]]]}]
    told["scrape_configs"] = jobs
    (folder / "prometheus.yml").write_text(yaml.safe_dump(told))
    port = find_free_port()
    command = [
        find_tool("prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'series'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (folder / "prometheus.log").open("w") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            _wait(port)
            with closing(Prometheus(port)) as server:
                yield server
        finally:
            process.terminate()


def _wait(port):
    for _ in range(300):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/-/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("Prometheus did not come up")


def dashboard_expressions():
    """Return every expression of the dashboard, by the title of its panel."""
    board = json.loads((ROOT / "grafana" / "dashboards" / "manchete.json").read_text())
    return [
        (panel["title"], target["expr"].replace("$__rate_interval", "1m"))
        for panel in board["panels"]
        for target in panel.get("targets", [])
    ] + [(each["name"], compared(each["expr"])) for each in board["annotations"]["list"]]


def rule_expressions(name):
    """Return what every rule of a file computes, by the rule's name; of an alert, what it compares."""
    document = yaml.safe_load((CONFIGURATION / "rules" / f"{name}.yml").read_text())
    rules = [rule for group in document["groups"] for rule in group["rules"]]
    recorded = [(rule["record"], rule["expr"]) for rule in rules if "record" in rule]
    return recorded + [(rule["alert"], compared(rule["expr"])) for rule in rules if "alert" in rule]


def compared(expression):
    """Return an expression without its last comparison: while that does not hold there is no number."""
    found = re.fullmatch(r"(.*?)\s(?:==|>|<)\s(?:(?!\s(?:==|>|<)\s).)*", expression, re.DOTALL)
    return found[1] if found else expression


def shows_numbers(server, expression):
    """Tell whether an expression gives numbers, and finite ones; return them."""
    values = server.values(expression)
    assert values, f"{expression} gives nothing"
    assert all(math.isfinite(value) for value in values), f"{expression} gives {values}"
    return values


def is_of(job, expression):
    """Tell whether an expression reads the metrics of `airflow`, or those of the API."""
    return bool(re.search(r'airflow_|job="airflow"', expression)) == (job == "airflow")
