"""Security headers, cross-origin requests, and metrics under odd requests."""

import re

import pytest

from tests.support.processes.api_client import KEYS, make_client

SITE = "https://news.example"


@pytest.mark.parametrize(
    "path", ["/recommendations", "/metrics", "/openapi.json", "/nothing", "/recommendations?num_recs=0"]
)
def test_responses_have_security_headers(shared_client, path):
    headers = shared_client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", ["/", "/docs", "/redoc"])
def test_pages_have_one_content_security_policy(shared_client, path):
    headers = shared_client.get(path).headers
    assert [name for name, _ in headers.multi_items()].count("content-security-policy") == 1
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert (policy["default-src"], policy["frame-ancestors"]) == ("'none'", "'none'")
    assert "unsafe-inline" not in policy["script-src"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(("path", "blocks"), [("/docs", 1), ("/redoc", 0)])
def test_documentation_page_runs_only_hashed_scripts_and_files_of_this_service(shared_client, path, blocks):
    page = shared_client.get(path)
    policy = page.headers["content-security-policy"]
    [scripts] = re.findall("script-src (.*?);", policy)
    assert (scripts.split()[0], scripts.count("'sha256-")) == ("'self'", blocks)
    assert page.text.count("<script>") == blocks
    assert "openapi.json" in page.text
    assert not re.search(r"\.|https?:|unsafe|\*", policy)
    assets = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert {f"docs/assets/{name}" for name in ("favicon.png",)} < set(assets)
    for asset in assets:
        response = shared_client.get(f"/{asset}")
        assert (response.status_code, response.headers["x-content-type-options"]) == (200, "nosniff")


def test_unexpected_error_has_security_headers(empty_client):
    async def fail():
        raise RuntimeError

    empty_client.app.add_api_route("/fails", fail)
    response = empty_client.get("/fails")
    assert (response.status_code, response.headers["x-content-type-options"]) == (500, "nosniff")


def preflight(client, origin):
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    return client.options("/predict", headers=headers | {"Access-Control-Request-Headers": "content-type"})


def test_cors_is_disabled_by_default(shared_client):
    assert preflight(shared_client, SITE).status_code == 405
    assert not any(name.startswith("access-control") for name in preflight(shared_client, SITE).headers)
    assert "access-control-allow-origin" not in shared_client.get("/info", headers={"Origin": SITE}).headers


def test_cors_allows_the_configured_sites(tmp_path):
    sites = f"{SITE}, http://localhost:3000"
    with make_client(
        tmp_path, api_cors_origins=sites, api_rate_per_address=0.01, api_burst_seconds=0
    ) as client:
        assert preflight(client, SITE).headers["access-control-allow-origin"] == SITE
        assert "access-control-allow-credentials" not in preflight(client, SITE).headers
        assert preflight(client, "https://other.example").status_code == 400
        responses = [client.get("/nothing", headers={"Origin": "http://localhost:3000"}) for _ in range(2)]
        assert [response.status_code for response in responses] == [404, 429]
        assert {response.headers["access-control-allow-origin"] for response in responses} == {
            "http://localhost:3000"
        }
        response = client.get("/nothing", headers={"Origin": "https://news.example.evil"})
        assert "access-control-allow-origin" not in response.headers


ODD_IDS = ["a%0Ab", "%1b[31m", "x" * 200, "%E2%80%A8", "{}", "..%2f..%2fetc", "%00", "é"]


def list_series(client):
    return {line.rpartition(" ")[0] for line in client.get("/metrics").text.splitlines()}


def test_no_request_adds_a_series_to_the_metrics(client):
    list_series(client)
    send_odd_requests(client, "0")
    before = list_series(client)
    for mark in range(1, 20):
        send_odd_requests(client, str(mark))
    assert list_series(client) == before
    assert len(before) < 1_500


def send_odd_requests(client, mark):
    """Send requests with ids, paths and methods that contain a mark."""
    headers = {"X-API-Key": KEYS["api_keys_users"]}
    for odd_id in ODD_IDS:
        for path in (
            f"/{mark}{odd_id}",
            f"/users/{mark}{odd_id}",
            f"/similar/{mark}{odd_id}",
            f"/health/{mark}{odd_id}",
        ):
            client.get(path, headers=headers)
        client.get(f"/recommendations?user_id={mark}{odd_id}&region={mark}&category={mark}")
        client.post("/predict", json={"userId": f"{mark}{odd_id}"})
        client.delete(f"/users/{mark}{odd_id}", headers=headers)
        body = [{"user_id": f"{mark}{odd_id}", "item_id": mark, "session_id": mark, "region": mark}]
        client.post("/events", json=body, headers={"X-API-Key": KEYS["api_keys_events"].split(",")[0]})
    for method in ("GET", f"M{mark}", "TRACE", "PROPFIND"):
        client.request(method, "/recommendations")
        client.request(method, f"/{mark}")
