"""Sends valid and invalid requests, generated from the OpenAPI document, to a running service."""

import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from app.settings import ApiSettings
from tests.support.data.fuzzing import fuzz_settings
from tests.support.processes.api_process import run_api, wait_until_ready
from tests.support.releases.release_copies import create_registry, publish_copy

pytestmark = pytest.mark.integration

#: One key for all scopes.
KEY = "a-key-for-every-scope"
KEYS = dict.fromkeys(("api_keys_events", "api_keys_items", "api_keys_users", "api_keys_admin"), KEY)
HEADERS = {"Authorization": f"Bearer {KEY}", "X-API-Key": KEY}
EXAMPLES = 15
MAX_HEADER_BYTES = ApiSettings.model_fields["api_max_header_bytes"].default
#: Statuses of invalid requests; a path with a line break matches no route and gets 404.
REFUSALS = ["400", "401", "403", "404", "406", "413", "422", "429"]
CONFIG = SchemathesisConfig.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}}}
)


@pytest.fixture(scope="module")
def schema(release, tmp_path_factory):
    root = tmp_path_factory.mktemp("schema")
    publish_copy(create_registry(root), release, "first")
    with run_api(root, root / "log", **KEYS) as (_, client):
        wait_until_ready(client)
        yield schemathesis.openapi.from_url(f"{client.base_url}/openapi.json", config=CONFIG)


def list_operations(schema):
    return [result.ok() for result in schema.get_all_operations()]


def send_requests(schema, name, mode):
    [operation] = [operation for operation in list_operations(schema) if operation.label == name]

    @fuzz_settings(EXAMPLES)
    @given(st.data())
    def call(data):
        case = data.draw(operation.as_strategy(generation_mode=mode))
        response = case.call(headers=HEADERS)
        if response.status_code == 431:
            # The server refuses such requests before they reach the application.
            assert len(response.request.url) > MAX_HEADER_BYTES
            return
        # Future timestamps are refused, which the document cannot express.
        excluded = [positive_data_acceptance] if name in WITH_TIMESTAMPS else []
        if is_ambiguous(case.query or {}) or (
            mode is GenerationMode.NEGATIVE and is_partly_refused(response)
        ):
            excluded.append(negative_data_rejection)
        case.validate_response(response, headers=HEADERS, excluded_checks=excluded)

    call()


def is_ambiguous(query):
    """Return whether a query string cannot express the query: [x] looks like x, and "" like no value."""
    return any(
        value in (None, "") or (name in LIST_PARAMETERS and (not isinstance(value, list) or "" in value))
        for name, value in query.items()
    )


def is_partly_refused(response):
    """Return whether the response lists results, of which some are refusals."""
    return (
        response.status_code == 200 and response.request.method == "POST" and response.json().get("refused")
    )


LIST_PARAMETERS = ("exclude", "recent_items")
#: Operations that have no invalid requests.
WITHOUT_PARAMETERS = [
    "GET /evaluation/metrics",
    "GET /evaluation/metrics.csv",
    "GET /events/rejected",
    "GET /health",
    "GET /health/live",
    "GET /health/ready",
    "GET /info",
    "GET /releases",
    "GET /version",
    "POST /releases/refresh",
]
WITH_TIMESTAMPS = ["POST /events", "POST /items"]
WITH_PARAMETERS = [
    "DELETE /items/{item_id}",
    "DELETE /users/{user_id}",
    "GET /recommendations",
    "GET /similar/{item_id}",
    "GET /trending",
    "GET /users/{user_id}",
    "POST /predict",
    "POST /recommendations",
    *WITH_TIMESTAMPS,
]


@pytest.mark.parametrize("name", [*WITHOUT_PARAMETERS, *WITH_PARAMETERS])
def test_valid_requests_are_answered_as_documented(schema, name):
    send_requests(schema, name, GenerationMode.POSITIVE)


@pytest.mark.parametrize("name", WITH_PARAMETERS)
def test_invalid_requests_are_refused_as_documented(schema, name):
    send_requests(schema, name, GenerationMode.NEGATIVE)


def test_every_operation_is_tested(schema):
    assert sorted(operation.label for operation in list_operations(schema)) == sorted(
        [*WITHOUT_PARAMETERS, *WITH_PARAMETERS]
    )
