"""Every schema of a domain's OpenAPI document has examples, which are valid."""

import json

import pytest
from jsonschema import Draft202012Validator

from app.domains.registry import DOMAIN_APIS
from app.main import create_app
from app.settings import ApiSettings

ALL_DOMAINS = pytest.mark.parametrize("domain", DOMAIN_APIS)


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    """The document of each domain, as JSON."""
    root = tmp_path_factory.mktemp("empty")
    settings = {name: ApiSettings(data_root=root, domain=name) for name in DOMAIN_APIS}
    return {name: json.loads(json.dumps(create_app(settings[name]).openapi())) for name in DOMAIN_APIS}


@ALL_DOMAINS
def test_every_schema_has_a_valid_example(documents, domain):
    document = documents[domain]
    for name, schema in document["components"]["schemas"].items():
        validator = Draft202012Validator({"$ref": f"#/components/schemas/{name}", **document})
        assert schema["examples"], name
        for example in schema["examples"]:
            assert [error.message for error in validator.iter_errors(example)] == [], name


@ALL_DOMAINS
def test_examples_of_a_domain_belong_to_schemas(documents, domain):
    examples = json.loads(DOMAIN_APIS[domain].examples.read_text(encoding="utf-8"))
    assert set(examples) <= set(documents[domain]["components"]["schemas"])


@ALL_DOMAINS
def test_examples_have_only_fields_of_their_schemas(documents, domain):
    for name, schema in documents[domain]["components"]["schemas"].items():
        for example in schema["examples"]:
            assert set(example) <= set(schema["properties"]), name


@ALL_DOMAINS
def test_operation_ids_are_unique_names(documents, domain):
    operations = [operation for path in documents[domain]["paths"].values() for operation in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids)
    assert all(name.isidentifier() and name.islower() for name in ids)


def test_operation_ids_read_like_the_request(documents):
    paths = documents["recruiting"]["paths"]
    assert paths["/openings/{opening_id}/applicants"]["get"]["operationId"] == "get_opening_applicants"
    assert paths["/openings/{opening_id}/what-if"]["post"]["operationId"] == "post_opening_what_if"
    assert paths["/applications/{opening_id}/{applicant_id}"]["delete"]["operationId"] == "delete_application"
    assert paths["/evaluation/metrics.csv"]["get"]["operationId"] == "get_evaluation_metrics_csv"
