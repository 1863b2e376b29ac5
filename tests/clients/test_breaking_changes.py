"""Breaking changes of an OpenAPI document: each kind alone, and changes that break nothing."""

import copy
import json

import pytest

from clients.breaking_changes import find_breaking_changes
from clients.documents import FOLDER, find_outdated, find_problems, format_document

REF = {"$ref": "#/components/schemas/Item"}
DOCUMENT = {
    "info": {"version": "0.1.0"},
    "paths": {
        "/items": {
            "get": {
                "operationId": "get_items",
                "parameters": [
                    {
                        "name": "n",
                        "in": "query",
                        "schema": {"anyOf": [{"type": "integer", "maximum": 9}, {"type": "null"}]},
                    }
                ],
                "responses": {"200": {"content": {"application/json": {"schema": REF}}}},
            },
            "post": {
                "operationId": "post_items",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"anyOf": [REF, {"type": "array", "items": REF}]}}
                    },
                },
                "responses": {"204": {}},
            },
        }
    },
    "components": {
        "schemas": {
            "Item": {
                "type": "object",
                "additionalProperties": False,
                "required": ["id"],
                "properties": {
                    "id": {"type": "string"},
                    "kind": {"type": "string", "enum": ["a", "b"]},
                    "parts": {"type": "array", "items": REF},
                },
            }
        }
    },
}


def change(edit):
    document = copy.deepcopy(DOCUMENT)
    edit(document, document["paths"]["/items"], document["components"]["schemas"]["Item"])
    return document


def find(edit):
    return find_breaking_changes(DOCUMENT, change(edit))


BREAKING = {
    "path removed": (lambda d, p, i: d["paths"].clear(), "GET /items: removed"),
    "operation removed": (lambda d, p, i: p.pop("post"), "POST /items: removed"),
    "operation renamed": (lambda d, p, i: p["get"].update(operationId="list"), "get_items became list"),
    "response removed": (lambda d, p, i: p["get"]["responses"].pop("200"), "response 200 removed"),
    "response field removed": (lambda d, p, i: i["properties"].pop("kind"), "200.kind: removed"),
    "response field optional": (lambda d, p, i: i.update(required=[]), "200.id: became optional"),
    "response field nullable": (
        lambda d, p, i: i["properties"].update(id={"type": ["string", "null"]}),
        "200.id: type null became possible",
    ),
    "response type changed": (
        lambda d, p, i: i["properties"].update(id={"type": "integer"}),
        "200.id: type integer became possible",
    ),
    "parameter removed": (lambda d, p, i: p["get"]["parameters"].clear(), "parameter n removed"),
    "parameter required": (
        lambda d, p, i: p["get"]["parameters"][0].update(required=True),
        "became required",
    ),
    "parameter added, required": (
        lambda d, p, i: p["get"]["parameters"].append(
            {"name": "m", "in": "query", "required": True, "schema": {}}
        ),
        "parameter m became required",
    ),
    "bound of a parameter": (
        lambda d, p, i: p["get"]["parameters"][0]["schema"]["anyOf"][0].update(maximum=8),
        "parameter n: maximum 9 became 8",
    ),
    "new bound": (
        lambda d, p, i: p["get"]["parameters"][0]["schema"]["anyOf"][0].update(minimum=1),
        "parameter n: minimum -inf became 1",
    ),
    "parameter not nullable": (
        lambda d, p, i: p["get"]["parameters"][0]["schema"]["anyOf"].pop(),
        "parameter n: type null is not accepted any more",
    ),
    "request field required": (lambda d, p, i: i["required"].append("kind"), "body.kind: became required"),
    "request field removed": (lambda d, p, i: i["properties"].pop("parts"), "body.parts: removed"),
    "request value removed": (
        lambda d, p, i: i["properties"]["kind"].update(enum=["a"]),
        "body.kind: not accepted any more: b",
    ),
    "lists not accepted": (
        lambda d, p, i: p["post"]["requestBody"]["content"]["application/json"]["schema"]["anyOf"].pop(),
        "body: type array is not accepted any more",
    ),
    "new pattern": (lambda d, p, i: i["properties"]["id"].update(pattern="^x"), "body.id: pattern became ^x"),
}


@pytest.mark.parametrize(("edit", "message"), BREAKING.values(), ids=BREAKING)
def test_breaking_change_is_found(edit, message):
    assert any(message in found for found in find(edit)), find(edit)


HARMLESS = {
    "nothing": lambda d, p, i: None,
    "path added": lambda d, p, i: d["paths"].update({"/new": p}),
    "operation added": lambda d, p, i: p.update(delete={"operationId": "delete", "responses": {}}),
    "optional parameter": lambda d, p, i: p["get"]["parameters"].append(
        {"name": "m", "in": "query", "schema": {"type": "string"}}
    ),
    "optional field": lambda d, p, i: i["properties"].update(size={"type": "integer"}),
    "wider bound": lambda d, p, i: p["get"]["parameters"][0]["schema"]["anyOf"][0].update(maximum=10),
    "another type of a parameter": lambda d, p, i: p["get"]["parameters"][0]["schema"]["anyOf"].append(
        {"type": "string"}
    ),
    "documented error": lambda d, p, i: p["get"]["responses"].update({"503": {}}),
    "renamed schema": lambda d, p, i: d["components"]["schemas"].update(Other=i),
}


@pytest.mark.parametrize("edit", HARMLESS.values(), ids=HARMLESS)
def test_harmless_change_is_accepted(edit):
    assert find(edit) == []


def test_breaking_change_needs_a_major_version(tmp_path):
    (tmp_path / "shop.json").write_text(format_document(DOCUMENT))
    documents = {"shop": change(lambda d, p, i: p.pop("post")), "new": DOCUMENT}
    assert find_problems(documents, tmp_path, "## Unreleased\n") == ["shop: POST /items: removed"]
    assert find_problems(documents, tmp_path, "## 0.2.0\n") == ["shop: POST /items: removed"]
    assert find_problems(documents, tmp_path, "## Unreleased\n\n## [1.0.0] - 2027-01-01\n") == []
    assert find_outdated(documents, tmp_path) == ["shop", "new"]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_removed_fields_of_the_committed_documents_are_found(path):
    document = json.loads(path.read_text(encoding="utf-8"))
    assert find_breaking_changes(document, document) == []
    changed = copy.deepcopy(document)
    fields = changed["components"]["schemas"]["Recommendations"]["properties"]
    fields.pop("items")
    assert find_breaking_changes(document, changed) == [
        f"{method} /recommendations: response 200.items: removed" for method in ("GET", "POST")
    ]
