"""docs/api.md has every route, parameter, setting and metric, and examples with their responses."""

import json
import re
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from app.metrics.drift import DriftCollector
from app.settings import ApiSettings
from script_shared.storage.volume import Volume
from tests.support.data.monitoring_reports import DAY_MS, make_report, write_report

DOCUMENT = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLE = (
    r"\$ curl (?:-X (\w+) )?(?:-H '([^'\n]*?): ([^'\n]*?)' )?'http://127\.0\.0\.1:8001([^'\n]*?)'"
    r"(?: --json '([^'\n]*?)')?\n(.*?)(?=\n\$|\n```)"
)
EXAMPLES = re.findall(EXAMPLE, DOCUMENT, re.DOTALL)
NAMES = [f"{path} {value}" for _, _, value, path, _, _ in EXAMPLES]


def get_shape(value):
    """Return the names in a JSON value; a list has the shape of its first element."""
    if isinstance(value, dict):
        return {name: get_shape(member) for name, member in value.items()}
    return [get_shape(element) for element in value[:1]] if isinstance(value, list) else None


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_example_has_the_documented_response(shared_client_with_keys, example):
    method, header, value, path, body, documented_text = example
    headers = {"Content-Type": "application/json"} if body else {}
    headers |= {header: value} if header else {}
    response = shared_client_with_keys.request(
        method or ("POST" if body else "GET"), path, content=body, headers=headers
    )
    if documented_text[0] not in "{[":
        assert response.text.startswith(documented_text.splitlines()[0])
        return
    documented = json.loads(documented_text)
    assert get_shape(response.json()) == get_shape(documented)
    assert response.status_code == (
        documented["status"] if "errors" in documented or "remedy" in documented else 200
    )
    if body:
        statuses = [
            [event["status"] for event in body.get("events", ())] for body in (response.json(), documented)
        ]
        assert statuses[0] == statuses[1]


def test_every_route_has_an_example(shared_client):
    paths = {path.partition("?")[0] for *_, path, _, _ in EXAMPLES}
    document = shared_client.get("/openapi.json").json()
    for path in {*document["paths"], "/", "/metrics"}:
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
        assert any(re.fullmatch(pattern, example) for example in paths), path


def test_every_parameter_is_described(shared_client):
    parameters = shared_client.get("/openapi.json").json()["paths"]["/recommendations"]["get"]["parameters"]
    described = set(re.findall(r"`(\w+)`", DOCUMENT))
    assert {parameter["name"] for parameter in parameters} <= described


def test_every_setting_is_described_with_its_default():
    rows = [line.split("|") for line in DOCUMENT.splitlines() if line.startswith("|")]
    for name, field in ApiSettings.model_fields.items():
        (default,) = (row[2] for row in rows if f"`{name.upper()}`" in row[1])
        text = str(field.default).lower().removesuffix(".0")
        assert (f"`{text}`" if text else "*(empty)*") in default


def test_every_metric_is_in_the_table(shared_client, tmp_path):
    families = [*text_string_to_metric_families(shared_client.get("/metrics").text)]
    volume = Volume(tmp_path)
    write_report(volume, make_report(day_ms=20_000 * DAY_MS))
    families += DriftCollector(CollectorRegistry(), volume.monitoring).collect()
    exported = {family.name.removesuffix("_created") for family in families}
    exported = {name for name in exported if name.startswith(("http_", "manchete_"))}
    pattern = r"^\| `(\w+)`.*\| (?:counter|gauge|histogram|summary) \|"
    assert set(re.findall(pattern, DOCUMENT, re.MULTILINE)) == exported
