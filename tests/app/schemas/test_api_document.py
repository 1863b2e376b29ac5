"""docs/api.md is true: every route and metric is there, and every example answers as shown."""

import json
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.settings import ApiSettings

DOCUMENT = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLE = (
    r"\$ curl (?:-X (\w+) )?(?:-H '(.*?): (.*?)' )?'http://127\.0\.0\.1:8001(.*?)'(?: --json '(.*?)')?"
    r"\n(.*?)(?=\n\$|\n```)"
)
EXAMPLES = re.findall(EXAMPLE, DOCUMENT, re.DOTALL)
NAMES = [f"{path} {value}" for _, _, value, path, _, _ in EXAMPLES]


def shape(value):
    """The names in a JSON value; a list is as its first element."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    return [shape(each) for each in value[:1]] if isinstance(value, list) else None


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_an_example_answers_as_shown(client_with_keys, example):
    method, header, value, path, sent, shown = example
    headers = {"Content-Type": "application/json"} if sent else {}
    headers |= {header: value} if header else {}
    answer = client_with_keys.request(
        method or ("POST" if sent else "GET"), path, content=sent, headers=headers
    )
    if shown[0] not in "{[":
        assert answer.text.startswith(shown.splitlines()[0])
        return
    told = json.loads(shown)
    assert shape(answer.json()) == shape(told)
    assert answer.status_code == (told["status"] if "errors" in told or "remedy" in told else 200)
    if sent:
        statuses = [[each["status"] for each in body.get("events", ())] for body in (answer.json(), told)]
        assert statuses[0] == statuses[1]


def test_every_route_has_an_example(client):
    asked = {path.partition("?")[0] for *_, path, _, _ in EXAMPLES}
    document = client.get("/openapi.json").json()
    for path in {*document["paths"], "/", "/metrics"}:
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
        assert any(re.fullmatch(pattern, each) for each in asked), path


def test_every_parameter_is_described(client):
    parameters = client.get("/openapi.json").json()["paths"]["/recommendations"]["get"]["parameters"]
    described = set(re.findall(r"`(\w+)`", DOCUMENT))
    assert {each["name"] for each in parameters} <= described


def test_every_setting_is_described_with_its_default():
    rows = [line.split("|") for line in DOCUMENT.splitlines() if line.startswith("|")]
    for name, field in ApiSettings.model_fields.items():
        (default,) = (row[2] for row in rows if f"`{name.upper()}`" in row[1])
        text = str(field.default).lower().removesuffix(".0")
        assert (f"`{text}`" if text else "*(empty)*") in default


def test_every_metric_is_in_the_table(client):
    families = text_string_to_metric_families(client.get("/metrics").text)
    ours = {family.name.removesuffix("_created") for family in families}
    ours = {name for name in ours if name.startswith(("http_", "manchete_"))}
    row = r"^\| `(\w+)`.*\| (?:counter|gauge|histogram|summary) \|"
    assert set(re.findall(row, DOCUMENT, re.MULTILINE)) == ours
