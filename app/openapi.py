"""The API's OpenAPI document: operation ids, errors as problem documents, named bodies and examples."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.errors import PROBLEM_JSON

_EXAMPLES = Path(__file__).parent / "schemas" / "examples.json"
_COMPONENTS = "#/components/schemas/"
_TOO_MANY_REQUESTS = {
    "description": "Too Many Requests",
    "headers": {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}},
    "content": {PROBLEM_JSON: {"schema": {"$ref": f"{_COMPONENTS}Problem"}}},
}


def make_operation_id(route: APIRoute) -> str:
    """Return method and path as one name, which generated clients use for the function.

    The word before a parameter is singular: `GET /openings/{opening_id}/applicants` is
    `get_opening_applicants`.
    """
    method = min(route.methods)
    parts = route.path_format.strip("/").split("/")
    words = [method.lower()]
    for part, following in zip(parts, [*parts[1:], ""], strict=True):
        if not part.startswith("{"):
            word = re.sub(r"\W", "_", part)
            words.append(word.removesuffix("s") if following.startswith("{") else word)
    return "_".join(words)


def install(app: FastAPI, examples: Path | None = None) -> None:
    """Make the document complete the first time that it is read.

    Args:
        app: the application.
        examples: JSON file with examples of the domain's schemas, by the schema's name; they extend and
            replace those of `schemas/examples.json`.
    """
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            for operation in _list_operations(document):
                _document_errors(operation["responses"])
            _name_bodies(document)
            _add_examples(document, _read(_EXAMPLES) | (_read(examples) if examples else {}))
        return generate()

    app.openapi = openapi  # type: ignore[method-assign]


def _read(examples: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(examples.read_text(encoding="utf-8"))
    return content


def _list_operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def _document_errors(responses: dict[str, Any]) -> None:
    responses.setdefault("429", _TOO_MANY_REQUESTS)
    for status, response in responses.items():
        content = response.get("content", {})
        if status >= "4" and "application/json" in content:
            content[PROBLEM_JSON] = content.pop("application/json")


def _name_bodies(document: dict[str, Any]) -> None:
    """Move the schema of an element, of bodies with one element or a list of them, to the components."""
    for operation in _list_operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            element, *rest = content["schema"].get("anyOf", [{}])
            if "title" in element and "properties" in element:
                reference = {"$ref": _COMPONENTS + element["title"]}
                document["components"]["schemas"][element["title"]] = element
                lists = [schema | {"items": reference} for schema in rest]
                content["schema"] = {"anyOf": [reference, *lists]}


def _add_examples(document: dict[str, Any], examples: Mapping[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        if name in examples:
            schema["examples"] = [examples[name]]
