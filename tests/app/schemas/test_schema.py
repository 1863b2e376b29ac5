"""Sends valid and invalid requests, generated from the OpenAPI document, to a running service."""

import pytest
from schemathesis import GenerationMode

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

OPERATIONS = [*WITH_PARAMETERS, "POST /predict"]


@pytest.fixture(scope="module")
def schema(release, tmp_path_factory):
    root = tmp_path_factory.mktemp("schema")
    publish_copy(create_registry(root), release, "first")
    with run_api(root, root / "log", **KEYS) as (_, client):
        wait_until_ready(client)
        yield read_schema(client)


@pytest.mark.parametrize("name", [*WITHOUT_PARAMETERS, *OPERATIONS])
def test_valid_requests_are_answered_as_documented(schema, name):
    # Future timestamps are refused, which the document cannot express.
    send_requests(schema, name, GenerationMode.POSITIVE, may_be_refused=WITH_TIMESTAMPS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_invalid_requests_are_refused_as_documented(schema, name):
    send_requests(schema, name, GenerationMode.NEGATIVE, may_be_refused=WITH_TIMESTAMPS)


def test_every_operation_is_tested(schema):
    assert list_labels(schema) == sorted([*WITHOUT_PARAMETERS, *OPERATIONS])
