"""What is sent to the service byte by byte, over real connections."""

import json
import re
import socket
from contextlib import ExitStack

import pytest

from tests.support.editions import publish_edition, registry_at
from tests.support.servers import serving, until, until_ready
from tests.support.services import EVENTS_KEY, KEYS

pytestmark = pytest.mark.integration

BODY, HEAD = 50_000, 8_192


@pytest.fixture(scope="module")
def server(whole, tmp_path_factory):
    root = tmp_path_factory.mktemp("wire")
    publish_edition(registry_at(root), whole, "first")
    log = root / "log"
    limits = {
        "api_max_body_bytes": BODY,
        "api_max_header_bytes": HEAD,
        "api_header_seconds": 1,
        "api_body_seconds": 3,
    }
    with serving(root, log, api_access_log=True, **limits) as (_, client):
        until_ready(client)
        yield client, log


def talk(client, *pieces):
    """Send bytes, piece by piece, and return all that is answered until the service hangs up."""
    with socket.create_connection(("127.0.0.1", client.base_url.port), timeout=30) as line:
        try:
            for piece in pieces:
                line.sendall(piece)
        except OSError:
            pass  # the service has hung up amid it
        answer = b""
        try:
            while piece := line.recv(65_536):
                answer += piece
        except ConnectionResetError:
            pass
        return answer


def request(line, *headers, body=b""):
    head = [line, "Host: x", *headers]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body


@pytest.mark.parametrize(
    "pieces",
    [
        [request("GET /health/live HTTP/1.1", "X: " + "x" * HEAD)],
        [request("GET /health/live HTTP/1.1", *(f"X-{n}: {'x' * 100}" for n in range(200)))],
        [request(f"GET /{'x' * HEAD} HTTP/1.1")],
        [b"GET /health/live HTTP/1.1\r\n", b"X: ", *[b"x" * 1_000] * 100],
        [b"GET /", *[b"x" * 1_000] * 100],
        [b"GET / HTTP/1.1\r\n", *[b"X: y\r\n"] * 20_000],
    ],
)
def test_a_head_that_is_too_large_is_refused_as_soon_as_it_is(server, pieces):
    answer = talk(server[0], *pieces)
    assert not answer or answer.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")


def test_a_large_head_below_the_bound_is_read(server):
    head = request("GET /health/live HTTP/1.1", "X: " + "x" * (HEAD - 200), "Connection: close")
    assert talk(server[0], head).startswith(b"HTTP/1.1 200")


def test_many_requests_on_one_connection_are_counted_one_by_one(server):
    one = request("GET /health/live HTTP/1.1", "X: " + "x" * 3_000)
    last = request("GET /health/live HTTP/1.1", "Connection: close")
    assert talk(server[0], one * 20, last).count(b"HTTP/1.1 200") == 21


def test_a_head_that_does_not_come_is_waited_for_no_longer_than_told(server):
    assert talk(server[0], b"GET / HTTP/1.1\r\nX: y").startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert talk(server[0]) == b""


def test_a_slow_body_is_waited_for(server):
    client, _ = server
    body = json.dumps({"userId": "3"}).encode()
    head = request("POST /predict HTTP/1.1", "Content-Type: application/json", f"Content-Length: {len(body)}")
    with socket.create_connection(("127.0.0.1", client.base_url.port), timeout=30) as line:
        line.sendall(head + body[:3])
        line.settimeout(1.5)
        with pytest.raises(TimeoutError):
            line.recv(1)
        line.settimeout(30)
        line.sendall(body[3:])
        assert line.recv(65_536).startswith(b"HTTP/1.1 200")


SLOW = request("POST /events HTTP/1.1", f"X-API-Key: {EVENTS_KEY}", "Content-Length: 4000")


