"""Every error response is an RFC 9457 problem document."""

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


def test_404_names_the_documentation(client):
    assert "/docs" in check(client.get("/recomendations"), 404)["remedy"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_405_lists_the_allowed_methods(client, method):
    answer = client.request(method, "/recommendations")
    check(answer, 405)
    assert answer.headers["allow"] == "GET"


def test_413_is_sent_before_the_body_is_read(client):
    body = check(client.post("/", content=b"x" * 1_100_000), 413)
    assert "1048576 bytes" in body["detail"]


def test_413_is_sent_for_a_body_without_a_length(fresh):
    async def read(request: Request):
        return {"bytes": len(await request.body())}

    fresh.app.add_api_route("/reads", read, methods=["POST"])
    chunks = (b"x" * 100_000 for _ in range(11))
    check(fresh.post("/reads", content=chunks), 413)
    assert fresh.post("/reads", content=(b"x" * 100_000 for _ in range(10))).json() == {"bytes": 1_000_000}


def test_422_lists_the_invalid_fields(client):
    body = check(client.get("/recommendations?num_recs=0&region=" + "x" * 65), 422)
    assert [set(fault) for fault in body["errors"]] == [{"field", "message"}] * 2


@pytest.mark.parametrize(
    "path", ["/recommendations", "/evaluation/metrics", "/evaluation/metrics.csv", "/health/ready"]
)
def test_503_without_a_release_has_a_retry_after_header(fresh, path):
    answer = fresh.get(path)
    assert "no release" in check(answer, 503)["detail"]
    assert answer.headers["retry-after"] == "5"


def test_500_of_a_known_error_has_detail_and_remedy_but_no_path(fresh):
    def fail():
        raise InputError("the table is empty", where="/secret/place", remedy="fill it")

    fresh.app.add_api_route("/fails", fail)
    answer = fresh.get("/fails")
    body = check(answer, 500)
    assert (body["detail"], body["remedy"]) == ("the table is empty", "fill it")
    assert "secret" not in answer.text


def test_500_of_an_unexpected_error_reveals_nothing(fresh):
    def fail():
        raise KeyError("secret")

    fresh.app.add_api_route("/fails", fail)
    answer = fresh.get("/fails")
    check(answer, 500)
    assert "secret" not in answer.text
    assert fresh.get("/health/live").status_code == 200


def test_openapi_documents_errors_as_problem_documents(client):
    paths = client.get("/openapi.json").json()["paths"]
    answers = paths["/recommendations"]["get"]["responses"]
    assert {status: list(answer["content"]) for status, answer in answers.items()} == {
        "200": ["application/json"],
        **{key: ["application/problem+json"] for key in ("401", "403", "422", "429")},
        "503": ["application/problem+json"],
    }
