"""The API's OpenAPI document, with its errors as `application/problem+json`."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from app.errors import PROBLEM_JSON

_TOO_MANY_REQUESTS = {
    "description": "Too Many Requests",
    "headers": {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}},
    "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def install(app: FastAPI) -> None:
    """Document the error responses as the application sends them."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        for path in document["paths"].values():
            for operation in path.values():
                _document_errors(operation["responses"])
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _document_errors(responses: dict[str, Any]) -> None:
    responses.setdefault("429", _TOO_MANY_REQUESTS)
    for status, response in responses.items():
        content = response.get("content", {})
        if status >= "4" and "application/json" in content:
            content[PROBLEM_JSON] = content.pop("application/json")
