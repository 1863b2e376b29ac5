"""The section on recruiting of docs/api.md has every endpoint of the domain, with examples and responses."""

import json
import re

import pytest

from app.domains.recruiting.api import RECRUITING_API
from tests.app.schemas.test_api_document import DOCUMENT, EXAMPLE, get_shape
from tests.support.classifiers import write_classifiers
from tests.support.processes.api_client import KEYS, make_client
from tests.support.processes.recruiting_with_classifiers import API
from tests.support.releases.release_copies import create_registry, publish_copy

EXAMPLES = re.findall(EXAMPLE.replace("8001", "8002"), DOCUMENT, re.DOTALL)


@pytest.fixture(scope="module")
def service(release, tmp_path_factory):
    root = tmp_path_factory.mktemp("document")
    publish_copy(create_registry(root, "recruiting"), release, None, write_classifiers)
    with make_client(root, None, False, API, domain="recruiting", **KEYS) as client:
        client.app.state.release_watcher.refresh()
        yield client


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"{path} {value}" for _, _, value, path, _, _ in EXAMPLES])
def test_example_has_the_documented_response(service, example):
    method, header, value, path, body, documented_text = example
    headers = ({"Content-Type": "application/json"} if body else {}) | ({header: value} if header else {})
    response = service.request(method or ("POST" if body else "GET"), path, content=body, headers=headers)
    if documented_text[0] not in "{[":
        assert response.text.startswith(documented_text.splitlines()[0])
        return
    documented = json.loads(documented_text)
    assert get_shape(response.json()) == get_shape(documented)
    expected = documented["status"] if "remedy" in documented else 201 if "/document/" in path else 200
    assert response.status_code == expected


def test_every_route_of_the_domain_has_an_example(service):
    paths = {path.partition("?")[0] for *_, path, _, _ in EXAMPLES}
    routers = (*RECRUITING_API.routers, RECRUITING_API.version_router)
    for path in {route.path for router in routers for route in router.routes}:
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
        assert any(re.fullmatch(pattern, example) for example in paths), path


def test_every_parameter_is_described(service):
    described = set(re.findall(r"`(\w+)`", DOCUMENT))
    paths = service.get("/openapi.json").json()["paths"]
    for path in ("/openings/{opening_id}/applicants", "/applicants/{applicant_id}/openings"):
        names = {parameter["name"] for parameter in paths[path]["get"]["parameters"]}
        assert names - {"opening_id", "applicant_id"} <= described
