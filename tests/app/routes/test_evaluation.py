"""`GET /evaluation/metrics`: the same table as JSON and as CSV."""

import csv

import pytest

PATH = "/evaluation/metrics"


def test_json_has_served_models_and_baselines(shared_client, release):
    body = shared_client.get(PATH).json()
    assert (body["release"], body["as_of_ms"]) == (release.id, release.manifest.as_of_ms)
    assert {"served", "most_popular_0.25h", "most_popular_ever"} <= {
        record["model"] for record in body["records"]
    }
    assert body["records"] == release.json("evaluation.json")


def test_csv_has_the_same_records(shared_client):
    records = shared_client.get(PATH).json()["records"]
    rows = list(csv.DictReader(shared_client.get(f"{PATH}.csv").text.splitlines()))
    assert rows == [{name: str(value) for name, value in record.items()} for record in records]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/csv, application/json;q=0.9", "text/csv; charset=utf-8"),
        ("application/json;q=0.5, text/*", "text/csv; charset=utf-8"),
        ("TEXT/CSV ; q=0.8", "text/csv; charset=utf-8"),
        ("text/csv;q=0.5, application/json", "application/json"),
        ("text/csv;q=0", "application/json"),
        ("application/json", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("*/*", "application/json"),
        ("nonsense;q=x,,;", "application/json"),
    ],
)
def test_accept_header_selects_the_format(shared_client, accept, kind):
    response = shared_client.get(PATH, headers={"accept": accept})
    assert (response.status_code, response.headers["content-type"]) == (200, kind)
    assert response.headers["vary"] == "Accept"


def test_csv_path_ignores_the_accept_header(shared_client):
    response = shared_client.get(f"{PATH}.csv", headers={"accept": "application/json"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.text == shared_client.get(PATH, headers={"accept": "text/csv"}).text


def test_nan_is_null_in_json_and_empty_in_csv(empty_client, refresh, publish):
    def change(folder):
        (folder / "evaluation.json").write_text('[{"segment": "logged", "model": "served", "recall": NaN}]')

    publish("first", change=change)
    refresh()
    assert empty_client.get(PATH).json()["records"] == [
        {"segment": "logged", "model": "served", "recall": None}
    ]
    assert empty_client.get(f"{PATH}.csv").text == "segment,model,recall\nlogged,served,\n"
