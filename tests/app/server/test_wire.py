"""HTTP on real connections: limits of size and time, malformed requests, and the log."""

import json
import re
import socket
from contextlib import ExitStack

import pytest

from tests.support.processes.api_client import EVENTS_KEY, KEYS
from tests.support.processes.api_process import run_api, wait_for, wait_until_ready
from tests.support.releases.release_copies import create_registry, publish_copy

pytestmark = pytest.mark.integration

MAX_BODY_BYTES, MAX_HEADER_BYTES = 50_000, 8_192


@pytest.fixture(scope="module")
def server(release, tmp_path_factory):
    root = tmp_path_factory.mktemp("wire")
    publish_copy(create_registry(root), release, "first")
    log = root / "log"
    limits = {
        "api_max_body_bytes": MAX_BODY_BYTES,
        "api_max_header_bytes": MAX_HEADER_BYTES,
        "api_header_seconds": 1,
        "api_body_seconds": 3,
    }
    with run_api(root, log, api_access_log=True, **limits) as (_, client):
        wait_until_ready(client)
        yield client, log


def exchange(client, *pieces):
    """Send pieces of bytes; return everything that is received until the service disconnects."""
    with socket.create_connection(("127.0.0.1", client.base_url.port), timeout=30) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
        except OSError:
            pass  # the service has disconnected
        response = b""
        try:
            while piece := connection.recv(65_536):
                response += piece
        except ConnectionResetError:
            pass
        return response


def request(line, *headers, body=b""):
    head = [line, "Host: x", *headers]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body


@pytest.mark.parametrize(
    "pieces",
    [
        [request("GET /health/live HTTP/1.1", "X: " + "x" * MAX_HEADER_BYTES)],
        [request("GET /health/live HTTP/1.1", *(f"X-{n}: {'x' * 100}" for n in range(200)))],
        [request(f"GET /{'x' * MAX_HEADER_BYTES} HTTP/1.1")],
        [b"GET /health/live HTTP/1.1\r\n", b"X: ", *[b"x" * 1_000] * 100],
        [b"GET /", *[b"x" * 1_000] * 100],
        [b"GET / HTTP/1.1\r\n", *[b"X: y\r\n"] * 20_000],
    ],
)
def test_head_that_is_too_large_is_refused_at_once(server, pieces):
    response = exchange(server[0], *pieces)
    assert not response or response.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")


def test_head_just_below_the_size_limit_is_accepted(server):
    head = request("GET /health/live HTTP/1.1", "X: " + "x" * (MAX_HEADER_BYTES - 200), "Connection: close")
    assert exchange(server[0], head).startswith(b"HTTP/1.1 200")


def test_size_limit_applies_to_each_request_of_a_connection(server):
    first_request = request("GET /health/live HTTP/1.1", "X: " + "x" * 3_000)
    last_request = request("GET /health/live HTTP/1.1", "Connection: close")
    assert exchange(server[0], first_request * 20, last_request).count(b"HTTP/1.1 200") == 21


def test_incomplete_head_gets_408_after_the_time_limit(server):
    assert exchange(server[0], b"GET / HTTP/1.1\r\nX: y").startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert exchange(server[0]) == b""


def test_slow_body_within_the_time_limit_is_accepted(server):
    client, _ = server
    body = json.dumps({"userId": "3"}).encode()
    head = request("POST /predict HTTP/1.1", "Content-Type: application/json", f"Content-Length: {len(body)}")
    with socket.create_connection(("127.0.0.1", client.base_url.port), timeout=30) as connection:
        connection.sendall(head + body[:3])
        connection.settimeout(1.5)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        connection.settimeout(30)
        connection.sendall(body[3:])
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")


INCOMPLETE_REQUEST = request("POST /events HTTP/1.1", f"X-API-Key: {EVENTS_KEY}", "Content-Length: 4000")


