"""The real Prometheus on the running API under traffic: every expression gives a number."""

import json
import os
import subprocess
import sys
import threading
import time

import httpx
import pytest
import yaml

from pipelines.embedded.ports import find_free_port
from tests.support.images import ROOT
from tests.support.prometheus import (
    METRIC,
    dashboard_expressions,
    is_of,
    rule_expressions,
    running_prometheus,
    shows_numbers,
)

pytestmark = [
    pytest.mark.integration,
    pytest.mark.tools("prometheus"),
]
BOARD = json.loads((ROOT / "grafana" / "dashboards" / "manchete.json").read_text())
DASHBOARD = [each for each in dashboard_expressions() if is_of("api", each[1])]
RULES = rule_expressions("api")


@pytest.fixture(scope="module")
def api(small_volume, tmp_path_factory):
    port = find_free_port()
    told = {"DATA_ROOT": str(small_volume.root.parent), "API_PORT": str(port)}
    with (
        (tmp_path_factory.mktemp("api") / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "app"], env=os.environ | told, stderr=log, cwd=ROOT
        ) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=httpx.HTTPTransport(retries=8)) as client,
    ):
        try:
            until_ready(client)
            yield client
        finally:
            process.terminate()


def until_ready(client):
    for _ in range(300):
        try:
            if client.get("/health/ready").status_code == 200:
                return
        except httpx.ConnectError:
            pass
        time.sleep(0.1)
    raise AssertionError("the API did not come up")


@pytest.fixture(scope="module")
def traffic(api):
    """Readers of every segment, and some who ask for what there is not."""
    stopped = threading.Event()
    paths = [
        "/recommendations",
        "/recommendations?user_id=3&num_recs=20",
        "/recommendations?user_id=390",
        "/recommendations?user_id=3&user_type=Logged&num_recs=100",
        "/recommendations?user_id=3&user_type=Non-Logged&num_recs=5",
        "/recommendations?num_recs=0",
        "/no-such-path",
    ]

    def ask():
        while not stopped.wait(0.02):
            for path in paths:
                api.get(path)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    yield
    stopped.set()
    thread.join()


@pytest.fixture(scope="module")
def prometheus(api, traffic, tmp_path_factory):
    folder = tmp_path_factory.mktemp("prometheus")
    with running_prometheus(folder, api=f"127.0.0.1:{api.base_url.port}") as server:
        # What is made of rates of rates comes last.
        server.until("manchete:fallback_items:ratio_rate5m and manchete:coverage:ratio")
        server.until("manchete:http_errors:ratio_rate5m")
        yield server


@pytest.fixture(scope="module")
def table():
    """Every expression and what it gave, written to `out/` to be read."""
    rows = []
    yield rows
    (ROOT / "out").mkdir(exist_ok=True)
    text = "".join(f"{name} | {expression} | {values}\n" for name, expression, values in rows)
    (ROOT / "out" / "dashboard-api.txt").write_text(text)


@pytest.mark.parametrize(("name", "expression"), DASHBOARD + RULES)
def test_every_panel_and_every_rule_has_numbers(prometheus, table, name, expression):
    table.append((name, expression, shows_numbers(prometheus, expression)))


def test_every_metric_that_is_asked_for_exists(prometheus):
    names = {name for _, expression in DASHBOARD + RULES for name in METRIC.findall(expression)}
    assert len(names) > 12
    assert {name for name in names if not prometheus.values(name)} == set()


def test_prometheus_evaluates_every_rule_and_no_alert_fires(prometheus):
    rules = [rule for rule in prometheus.rules() if is_of("api", rule["query"])]
    assert {rule["name"] for rule in rules} == {name for name, _ in RULES}
    assert {rule["name"] for rule in rules if rule["health"] != "ok"} == set()
    assert {rule["name"] for rule in rules if rule.get("state") == "firing"} == set()


def test_the_dashboard_asks_the_data_source_that_is_provisioned():
    folder = ROOT / "grafana" / "provisioning" / "datasources"
    (source,) = yaml.safe_load((folder / "prometheus.yml").read_text())["datasources"]
    asked = {target["datasource"]["uid"] for panel in BOARD["panels"] for target in panel.get("targets", [])}
    assert asked == {source["uid"]}


def test_panels_have_a_place_of_their_own_and_an_id():
    places = [panel["gridPos"] for panel in BOARD["panels"]]
    taken = [
        (x, y) for p in places for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) == 23
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
