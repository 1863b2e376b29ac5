"""Any request gets a valid response or a problem document, and never a 5xx."""

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.app.middleware.test_problems import MEMBERS
from tests.support.data.fuzzing import ODD_VALUES, fuzz_settings, mutated_bytes
from tests.support.processes.api_client import EVENTS_KEY, ITEMS_KEY, KEYS, USERS_KEY, make_client
from tests.support.releases.release_copies import create_registry, publish_copy

EXAMPLES = 150
EVENT = {
    "user_id": "3",
    "item_id": "100",
    "timestamp": 1_700_000_000_000,
    "event_id": "e",
    "session_id": "s",
    "user_type": "Logged",
    "region": "20",
    "device": "1",
    "seconds": 1.5,
    "clicks": 2,
    "scroll": 50.0,
    "visits": 1,
    "weight": 2.0,
}
ITEM = {
    "item_id": "n1",
    "title": "Chuva",
    "url": "https://example.com/1",
    "body": "Choveu.",
    "region": "sp",
    "published_at": "2023-11-15T10:00:00Z",
    "category": "sp",
}
PREDICTION = {"userId": "3", "max_results": 5, "minScore": 0.1}
ENDPOINTS = {
    "/events": (EVENT, EVENTS_KEY),
    "/items": (ITEM, ITEMS_KEY),
    "/predict": (PREDICTION, ITEMS_KEY),
}
CONTENT_TYPES = ["application/json", "text/plain", "", "application/json; charset=x"]
QUERY = [
    *("user_id", "num_recs", "user_type", "region", "device", "recent_items", "category", "exclude"),
    *("max_age_hours", "explain", "diversity", "unknown", ""),
]
TEXT = st.one_of(st.sampled_from(ODD_VALUES), st.text(max_size=20))
VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def service(release, tmp_path_factory):
    """A service whose exceptions become 5xx responses."""
    root = tmp_path_factory.mktemp("fuzz")
    publish_copy(create_registry(root), release, "first")
    with make_client(root, raise_server_exceptions=False, api_max_body_bytes=20_000, **KEYS) as client:
        client.app.state.release_watcher.refresh()
        yield client


def check_response(response):
    assert response.status_code in {200, 204, 400, 404, 413, 422}, response.text
    if response.status_code >= 400:
        assert response.headers["content-type"] == "application/problem+json"
        assert set(response.json()) >= MEMBERS - {"remedy"}


@st.composite
def bodies(draw, valid):
    """Draw a body with some replaced fields, a damaged body, or any bytes."""
    elements = [dict(valid) for _ in range(draw(st.integers(1, 3)))]
    for element in elements:
        for _ in range(draw(st.integers(0, 2))):
            element[draw(st.one_of(st.sampled_from(sorted(valid)), TEXT))] = draw(VALUE)
    body = draw(st.one_of(st.just(elements[0]), st.just(elements), st.just([*elements, draw(VALUE)]), VALUE))
    text = json.dumps(body).encode()
    return draw(st.one_of(st.just(text), mutated_bytes(text), st.binary(max_size=200)))


@pytest.mark.parametrize("path", ENDPOINTS)
def test_any_body_is_answered(service, path):
    valid, key = ENDPOINTS[path]

    @fuzz_settings(EXAMPLES)
    @given(bodies(valid), st.sampled_from(CONTENT_TYPES))
    def send(body, content_type):
        check_response(
            service.post(path, content=body, headers={"X-API-Key": key, "Content-Type": content_type})
        )

    send()
    assert service.post(path, json=valid, headers={"X-API-Key": key}).status_code == 200


@pytest.mark.parametrize("depth", [100, 5_000])
@pytest.mark.parametrize("path", ENDPOINTS)
def test_deeply_nested_body_is_refused(service, path, depth):
    headers = {"X-API-Key": ENDPOINTS[path][1], "Content-Type": "application/json"}
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        body = opening * depth + "1" + closing * depth
        response = service.post(path, content=body[:20_000], headers=headers)
        assert response.status_code in {400, 413, 422}


@pytest.mark.parametrize("path", ["/recommendations", "/trending", "/similar/100"])
def test_any_query_is_answered(service, path):
    @fuzz_settings(EXAMPLES)
    @given(st.lists(st.tuples(st.sampled_from(QUERY), TEXT), max_size=6))
    def send(pairs):
        query = "&".join(f"{name}={quote(value, errors='replace')}" for name, value in pairs)
        check_response(service.get(f"{path}?{query}", headers={"X-API-Key": USERS_KEY}))

    send()
    assert service.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/recommendations?", "/similar/", "/users/", "/"])
def test_any_bytes_after_a_path_are_answered(service, path):
    @fuzz_settings(EXAMPLES)
    @given(st.binary(max_size=60))
    def send(tail):
        safe = "/=&+%,;:@" if path.endswith("?") else "/"
        check_response(service.get(path + quote(tail, safe=safe), headers={"X-API-Key": USERS_KEY}))

    send()


@pytest.mark.parametrize("header", ["X-API-Key", "Authorization", "Accept", "Origin", "Cookie"])
def test_any_header_is_answered(service, header):
    @fuzz_settings(EXAMPLES // 3)
    @given(st.binary(max_size=40))
    def send(value):
        for path in ("/users/3", "/evaluation/metrics"):
            response = service.get(path, headers={header: value})
            assert response.status_code in ({401, 403} if path == "/users/3" else {200, 406})

    send()
