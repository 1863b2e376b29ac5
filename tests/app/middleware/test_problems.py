"""Every error response is an RFC 9457 problem document."""

from http import HTTPStatus

import pytest
from fastapi import Request

from script_shared.errors import InputError

ELEMENTS = ("events", "items", "openings", "applicants", "applications")
MEMBERS = {"type", "title", "status", "detail", "remedy"}


def check_problem(response, status):
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    body = response.json()
    assert set(body) - {"errors", *ELEMENTS} == MEMBERS
    assert (body["type"], body["status"], body["title"]) == (
        "about:blank",
        status,
        HTTPStatus(status).phrase,
    )
    assert all(isinstance(body[name], str) and body[name] for name in ("detail", "remedy"))
    return body


def test_404_names_the_documentation(shared_client):
    assert "/docs" in check_problem(shared_client.get("/recomendations"), 404)["remedy"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_405_lists_the_allowed_methods(shared_client, method):
    response = shared_client.request(method, "/recommendations")
    check_problem(response, 405)
    assert response.headers["allow"] == "GET"


def test_413_is_sent_before_the_body_is_read(shared_client):
    body = check_problem(shared_client.post("/", content=b"x" * 1_100_000), 413)
    assert "1048576 bytes" in body["detail"]


def test_413_is_sent_for_a_body_without_a_length(empty_client):
    async def count_bytes(request: Request):
        return {"bytes": len(await request.body())}

    empty_client.app.add_api_route("/count", count_bytes, methods=["POST"])
    chunks = (b"x" * 100_000 for _ in range(11))
    check_problem(empty_client.post("/count", content=chunks), 413)
    assert empty_client.post("/count", content=(b"x" * 100_000 for _ in range(10))).json() == {
        "bytes": 1_000_000
    }


def test_422_lists_the_invalid_fields(shared_client):
    body = check_problem(shared_client.get("/recommendations?num_recs=0&region=" + "x" * 65), 422)
    assert [set(fault) for fault in body["errors"]] == [{"field", "message"}] * 2


@pytest.mark.parametrize(
    "path", ["/recommendations", "/evaluation/metrics", "/evaluation/metrics.csv", "/health/ready"]
)
def test_503_without_a_release_has_a_retry_after_header(empty_client, path):
    response = empty_client.get(path)
    assert "no release" in check_problem(response, 503)["detail"]
    assert response.headers["retry-after"] == "5"


def test_500_of_a_known_error_has_detail_and_remedy_but_no_path(empty_client):
    def fail():
        raise InputError("the table is empty", where="/secret/place", remedy="fill it")

    empty_client.app.add_api_route("/fails", fail)
    response = empty_client.get("/fails")
    body = check_problem(response, 500)
    assert (body["detail"], body["remedy"]) == ("the table is empty", "fill it")
    assert "secret" not in response.text


def test_500_of_an_unexpected_error_reveals_nothing(empty_client):
    def fail():
        raise KeyError("secret")

    empty_client.app.add_api_route("/fails", fail)
    response = empty_client.get("/fails")
    check_problem(response, 500)
    assert "secret" not in response.text
    assert empty_client.get("/health/live").status_code == 200


def test_openapi_documents_errors_as_problem_documents(shared_client):
    paths = shared_client.get("/openapi.json").json()["paths"]
    responses = paths["/recommendations"]["get"]["responses"]
    assert {status: list(response["content"]) for status, response in responses.items()} == {
        "200": ["application/json"],
        **{key: ["application/problem+json"] for key in ("401", "403", "422", "429")},
        "503": ["application/problem+json"],
    }