@pytest.mark.parametrize(
    "head",
    [INCOMPLETE_REQUEST, INCOMPLETE_REQUEST.replace(b"Content-Length: 4000", b"Transfer-Encoding: chunked")],
)
def test_incomplete_body_gets_408_after_the_time_limit(server, head):
    client, log = server
    responses = []
    with socket.create_connection(("127.0.0.1", client.base_url.port), timeout=0.2) as connection:
        connection.sendall(head)
        for _ in range(60):
            try:
                connection.sendall(b"1\r\n \r\n" if b"chunked" in head else b" ")
                responses.append(connection.recv(65_536))
            except TimeoutError:
                continue
            except OSError:
                break
            if not responses[-1]:
                break
        else:
            pytest.fail("the body has no time limit")
    assert (
        b"".join(responses)
        == b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
    assert "Traceback" not in log.read_text()
    assert 'handler="/events",method="POST",status="5xx"' not in client.get("/metrics").text


def test_disconnect_during_a_body_counts_as_4xx(server):
    client, log = server
    with socket.create_connection(("127.0.0.1", client.base_url.port)) as connection:
        connection.sendall(INCOMPLETE_REQUEST + b"[")
    counted = 'http_requests_total{handler="/events",method="POST",status="4xx"}'
    wait_for(lambda: counted in client.get("/metrics").text, "the request is counted")
    assert "Traceback" not in log.read_text()


def test_slow_body_after_the_response_gets_no_second_response(server):
    received = exchange(server[0], INCOMPLETE_REQUEST.replace(EVENTS_KEY.encode(), b"wrong"), b"[")
    assert received.startswith(b"HTTP/1.1 401")
    assert received.count(b"HTTP/1.1") == 1


def test_requests_beyond_the_connection_limit_get_503(release, tmp_path):
    publish_copy(create_registry(tmp_path), release, "first")
    with run_api(tmp_path, tmp_path / "log", api_max_connections=8) as (_, client), ExitStack() as stack:
        wait_until_ready(client)
        address = ("127.0.0.1", client.base_url.port)
        for _ in range(6):
            stack.enter_context(socket.create_connection(address)).sendall(b"GET / HTTP/1.1\r\n")
        health_request = request("GET /health/live HTTP/1.1", "Connection: close")
        assert exchange(client, health_request).startswith(b"HTTP/1.1 503")
        stack.close()
        wait_for(
            lambda: exchange(client, health_request).startswith(b"HTTP/1.1 200"), "the connections are closed"
        )


POST_PATHS = ["/predict", "/events", "/items"]


@pytest.mark.parametrize("path", POST_PATHS)
def test_chunked_body_that_is_too_large_gets_413(server, path):
    key = f"X-API-Key: {EVENTS_KEY if path == '/events' else KEYS['api_keys_items']}"
    head = request(
        f"POST {path} HTTP/1.1", "Transfer-Encoding: chunked", key, "Content-Type: application/json"
    )
    chunk = b"2710\r\n" + b" " * 10_000 + b"\r\n"
    response = exchange(
        server[0], head, *[chunk] * 6, b"0\r\n\r\n", request("GET / HTTP/1.1", "Connection: close")
    )
    assert re.match(rb"HTTP/1.1 413 .*application/problem\+json", response, re.DOTALL)


@pytest.mark.parametrize("path", [*POST_PATHS, "/recommendations", "/nothing", "/"])
@pytest.mark.parametrize("method", ["POST", "PUT", "GET"])
def test_declared_length_that_is_too_large_gets_413_before_the_body(server, path, method):
    head = request(f"{method} {path} HTTP/1.1", f"Content-Length: {MAX_BODY_BYTES + 1}", "Connection: close")
    assert exchange(server[0], head).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "line",
    [
        request("GET / HTTP/1.1", "Content-Length: 5", "Transfer-Encoding: chunked"),
        request("GET / HTTP/1.1", "Content-Length: -1"),
        request("GET / HTTP/1.1", "Content-Length: 5", "Content-Length: 6"),
        request("GET / HTTP/1.1", "X y: z"),
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"\x00" * 100,
    ],
)
def test_malformed_http_gets_400(server, line):
    assert exchange(server[0], line).startswith(b"HTTP/1.1 400")


FORGED_LINE = '{"event": "forged", "level": "info", "timestamp": "now"}'


def test_no_request_forges_a_line_of_the_log(server):
    client, log = server
    forged_ids = [
        "%0A" + FORGED_LINE,
        "%0D%0A" + FORGED_LINE,
        "%E2%80%A8" + FORGED_LINE,
        "%C2%85" + FORGED_LINE,
        "%1b[2J" + FORGED_LINE,
    ]
    for text in forged_ids:
        quoted = text.replace(" ", "%20").replace('"', "%22")
        for path in (
            f"/recommendations?user_id={quoted}",
            f"/{quoted}",
            f"/similar/{quoted}",
            f"/users/{quoted}",
        ):
            exchange(
                client, request(f"GET {path} HTTP/1.1", "Connection: close", f"User-Agent: \x85{FORGED_LINE}")
            )
    exchange(client, b"GET / HTTP/1.1\r\nX\n" + FORGED_LINE.encode() + b"\r\n\r\n")
    exchange(client, request("GET /last-one HTTP/1.1", "Connection: close"))
    wait_for(lambda: "last-one" in log.read_text(), "the last request is in the log")
    text = log.read_text()
    lines = [json.loads(line) for line in text.split("\n") if line]
    assert len(lines) > 4 * len(forged_ids)
    assert all(line["event"] != "forged" for line in lines)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", text)
