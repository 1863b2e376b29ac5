"""Sends requests that are generated from the recruiting service's OpenAPI document to a running service."""

import pytest
from schemathesis import GenerationMode

from app.domains.recruiting.api import RECRUITING_API
from tests.support.classifiers import write_classifiers
from tests.support.openapi import (
    KEYS,
    WITH_PARAMETERS,
    WITH_TIMESTAMPS,
    WITHOUT_PARAMETERS,
    list_labels,
    read_schema,
    send_requests,
)
from tests.support.processes.api_process import run_api, wait_until_ready
from tests.support.releases.release_copies import create_registry, publish_copy

pytestmark = pytest.mark.integration

DOMAIN_OPERATIONS = sorted(
    f"{method} {route.path}"
    for router in RECRUITING_API.routers
    for route in router.routes
    for method in route.methods
)
OPERATIONS = [*WITH_PARAMETERS, *DOMAIN_OPERATIONS]
#: What the document does not express is refused: times out of bounds, a text of blanks, features that are not
#: the model's, a body of neither alternative.
MAY_BE_REFUSED = [*WITH_TIMESTAMPS, "POST /applications", "POST /match", "POST /predict", "POST /search"]
MAY_BE_REFUSED += ["POST /applicants", "POST /openings"]
MAY_BE_REFUSED += [
    "GET /openings",
    "GET /applicants/{applicant_id}/openings",
    "GET /openings/{opening_id}/applicants",
]
WITHOUT_INVALID_REQUESTS = ("GET /audit", "GET /model-card")
LISTS = ("exclude", "recent_items", "city", "state", "level", "english", "contract")


@pytest.fixture(scope="module")
def schema(release, tmp_path_factory):
    root = tmp_path_factory.mktemp("schema")
    publish_copy(create_registry(root, "recruiting"), release, None, write_classifiers)
    module = "tests.support.processes.recruiting_with_classifiers"
    with run_api(root, root / "log", module=module, domain="recruiting", **KEYS) as (_, client):
        wait_until_ready(client)
        yield read_schema(client)


@pytest.mark.parametrize("name", [*WITHOUT_PARAMETERS, *OPERATIONS])
def test_valid_requests_are_answered_as_documented(schema, name):
    options = {"may_be_refused": MAY_BE_REFUSED, "list_parameters": LISTS}
    send_requests(schema, name, GenerationMode.POSITIVE, **options)


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name not in WITHOUT_INVALID_REQUESTS])
def test_invalid_requests_are_refused_as_documented(schema, name):
    options = {"may_be_refused": MAY_BE_REFUSED, "list_parameters": LISTS}
    send_requests(schema, name, GenerationMode.NEGATIVE, **options)


def test_every_operation_is_tested(schema):
    assert list_labels(schema) == sorted([*WITHOUT_PARAMETERS, *OPERATIONS])
