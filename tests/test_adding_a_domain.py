"""The domain in docs/adding-a-domain.md is trained, published, served and queried."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import ApiSettings
from pipelines.stages.download import download
from pipelines.stages.encode import encode
from pipelines.stages.evaluate import evaluate
from pipelines.stages.publish import publish
from pipelines.stages.refine import refine
from pipelines.stages.report import report
from pipelines.stages.segment import segment
from pipelines.stages.train import train
from script_shared.storage.volume import Volume

CODE = re.search(
    r"```python\n(.*?)```", Path("docs/adding-a-domain.md").read_text(encoding="utf-8"), re.DOTALL
)[1]
RUN = "run-1"


@pytest.fixture(scope="module")
def mentoring(tmp_path_factory):
    path = tmp_path_factory.mktemp("domain") / "mentoring.py"
    path.write_text(CODE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("mentoring", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["mentoring"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["mentoring"]


@pytest.fixture(scope="module")
def client(mentoring, tmp_path_factory):
    plan, root = mentoring.PLAN, tmp_path_factory.mktemp("data")
    volume = Volume(root / "mentoring")
    download(plan, volume, RUN, "generated", "", 1.0)
    refine(plan, volume, RUN, "generated")
    encode(plan, volume, RUN)
    assert segment(plan, volume, RUN)["active"] > 200
    for name in plan.model_names:
        train(plan, volume, RUN, name)
    for name in plan.segment_names:
        evaluate(plan, volume, RUN, 1, name, users=100)
    report(plan, volume, RUN)
    assert publish(plan, volume, RUN).promoted
    settings = ApiSettings(
        domain="mentoring",
        data_root=root,
        release_poll_seconds=3_600,
        api_keys_events="a-key-that-is-for-events",
    )
    with TestClient(create_app(settings, domain_api=mentoring.API)) as client:
        client.app.state.release_watcher.refresh()
        yield client


def test_the_example_has_fewer_than_150_lines():
    assert len(CODE.splitlines()) < 150


def test_models_are_one_for_each_segment_and_the_classifier(mentoring):
    assert mentoring.PLAN.model_names == ["active", "new", "match"]


@pytest.mark.parametrize(("kind", "entity"), [("mentor", "learner-5"), ("learner", "mentor-6")])
def test_a_query_of_one_kind_finds_items_of_the_other(client, kind, entity):
    items = client.get(f"/{kind}/of/{entity}", params={"num_recs": 5}).json()
    assert [item["rank"] for item in items] == [1, 2, 3, 4, 5]
    assert {item["category"] for item in items} == {kind}


def test_the_recommendations_of_the_spine_are_served_too(client):
    body = client.get("/recommendations", params={"user_id": "learner-1", "category": "mentor"}).json()
    assert (body["segment"], body["model"]) == ("active", "content")
    assert all(item["category"] == "mentor" for item in body["items"])
    assert client.get("/recommendations").json()["segment"] == "new"


def test_an_event_is_applied(client):
    event = {"user_id": "learner-new", "item_id": "mentor-3"}
    headers = {"X-API-Key": "a-key-that-is-for-events"}
    assert client.post("/events", json=[event], headers=headers).json()["accepted"] == 1
    body = client.get("/recommendations", params={"user_id": "learner-new"}).json()
    assert body["segment"] == "active"


def test_the_classifier_knows_the_rule(client):
    def match(same_skill, level_gap):
        return client.get("/match", params={"same_skill": same_skill, "level_gap": level_gap}).json()[
            "probability"
        ]

    assert match(True, 3) > 0.5 > match(True, -3)
    assert match(True, 3) > match(False, 3)
    assert client.get("/match", params={"same_skill": True, "level_gap": "much"}).status_code == 422


def test_a_release_of_another_domain_is_refused(client, mentoring):
    assert client.get("/health").json()["status"] == "ready"
    assert client.app.state.release_watcher.release.manifest.domain == "mentoring"
