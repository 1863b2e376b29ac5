"""The OpenAPI document is asked for all that it describes and excludes, on the running service."""

import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.support.editions import publish_edition, registry_at
from tests.support.fuzzing import fuzz
from tests.support.servers import serving, until_ready

pytestmark = pytest.mark.integration

#: One key for all doors.
KEY = "a-key-that-opens-every-door"
DOORS = dict.fromkeys(("api_keys_events", "api_keys_items", "api_keys_users", "api_keys_admin"), KEY)
HEADERS = {"Authorization": f"Bearer {KEY}", "X-API-Key": KEY}
EXAMPLES = 15
#: How what the document excludes may be refused; a path that no route knows is one with a line break.
REFUSALS = ["400", "401", "403", "404", "406", "413", "422", "429"]
CONFIG = SchemathesisConfig.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}}}
)


@pytest.fixture(scope="module")
def schema(whole, tmp_path_factory):
    root = tmp_path_factory.mktemp("schema")
    publish_edition(registry_at(root), whole, "first")
    with serving(root, root / "log", **DOORS) as (_, client):
        until_ready(client)
        yield schemathesis.openapi.from_url(f"{client.base_url}/openapi.json", config=CONFIG)


def operations(schema):
    return [found.ok() for found in schema.get_all_operations()]


def ask(schema, name, mode):
    [operation] = [each for each in operations(schema) if each.label == name]

    @fuzz(EXAMPLES)
    @given(st.data())
    def asked(data):
        case = data.draw(operation.as_strategy(generation_mode=mode))
        # What lies in the future is refused, and no document can say when that begins.
        excluded = [positive_data_acceptance] if name in JUDGED_BY_THE_CLOCK else []
        excluded += [negative_data_rejection] if is_lost_on_the_way(case.query or {}) else []
        case.call_and_validate(headers=HEADERS, excluded_checks=excluded)

    asked()


def is_lost_on_the_way(query):
    """In a query string one value is a list of one, and an empty one is none: what was meant is lost."""
    return any(
        value in (None, "") or (name in LISTS and (not isinstance(value, list) or "" in value))
        for name, value in query.items()
    )


LISTS = ("exclude", "recent_items")
#: Nothing can be asked wrongly of these.
PLAIN = [
    "GET /evaluation/metrics",
    "GET /evaluation/metrics.csv",
    "GET /events/rejected",
    "GET /health",
    "GET /health/live",
    "GET /health/ready",
    "GET /info",
    "GET /releases",
    "GET /version",
    "POST /releases/look",
]
JUDGED_BY_THE_CLOCK = ["POST /events", "POST /items"]
ASKED = [
    "DELETE /items/{item_id}",
    "DELETE /users/{user_id}",
    "GET /recommendations",
    "GET /similar/{item_id}",
    "GET /trending",
    "GET /users/{user_id}",
    "POST /predict",
    "POST /recommendations",
    *JUDGED_BY_THE_CLOCK,
]


@pytest.mark.parametrize("name", [*PLAIN, *ASKED])
def test_valid_requests_are_answered_as_documented(schema, name):
    ask(schema, name, GenerationMode.POSITIVE)


@pytest.mark.parametrize("name", ASKED)
def test_invalid_requests_are_refused_as_documented(schema, name):
    ask(schema, name, GenerationMode.NEGATIVE)


def test_every_operation_is_tested(schema):
    assert sorted(each.label for each in operations(schema)) == sorted([*PLAIN, *ASKED])
