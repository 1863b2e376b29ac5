"""`GET /evaluation/metrics`: the same table as JSON and as CSV."""

import csv

import pytest

PATH = "/evaluation/metrics"


def test_json_compares_what_is_served_with_most_read_lists(client, whole):
    body = client.get(PATH).json()
    assert (body["release"], body["as_of_ms"]) == (whole.id, whole.manifest.as_of_ms)
    assert {"served", "most_popular_0.25h", "most_popular_ever"} <= {
        record["model"] for record in body["records"]
    }
    assert body["records"] == whole.json("evaluation.json")


def test_csv_holds_the_same_records(client):
    records = client.get(PATH).json()["records"]
    rows = list(csv.DictReader(client.get(f"{PATH}.csv").text.splitlines()))
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
def test_the_accept_header_chooses(client, accept, kind):
    answer = client.get(PATH, headers={"accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["vary"] == "Accept"


def test_the_path_with_csv_is_csv_whatever_is_accepted(client):
    answer = client.get(f"{PATH}.csv", headers={"accept": "application/json"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text == client.get(PATH, headers={"accept": "text/csv"}).text


def test_a_mean_of_nothing_is_null_and_an_empty_cell(fresh, look, publish):
    def change(folder):
        (folder / "evaluation.json").write_text('[{"segment": "logged", "model": "served", "recall": NaN}]')

    publish("first", change=change)
    look()
    assert fresh.get(PATH).json()["records"] == [{"segment": "logged", "model": "served", "recall": None}]
    assert fresh.get(f"{PATH}.csv").text == "segment,model,recall\nlogged,served,\n"
