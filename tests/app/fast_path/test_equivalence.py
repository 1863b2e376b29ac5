"""The service sends equal responses with and without its optimisations."""

import re
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from script_shared.clock import FixedClock
from tests.support.processes.api_client import KEYS, USERS_KEY, make_client
from tests.support.releases.release_copies import create_registry, publish_copy

#: These metrics differ between services: they depend on time, on the process, or on another thread.
VARYING_METRICS = re.compile(
    r"process_|python_|manchete_inferences_logged|"
    r".*(_created|created_timestamp_seconds|seconds_sum|seconds_bucket|_age_seconds|_lag_seconds)$"
)
IMPRESSION = re.compile(rb'"impression_id":"[^"]*"')

users = st.sampled_from(["", "3", "17", "unknown", "a b", "ç", "x" * 257, "a\x00b"])
PARAMETERS = {
    "user_id": users,
    "num_recs": st.sampled_from(["1", "7", "100", "0", "101", "x", ""]),
    "region": st.sampled_from(["", "1", "20", "x" * 65]),
    "device": st.sampled_from(["1", "2"]),
    "user_type": st.sampled_from(["Logged", "Non-Logged", "Neither"]),
    "offset": st.sampled_from(["0", "5", "500", "501"]),
    "category": st.sampled_from(["1", "no such category"]),
    "exclude": st.sampled_from(["1", "1,2,3", ""]),
    "max_age_hours": st.sampled_from(["8", "0"]),
    "recent_items": st.sampled_from(["1", "1,2"]),
    "diversity": st.sampled_from(["0.5", "2"]),
    "explain": st.sampled_from(["true", "false"]),
    "unknown": st.text(max_size=5),
}
parameters = st.lists(
    st.sampled_from(list(PARAMETERS)).flatmap(lambda name: st.tuples(st.just(name), PARAMETERS[name])),
    max_size=4,
)
headers = st.sampled_from([{}, {"X-API-Key": USERS_KEY}, {"X-API-Key": "wrong"}, {"Content-Length": "9"}])
methods = st.sampled_from(["GET", "GET", "GET", "GET", "HEAD", "POST", "DELETE"])
paths = st.sampled_from(["/recommendations", "/recommendations", "/recommendations/", "/trending"])
bodies = st.sampled_from([b"", b"{}", b'{"user_id": "3", "num_recs": 4}', b'{"num_recs": 0}', b"["])


@pytest.fixture(scope="module")
def clients(release, tmp_path_factory):
    """A service with every optimisation, and one with none."""
    switches = ("api_fast_path", "api_coalesce_responses", "api_fast_counters")
    clock = FixedClock(release.manifest.as_of_ms)
    services = []
    for enabled in (True, False):
        root = tmp_path_factory.mktemp(f"fast-{enabled}")
        publish_copy(create_registry(root), release, "first")
        services.append(make_client(root, clock, **KEYS, **dict.fromkeys(switches, enabled)))
    with services[0] as optimised, services[1] as plain:
        for client in (optimised, plain):
            client.app.state.release_watcher.refresh()
        yield optimised, plain


def get_metrics(client):
    families = text_string_to_metric_families(client.get("/metrics").text)
    samples = [sample for family in families for sample in family.samples]
    # The size of the response of /metrics depends on values that differ.
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for sample in samples
        if not VARYING_METRICS.match(sample.name)
        and not (sample.name.startswith("http_") and sample.labels.get("handler") == "/metrics")
    }


def encode_query(pairs):
    return "&".join(f"{name}={quote(value.encode('utf-8', 'replace'))}" for name, value in pairs)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(methods, paths, parameters, headers, bodies)
def test_optimised_and_plain_services_send_equal_responses(clients, method, path, pairs, sent_headers, body):
    responses = []
    for client in clients:
        content = body if method == "POST" else None
        # The second time, the optimised service uses its caches.
        for _ in range(2):
            response = client.request(
                method,
                f"{path}?{encode_query(pairs)}",
                headers=sent_headers,
                content=content,
                follow_redirects=False,
            )
            text = IMPRESSION.sub(b'"impression_id":""', response.content)
            responses.append((response.status_code, response.headers, text))
    assert responses[:2] == responses[2:]
    optimised, plain = map(get_metrics, clients)
    assert optimised == plain


def test_fast_path_answers_before_routing(clients, monkeypatch):
    optimised, plain = clients
    queries = ["user_id=3", "user_id=3&offset=2", "user_id=3&category=1"]
    for client in clients:
        for query in queries:
            assert client.get(f"/recommendations?{query}").status_code == 200

    async def fail(*_):
        raise LookupError("routing")

    for client in clients:
        monkeypatch.setattr(client.app.router, "app", fail, raising=False)
        monkeypatch.setattr(client.app.router, "middleware_stack", fail)
    for query in queries:
        assert optimised.get(f"/recommendations?{query}").status_code == 200
        with pytest.raises(LookupError):
            plain.get(f"/recommendations?{query}")


def test_fast_path_is_rate_limited_like_the_plain_path(release, tmp_path):
    publish_copy(create_registry(tmp_path), release, "first")
    limits = {"api_rate_per_address": 0.01, "api_burst_seconds": 200}
    with make_client(tmp_path, **limits, api_cors_origins="https://news.example") as client:
        client.app.state.release_watcher.refresh()
        origin = {"Origin": "https://news.example"}
        responses = [client.get("/recommendations?user_id=3", headers=origin) for _ in range(3)]
    assert [response.status_code for response in responses] == [200, 200, 429]
    assert {response.headers["access-control-allow-origin"] for response in responses} == {
        "https://news.example"
    }
    assert {response.headers["x-content-type-options"] for response in responses} == {"nosniff"}


def test_fast_path_reports_that_no_release_is_loaded(empty_client):
    response = empty_client.get("/recommendations?user_id=3")
    assert (response.status_code, response.headers["content-type"]) == (503, "application/problem+json")
    assert 'handler="/recommendations",method="GET",status="5xx"} 1.0' in empty_client.get("/metrics").text
