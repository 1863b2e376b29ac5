"""Whatever is sent to a door, it answers with its own words and never with 5xx."""

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.app.middleware.test_problems import MEMBERS
from tests.support.editions import publish_edition, registry_at
from tests.support.fuzzing import ODD, fuzz, mutated
from tests.support.services import EVENTS_KEY, ITEMS_KEY, KEYS, READERS_KEY, started

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
QUESTION = {"userId": "3", "max_results": 5, "minScore": 0.1}
DOORS = {
    "/events": (EVENT, EVENTS_KEY),
    "/items": (ITEM, ITEMS_KEY),
    "/predict": (QUESTION, ITEMS_KEY),
}
KINDS = ["application/json", "text/plain", "", "application/json; charset=x"]
QUERY = [
    *("user_id", "num_recs", "user_type", "region", "device", "recent_items", "category", "exclude"),
    *("max_age_hours", "explain", "diversity", "unknown", ""),
]
TEXT = st.one_of(st.sampled_from(ODD), st.text(max_size=20))
VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def service(whole, tmp_path_factory):
    """An error of the service is answered, as it is to clients: it would be 5xx."""
    root = tmp_path_factory.mktemp("fuzz")
    publish_edition(registry_at(root), whole, "first")
    with started(root, raise_server_exceptions=False, api_max_body_bytes=20_000, **KEYS) as client:
        client.app.state.release_watcher.look()
        yield client


def check(answer):
    assert answer.status_code in {200, 204, 400, 404, 413, 422}, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert set(answer.json()) >= MEMBERS - {"remedy"}


@st.composite
def bodies(draw, sound):
    """A body in which some fields are exchanged, one that is damaged, or anything."""
    sent = [dict(sound) for _ in range(draw(st.integers(1, 3)))]
    for each in sent:
        for _ in range(draw(st.integers(0, 2))):
            each[draw(st.one_of(st.sampled_from(sorted(sound)), TEXT))] = draw(VALUE)
    told = draw(st.one_of(st.just(sent[0]), st.just(sent), st.just([*sent, draw(VALUE)]), VALUE))
    text = json.dumps(told).encode()
    return draw(st.one_of(st.just(text), mutated(text), st.binary(max_size=200)))


@pytest.mark.parametrize("path", DOORS)
def test_any_body_is_answered(service, path):
    sound, key = DOORS[path]

    @fuzz(EXAMPLES)
    @given(bodies(sound), st.sampled_from(KINDS))
    def sent(body, kind):
        check(service.post(path, content=body, headers={"X-API-Key": key, "Content-Type": kind}))

    sent()
    assert service.post(path, json=sound, headers={"X-API-Key": key}).status_code == 200


@pytest.mark.parametrize("depth", [100, 5_000])
@pytest.mark.parametrize("path", DOORS)
def test_a_body_that_is_deep_is_no_trouble(service, path, depth):
    headers = {"X-API-Key": DOORS[path][1], "Content-Type": "application/json"}
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        body = opening * depth + "1" + closing * depth
        answer = service.post(path, content=body[:20_000], headers=headers)
        assert answer.status_code in {400, 413, 422}


@pytest.mark.parametrize("path", ["/recommendations", "/trending", "/similar/100"])
def test_any_query_is_answered(service, path):
    @fuzz(EXAMPLES)
    @given(st.lists(st.tuples(st.sampled_from(QUERY), TEXT), max_size=6))
    def asked(pairs):
        query = "&".join(f"{name}={quote(value, errors='replace')}" for name, value in pairs)
        check(service.get(f"{path}?{query}", headers={"X-API-Key": READERS_KEY}))

    asked()
    assert service.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/recommendations?", "/similar/", "/users/", "/"])
def test_any_bytes_after_a_path_are_answered(service, path):
    @fuzz(EXAMPLES)
    @given(st.binary(max_size=60))
    def asked(tail):
        safe = "/=&+%,;:@" if path.endswith("?") else "/"
        check(service.get(path + quote(tail, safe=safe), headers={"X-API-Key": READERS_KEY}))

    asked()


@pytest.mark.parametrize("header", ["X-API-Key", "Authorization", "Accept", "Origin", "Cookie"])
def test_any_header_is_answered(service, header):
    @fuzz(EXAMPLES // 3)
    @given(st.binary(max_size=40))
    def asked(value):
        for path in ("/users/3", "/evaluation/metrics"):
            answer = service.get(path, headers={header: value})
            assert answer.status_code in ({401, 403} if path == "/users/3" else {200, 406})

    asked()
