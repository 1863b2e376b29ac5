"""The requests in docs/recruiting.md, sent one by one: every endpoint of the domain is shown and responds."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from app.domains.recruiting.api import RECRUITING_API
from script_shared.domains.recruiting.domain import RECRUITING
from tests.support.classifiers import make_classifiers, write_classifiers
from tests.support.processes.api_client import KEYS, make_client
from tests.support.releases.release_copies import create_registry, publish_copy

PAGE = (Path(__file__).parents[4] / "docs/recruiting.md").read_text(encoding="utf-8")
REQUEST = (
    r"^\$ curl (?:-X (\w+) )?(?:-H '(\S+): (\S+)' )?'http://127\.0\.0\.1:8001(.*?)'"
    r"(?: (?:\\\n  )?--json '(.*)')?  # (.+)$"
)
REQUESTS = re.findall(REQUEST, PAGE, re.MULTILINE)


def every_classifier(parameters):
    return {**RECRUITING.classifiers(parameters), **make_classifiers(parameters)}


API = replace(RECRUITING_API, domain=replace(RECRUITING, classifiers=every_classifier))


@pytest.fixture(scope="module")
def service(release, tmp_path_factory):
    root = tmp_path_factory.mktemp("page")
    publish_copy(create_registry(root, "recruiting"), release, None, write_classifiers)
    with make_client(root, None, False, API, domain="recruiting", **KEYS) as client:
        client.app.state.release_watcher.refresh()
        yield client


def remove_spaces(text):
    return re.sub(r"\s", "", text)


def test_every_request_of_the_page_is_read():
    assert len(REQUESTS) == PAGE.count("$ curl ") > 15


def test_every_endpoint_of_the_domain_has_a_request():
    routers = (*RECRUITING_API.routers, RECRUITING_API.version_router)
    shown = {
        (method or ("POST" if body else "GET"), path.partition("?")[0])
        for method, _, _, path, body, _ in REQUESTS
    }
    for router in routers:
        for route in router.routes:
            pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route.path))
            assert any(m in route.methods and re.fullmatch(pattern, path) for m, path in shown), route.path


def test_requests_have_the_documented_responses(service):
    for method, header, value, path, body, expected in REQUESTS:
        headers = ({header: value} if header else {}) | ({"Content-Type": "application/json"} if body else {})
        response = service.request(
            method or ("POST" if body else "GET"), path, content=body.encode(), headers=headers
        )
        if expected.isdigit():
            assert response.status_code == int(expected), f"{path}: {response.text}"
        else:
            assert response.is_success, f"{path}: {response.text}"
            assert remove_spaces(expected) in remove_spaces(response.text), f"{path}: {response.text[:500]}"
