import json

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.main import create_app
from app.settings import ApiSettings
from script_shared.releases.registry import Registry


@pytest.fixture(scope="module")
def client(small_volume):
    with TestClient(create_app(ApiSettings(data_root=small_volume.root.parent))) as client:
        yield client


def ask(client, **params):
    answer = client.get("/recommendations", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_reader_with_history_gets_ten_new_articles(client, small_volume):
    answer = ask(client, user_id="3")
    ids = [item["item_id"] for item in answer["items"]]
    assert answer["segment"] == "logged"
    assert len(set(ids)) == 10
    assert [item["rank"] for item in answer["items"]] == list(range(1, 11))


def test_an_unknown_reader_is_anonymous(client):
    answer = ask(client, user_id="nobody", region="1")
    assert (answer["segment"], len(answer["items"])) == ("anonymous", 10)


def test_recent_items_are_never_recommended_and_change_the_segment(client):
    before = ask(client)
    read = [item["item_id"] for item in before["items"][:3]]
    after = ask(client, recent_items=read)
    assert after["segment"] == "semi_logged"
    assert not set(read) & {item["item_id"] for item in after["items"]}


def test_the_list_is_filled_while_the_catalogue_has_articles(client):
    ids = [item["item_id"] for item in ask(client, user_id="3", num_recs=100)["items"]]
    assert len(ids) == len(set(ids)) > 20


def test_the_same_question_has_the_same_answer(client):
    first, second = (ask(client, user_id="5", num_recs=20)["items"] for _ in range(2))
    assert [item["item_id"] for item in first] == [item["item_id"] for item in second]


@pytest.mark.parametrize("count", ["0", "101", "abc"])
def test_a_bad_number_is_a_problem_that_names_the_field(client, count):
    answer = client.get("/recommendations", params={"num_recs": count})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == "num_recs"


def test_an_id_of_ten_kilobytes_is_refused(client):
    assert client.get("/recommendations", params={"user_id": "x" * 10_000}).status_code == 422


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["user_id", "num_recs", "region", "recent_items"]), st.text()))
def test_no_query_makes_the_service_fail(client, params):
    assert client.get("/recommendations", params=params).status_code in (200, 422)


def test_the_evaluation_compares_the_service_with_most_read_lists(client):
    records = client.get("/evaluation/metrics").json()
    assert {"served", "most_read_0.25h", "most_read_ever"} <= {record["model"] for record in records["records"]}
    table = client.get("/evaluation/metrics", headers={"accept": "text/csv"})
    assert table.text == client.get("/evaluation/metrics.csv").text
    assert len(table.text.splitlines()) == len(records["records"]) + 1


def test_metrics_are_there_for_prometheus(client):
    assert "http_requests_total" in client.get("/metrics").text


def test_without_a_release_the_service_is_alive_and_says_why_it_is_not_ready(tmp_path):
    with TestClient(create_app(ApiSettings(data_root=tmp_path))) as client:
        assert client.get("/health/live").status_code == 200
        answer = client.get("/health/ready")
        assert answer.status_code == 503
        assert "no release" in answer.json()["detail"]


def test_it_becomes_ready_when_a_release_appears_and_keeps_it_when_the_next_is_broken(tmp_path, small_volume):
    import shutil

    app = create_app(ApiSettings(data_root=tmp_path, release_poll_seconds=60))
    with TestClient(app) as client:
        shutil.copytree(small_volume.releases, tmp_path / "news" / "releases")
        app.state.follower.look()
        first = client.get("/health/ready").json()["release"]
        break_release(tmp_path / "news" / "releases", first)
        app.state.follower.look()
        assert client.get("/health/ready").json()["release"] == first


def break_release(releases, name):
    broken = releases / "broken-1"
    import shutil

    shutil.copytree(releases / name, broken)
    manifest = json.loads((broken / "manifest.json").read_text())
    (broken / "manifest.json").write_text(json.dumps(manifest | {"release_id": "broken-1"}))
    (broken / "evaluation.json").write_text("[]")
    (releases / "champion").write_text("broken-1")
    assert Registry(releases).find() == "broken-1"
