"""Prometheus scrapes a running API under load, and every expression has a value."""

import json
import shutil
import threading
import time

import pytest
import yaml

from tests.support.data.monitoring_reports import DAY_MS, make_report, write_report
from tests.support.docker.images import ROOT
from tests.support.docker.prometheus import (
    METRIC,
    check_values,
    dashboard_expressions,
    is_about,
    rule_expressions,
    run_prometheus,
)
from tests.support.processes.api_process import run_api, wait_until_ready

pytestmark = [
    pytest.mark.integration,
    pytest.mark.tools("prometheus"),
]
BOARD = json.loads((ROOT / "grafana" / "dashboards" / "manchete.json").read_text())
DASHBOARD = [pair for pair in dashboard_expressions() if is_about("api", pair[1])]
RULES = rule_expressions("api")


@pytest.fixture(scope="module")
def monitored(small_volume):
    """The volume with a report on yesterday's predictions, as a monitored domain has."""
    yesterday = time.time_ns() // 1_000_000 // DAY_MS * DAY_MS - DAY_MS
    write_report(small_volume, make_report(yesterday))
    yield small_volume
    shutil.rmtree(small_volume.monitoring)


@pytest.fixture(scope="module")
def api(monitored, tmp_path_factory):
    with run_api(monitored.root.parent, tmp_path_factory.mktemp("api") / "log") as (_, client):
        wait_until_ready(client)
        del client.headers["X-API-Key"]
        yield client


@pytest.fixture(scope="module")
def traffic(api):
    """Requests of every segment, and some invalid ones, in the background."""
    stop = threading.Event()
    paths = [
        "/recommendations",
        "/recommendations?user_id=3&num_recs=20",
        "/recommendations?user_id=390",
        "/recommendations?user_id=3&user_type=Logged&num_recs=100",
        "/recommendations?user_id=3&user_type=Non-Logged&num_recs=5",
        "/recommendations?num_recs=0",
        "/no-such-path",
    ]

    def send_requests():
        while not stop.wait(0.02):
            for path in paths:
                api.get(path)

    thread = threading.Thread(target=send_requests, daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.fixture(scope="module")
def prometheus(api, traffic, tmp_path_factory):
    folder = tmp_path_factory.mktemp("prometheus")
    with run_prometheus(folder, api=f"127.0.0.1:{api.base_url.port}") as server:
        # These depend on other rules, so they have values last.
        server.wait_for("manchete:fallback_items:ratio_rate5m and manchete:coverage:ratio")
        server.wait_for("manchete:http_errors:ratio_rate5m")
        yield server


@pytest.fixture(scope="module")
def table():
    """The values of every expression, written to `out/`."""
    rows = []
    yield rows
    (ROOT / "out").mkdir(exist_ok=True)
    text = "".join(f"{name} | {expression} | {values}\n" for name, expression, values in rows)
    (ROOT / "out" / "dashboard-api.txt").write_text(text)


@pytest.mark.parametrize(("name", "expression"), DASHBOARD + RULES)
def test_every_panel_and_rule_has_finite_values(prometheus, table, name, expression):
    table.append((name, expression, check_values(prometheus, expression)))


def test_every_metric_of_the_expressions_exists(prometheus):
    names = {name for _, expression in DASHBOARD + RULES for name in METRIC.findall(expression)}
    assert len(names) > 12
    assert {name for name in names if not prometheus.values(name)} == set()


def test_every_rule_is_evaluated_and_no_alert_fires(prometheus):
    rules = [rule for rule in prometheus.rules() if is_about("api", rule["query"])]
    assert {rule["name"] for rule in rules} == {name for name, _ in RULES}
    assert {rule["name"] for rule in rules if rule["health"] != "ok"} == set()
    assert {rule["name"] for rule in rules if rule.get("state") == "firing"} == set()


def test_dashboard_uses_the_provisioned_data_source():
    folder = ROOT / "grafana" / "provisioning" / "datasources"
    (source,) = yaml.safe_load((folder / "prometheus.yml").read_text())["datasources"]
    data_sources = {
        target["datasource"]["uid"] for panel in BOARD["panels"] for target in panel.get("targets", [])
    }
    assert data_sources == {source["uid"]}


def test_panels_do_not_overlap_and_have_unique_ids():
    positions = [panel["gridPos"] for panel in BOARD["panels"]]
    cells = [
        (x, y)
        for position in positions
        for x in range(position["x"], position["x"] + position["w"])
        for y in range(position["y"], position["y"] + position["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) == 23
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
