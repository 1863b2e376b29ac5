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
RUN_ID = "run-1"


@pytest.fixture(scope="module")
def mentoring(tmp_path_factory):
    path = tmp_path_factory.mktemp("domain") / "mentoring.py"
    path.write_text(CODE, encoding="utf-8")
    module_spec = importlib.util.spec_from_file_location("mentoring", path)
    module = importlib.util.module_from_spec(module_spec)
    sys.modules["mentoring"] = module
    module_spec.loader.exec_module(module)
    yield module
    del sys.modules["mentoring"]


@pytest.fixture(scope="module")
def client(mentoring, tmp_path_factory):
    plan, root = mentoring.PLAN, tmp_path_factory.mktemp("data")
    volume = Volume(root / "mentoring")
    download(plan, volume, RUN_ID, "generated", "", 1.0)
    refine(plan, volume, RUN_ID, "generated")
    encode(plan, volume, RUN_ID)
    assert segment(plan, volume, RUN_ID)["active"] > 200
    for name in plan.model_names:
        train(plan, volume, RUN_ID, name)
    for name in plan.segment_names:
        evaluate(plan, volume, RUN_ID, 1, name, users=100)
    report(plan, volume, RUN_ID)
    assert publish(plan, volume, RUN_ID).promoted
    settings = ApiSettings(
        domain="mentoring",
        data_root=root,
        release_poll_seconds=3_600,
        api_keys_events="a-key-that-is-for-events",
    )
    with TestClient(create_app(settings, domain_api=mentoring.API)) as client:
        client.app.state.release_watcher.refresh()
        yield client


def test_example_has_fewer_than_150_lines():
    assert len(CODE.splitlines()) < 150


def test_plan_has_a_model_for_every_segment_and_the_classifier(mentoring):
    assert mentoring.PLAN.model_names == ["active", "new", "match"]


@pytest.mark.parametrize(("item_type", "item_id"), [("mentor", "learner-5"), ("learner", "mentor-6")])
def test_mentors_and_learners_are_recommended_to_each_other(client, item_type, item_id):
    items = client.get(f"/{item_type}/of/{item_id}", params={"num_recs": 5}).json()
    assert [item["rank"] for item in items] == [1, 2, 3, 4, 5]
    assert {item["category"] for item in items} == {item_type}


def test_domain_serves_the_common_recommendations_endpoint(client):
    body = client.get("/recommendations", params={"user_id": "learner-1", "category": "mentor"}).json()
    assert (body["segment"], body["model"]) == ("active", "content")
    assert all(item["category"] == "mentor" for item in body["items"])
    assert client.get("/recommendations").json()["segment"] == "new"


def test_event_changes_the_segment_of_a_user(client):
    event = {"user_id": "learner-new", "item_id": "mentor-3"}
    headers = {"X-API-Key": "a-key-that-is-for-events"}
    assert client.post("/events", json=[event], headers=headers).json()["accepted"] == 1
    body = client.get("/recommendations", params={"user_id": "learner-new"}).json()
    assert body["segment"] == "active"


def test_classifier_learns_the_rule(client):
    def get_probability(same_skill, level_gap):
        return client.get("/match", params={"same_skill": same_skill, "level_gap": level_gap}).json()[
            "probability"
        ]

    assert get_probability(True, 3) > 0.5 > get_probability(True, -3)
    assert get_probability(True, 3) > get_probability(False, 3)
    assert client.get("/match", params={"same_skill": True, "level_gap": "much"}).status_code == 422


def test_release_of_the_domain_is_served(client, mentoring):
    assert client.get("/health").json()["status"] == "ready"
    assert client.app.state.release_watcher.release.manifest.domain == "mentoring"