@pytest.mark.parametrize("head", [SLOW, SLOW.replace(b"Content-Length: 4000", b"Transfer-Encoding: chunked")])
def test_a_body_that_does_not_come_is_waited_for_no_longer_than_told(server, head):
    client, log = server
    answers = []
    with socket.create_connection(("127.0.0.1", client.base_url.port), timeout=0.2) as line:
        line.sendall(head)
        for _ in range(60):
            try:
                line.sendall(b"1\r\n \r\n" if b"chunked" in head else b" ")
                answers.append(line.recv(65_536))
            except TimeoutError:
                continue
            except OSError:
                break
            if not answers[-1]:
                break
        else:
            pytest.fail("the body was waited for all the time")
    assert (
        b"".join(answers) == b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
    assert "Traceback" not in log.read_text()
    assert 'handler="/events",method="POST",status="5xx"' not in client.get("/metrics").text


def test_who_hangs_up_amid_a_body_is_no_failure_of_the_service(server):
    client, log = server
    with socket.create_connection(("127.0.0.1", client.base_url.port)) as line:
        line.sendall(SLOW + b"[")
    counted = 'http_requests_total{handler="/events",method="POST",status="4xx"}'
    until(lambda: counted in client.get("/metrics").text, "the request is counted")
    assert "Traceback" not in log.read_text()


def test_nothing_is_said_of_a_slow_body_where_the_answer_was_given_before(server):
    told = talk(server[0], SLOW.replace(EVENTS_KEY.encode(), b"wrong"), b"[")
    assert told.startswith(b"HTTP/1.1 401")
    assert told.count(b"HTTP/1.1") == 1


def test_beyond_so_many_connections_requests_are_turned_away(whole, tmp_path):
    publish_edition(registry_at(tmp_path), whole, "first")
    with serving(tmp_path, tmp_path / "log", api_max_connections=8) as (_, client), ExitStack() as stack:
        until_ready(client)
        address = ("127.0.0.1", client.base_url.port)
        for _ in range(6):
            stack.enter_context(socket.create_connection(address)).sendall(b"GET / HTTP/1.1\r\n")
        live = request("GET /health/live HTTP/1.1", "Connection: close")
        assert talk(client, live).startswith(b"HTTP/1.1 503")
        stack.close()
        until(lambda: talk(client, live).startswith(b"HTTP/1.1 200"), "there is room again")


POSTS = ["/predict", "/events", "/items"]


@pytest.mark.parametrize("path", POSTS)
def test_a_body_in_chunks_is_refused_as_soon_as_it_is_too_large(server, path):
    key = f"X-API-Key: {EVENTS_KEY if path == '/events' else KEYS['api_keys_items']}"
    head = request(
        f"POST {path} HTTP/1.1", "Transfer-Encoding: chunked", key, "Content-Type: application/json"
    )
    chunk = b"2710\r\n" + b" " * 10_000 + b"\r\n"
    answer = talk(server[0], head, *[chunk] * 6, b"0\r\n\r\n", request("GET / HTTP/1.1", "Connection: close"))
    assert re.match(rb"HTTP/1.1 413 .*application/problem\+json", answer, re.DOTALL)


@pytest.mark.parametrize("path", [*POSTS, "/recommendations", "/nothing", "/"])
@pytest.mark.parametrize("method", ["POST", "PUT", "GET"])
def test_so_is_one_whose_length_says_so_before_it_is_sent(server, path, method):
    head = request(f"{method} {path} HTTP/1.1", f"Content-Length: {BODY + 1}", "Connection: close")
    assert talk(server[0], head).startswith(b"HTTP/1.1 413")


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
def test_what_is_no_http_is_refused(server, line):
    assert talk(server[0], line).startswith(b"HTTP/1.1 400")


FORGED = '{"event": "forged", "level": "info", "timestamp": "now"}'


def test_nothing_that_is_sent_begins_a_line_of_the_log(server):
    client, log = server
    odd = ["%0A" + FORGED, "%0D%0A" + FORGED, "%E2%80%A8" + FORGED, "%C2%85" + FORGED, "%1b[2J" + FORGED]
    for each in odd:
        quoted = each.replace(" ", "%20").replace('"', "%22")
        for path in (
            f"/recommendations?user_id={quoted}",
            f"/{quoted}",
            f"/similar/{quoted}",
            f"/users/{quoted}",
        ):
            talk(client, request(f"GET {path} HTTP/1.1", "Connection: close", f"User-Agent: \x85{FORGED}"))
    talk(client, b"GET / HTTP/1.1\r\nX\n" + FORGED.encode() + b"\r\n\r\n")
    talk(client, request("GET /last-one HTTP/1.1", "Connection: close"))
    until(lambda: "last-one" in log.read_text(), "the last request is in the log")
    text = log.read_text()
    lines = [json.loads(line) for line in text.split("\n") if line]
    assert len(lines) > 4 * len(odd)
    assert all(each["event"] != "forged" for each in lines)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", text)
