"""`GET /model-card` and `GET /audit`."""

import json

import pytest

from tests.app.middleware.test_problems import check_problem
from tests.support.processes.recruiting_client import get_json


def test_the_model_card_is_that_of_the_served_release(client, release):
    card = get_json(client, "/model-card")
    assert card == json.loads(release.documents()["model_card.json"])
    assert card["release"]["run"] == release.manifest.run


def test_a_browser_gets_a_page_that_loads_nothing(client):
    response = client.get("/model-card", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert response.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "style-src 'sha256-" in response.headers["content-security-policy"]
    assert response.headers["vary"] == "Accept"
    assert "<script" not in response.text
    assert "src=" not in response.text


def test_the_audit_is_served(client, release):
    assert get_json(client, "/audit") == json.loads(release.documents()["audit.json"])


@pytest.mark.parametrize("path", ["/model-card", "/audit"])
def test_a_release_without_documents_has_none(client, path, monkeypatch):
    documents = client.app.state.release_watcher.release.documents
    for name in list(documents):
        monkeypatch.delitem(documents, name)
    check_problem(client.get(path), 404)
