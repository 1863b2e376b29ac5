"""Valid and invalid requests, generated from a service's OpenAPI document."""

import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from app.settings import ApiSettings
from tests.support.data.fuzzing import fuzz_settings

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
#: Operations of every domain that have no invalid requests.
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
    "POST /releases/promote",
    "POST /releases/refresh",
]
WITH_TIMESTAMPS = ["POST /events", "POST /items"]
WITH_PARAMETERS = [
    "DELETE /items/{item_id}",
    "DELETE /users/{user_id}",
    "GET /recommendations",
    "GET /releases/{release}",
    "GET /releases/{release}/diff",
    "GET /similar/{item_id}",
    "GET /trending",
    "GET /users/{user_id}",
    "POST /recommendations",
    "POST /releases/rollback",
    *WITH_TIMESTAMPS,
]


def read_schema(client):
    """Return the document of a running service."""
    return schemathesis.openapi.from_url(f"{client.base_url}/openapi.json", config=CONFIG)


def list_operations(schema):
    return [result.ok() for result in schema.get_all_operations()]


def list_labels(schema):
    return sorted(operation.label for operation in list_operations(schema))


def send_requests(schema, name, mode, *, may_be_refused=(), list_parameters=("exclude", "recent_items")):
    """Send requests of an operation; check that the responses are documented.

    Args:
        schema: the document.
        name: label of the operation.
        mode: whether the requests are valid.
        may_be_refused: labels of operations that refuse some valid requests, for reasons that a document
            cannot express, such as a time in the future.
        list_parameters: query parameters that may be repeated.
    """
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
        excluded = [positive_data_acceptance] if name in may_be_refused else []
        if is_ambiguous(case.query or {}, list_parameters) or (
            mode is GenerationMode.NEGATIVE and is_partly_refused(response)
        ):
            excluded.append(negative_data_rejection)
        case.validate_response(response, headers=HEADERS, excluded_checks=excluded)

    call()


def is_ambiguous(query, list_parameters):
    """Return whether a query string cannot express the query: [x] looks like x, and "" like no value."""
    return any(
        value in (None, "") or (name in list_parameters and (not isinstance(value, list) or "" in value))
        for name, value in query.items()
    )


def is_partly_refused(response):
    """Return whether the response lists results, of which some are refusals."""
    return (
        response.status_code == 200 and response.request.method == "POST" and response.json().get("refused")
    )
