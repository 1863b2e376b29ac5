"""Errors are RFC 9457 problem documents, whatever went wrong."""

from http import HTTPStatus

import pytest
from fastapi import Request

from script_shared.errors import InputError

MEMBERS = {"type", "title", "status", "detail", "remedy"}


def check(answer, status):
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    body = answer.json()
    assert set(body) - {"errors", "events", "items"} == MEMBERS
    assert (body["type"], body["status"], body["title"]) == (
        "about:blank",
        status,
        HTTPStatus(status).phrase,
    )
    assert all(isinstance(body[name], str) and body[name] for name in ("detail", "remedy"))
    return body


def test_404_says_where_to_look(client):
    assert "/docs" in check(client.get("/recomendations"), 404)["remedy"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_405_lists_the_methods_that_are_allowed(client, method):
    answer = client.request(method, "/recommendations")
    check(answer, 405)
    assert answer.headers["allow"] == "GET"


def test_413_comes_before_the_body_is_read(client):
    body = check(client.post("/", content=b"x" * 1_100_000), 413)
    assert "1048576 bytes" in body["detail"]


def test_413_comes_for_a_body_without_a_length_as_soon_as_it_is_too_long(fresh):
    async def read(request: Request):
        return {"bytes": len(await request.body())}

    fresh.app.add_api_route("/reads", read, methods=["POST"])
    chunks = (b"x" * 100_000 for _ in range(11))
    check(fresh.post("/reads", content=chunks), 413)
    assert fresh.post("/reads", content=(b"x" * 100_000 for _ in range(10))).json() == {"bytes": 1_000_000}


def test_422_lists_the_faults(client):
    body = check(client.get("/recommendations?num_recs=0&region=" + "x" * 65), 422)
    assert [set(fault) for fault in body["errors"]] == [{"field", "message"}] * 2


@pytest.mark.parametrize(
    "path", ["/recommendations", "/evaluation/metrics", "/evaluation/metrics.csv", "/health/ready"]
)
def test_503_until_there_is_a_release_says_when_to_ask_again(fresh, path):
    answer = fresh.get(path)
    assert "no release" in check(answer, 503)["detail"]
    assert answer.headers["retry-after"] == "5"


def test_500_of_a_known_kind_says_what_and_what_to_do_but_not_where(fresh):
    def fail():
        raise InputError("the table is empty", where="/secret/place", remedy="fill it")

    fresh.app.add_api_route("/fails", fail)
    answer = fresh.get("/fails")
    body = check(answer, 500)
    assert (body["detail"], body["remedy"]) == ("the table is empty", "fill it")
    assert "secret" not in answer.text


def test_500_of_an_unknown_kind_tells_nothing_of_the_inside(fresh):
    def fail():
        raise KeyError("secret")

    fresh.app.add_api_route("/fails", fail)
    answer = fresh.get("/fails")
    check(answer, 500)
    assert "secret" not in answer.text
    assert fresh.get("/health/live").status_code == 200


def test_the_document_of_the_api_describes_errors_as_they_are(client):
    paths = client.get("/openapi.json").json()["paths"]
    answers = paths["/recommendations"]["get"]["responses"]
    assert {status: list(answer["content"]) for status, answer in answers.items()} == {
        "200": ["application/json"],
        **{key: ["application/problem+json"] for key in ("401", "403", "422", "429")},
        "503": ["application/problem+json"],
    }
