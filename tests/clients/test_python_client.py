"""The Python client is generated from the committed document and used against a running service."""

import importlib
import re
import subprocess
import sys
from http import HTTPStatus

import pytest

from tests.support.docker.images import ROOT
from tests.support.processes.api_client import EVENTS_KEY

pytestmark = pytest.mark.skipif(
    not (ROOT / ".venv-tools").exists(), reason="the generator is missing; `make test` installs it"
)


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The generated package; an import path within it returns that module."""
    folder = tmp_path_factory.mktemp("client") / "news"
    command = [ROOT / "clients" / "python" / "generate", "news", folder]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    sys.path.insert(0, str(folder))
    yield lambda name: importlib.import_module(f"manchete_news.{name}")
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == "manchete_news"]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def client(package, service_url):
    with package("client").Client(base_url=service_url) as client:
        yield client


def test_list_is_typed(package, client):
    found = package("api.recommendations.get_recommendations").sync(client=client, user_id="1", num_recs=3)
    assert isinstance(found, package("models.recommendations").Recommendations)
    assert [article.rank for article in found.items] == [1, 2, 3]


def test_event_with_a_key_is_accepted(package, client, service_url):
    item = package("api.recommendations.get_trending").sync(client=client, num_recs=1).items[0]
    read = package("models.read_body").ReadBody(user_id="typed", item_id=item.item_id, event_id="typed-1")
    authenticated = package("client").AuthenticatedClient(base_url=service_url, token=EVENTS_KEY)
    post_events = package("api.events.post_events")
    with authenticated:
        result = post_events.sync(client=authenticated, body=[read, read])
    assert (result.accepted, result.duplicates, result.refused) == (1, 1, 0)
    found = package("api.recommendations.get_recommendations").sync(client=client, user_id="typed")
    assert item.item_id not in [article.item_id for article in found.items]


def test_problem_is_typed(package, client):
    response = package("api.recommendations.get_recommendations").sync_detailed(client=client, num_recs=101)
    assert response.status_code is HTTPStatus.UNPROCESSABLE_ENTITY
    assert isinstance(response.parsed, package("models.problem").Problem)
    assert response.parsed.errors[0].field == "num_recs"


def test_example_of_the_documentation_runs(package, service_url, capsys):
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(from manchete_news.*?)```", text, re.DOTALL)[1]
    code = code.replace("http://127.0.0.1:8001", service_url)
    exec(compile(code, "api.md", "exec"), {"KEY": EVENTS_KEY})  # noqa: S102 - our own documentation
    assert capsys.readouterr().out.startswith("[(1, ")


@pytest.mark.slow
def test_every_operation_of_every_domain_has_a_function(tmp_path):
    for document in sorted((ROOT / "docs" / "openapi").glob("*.json")):
        folder = tmp_path / document.stem
        command = [ROOT / "clients" / "python" / "generate", document.stem, folder]
        subprocess.run(command, check=True, capture_output=True)
        functions = {path.stem for path in folder.glob("*/api/*/*.py")} - {"__init__"}
        text = document.read_text(encoding="utf-8")
        assert functions
        assert all(f'"operationId": "{name}"' in text for name in functions)
        assert len(functions) == text.count('"operationId"')
