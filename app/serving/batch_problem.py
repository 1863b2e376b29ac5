"""The problem of a request in which no element of a batch is valid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.responses import JSONResponse

from app.errors import problem


def batch_problem(noun: str, results: Sequence[Mapping[str, Any]]) -> JSONResponse:
    """Return the problem that lists the result of each element, and the faults of the first 20.

    Args:
        noun: names an element, e.g. "event".
        results: the result of each element, with `field` and `message`.
    """
    faults = [
        {"field": f"{index}.{result['field']}", "message": result["message"]}
        for index, result in enumerate(results[:20])
    ]
    first = "; ".join(f"{fault['field']}: {fault['message']}" for fault in faults[:3])
    more: dict[str, Any] = {"errors": faults, f"{noun}s": results}
    detail = f"no {noun} could be kept: {first}"
    return problem(422, detail, remedy="correct the fields named in errors", **more)
