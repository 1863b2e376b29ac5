import csv
import json
from html.parser import HTMLParser
from itertools import product

import polars as pl
import pytest

from pipelines.domains import load
from pipelines.reporting.findings import Findings
from pipelines.reporting.page import render_page
from pipelines.stages.download import download
from pipelines.stages.encode import encode
from pipelines.stages.evaluate import evaluate
from pipelines.stages.refine import refine
from pipelines.stages.report import report
from pipelines.stages.segment import segment as split
from pipelines.stages.train import train
from script_shared.errors import NotEnoughDataError, PartitionError
from script_shared.evaluation.beyond_accuracy import LIST_METRICS
from script_shared.evaluation.comparison import compare
from script_shared.evaluation.promotion import Finding, PromotionDecision
from script_shared.evaluation.ranking import METRICS, score_list
from script_shared.evaluation.summary import summarise
from script_shared.evaluation.targets import find_targets
from script_shared.storage.volume import Volume
from tests.support.data.clicks import write_clicks

RUN = "run-1"
SEGMENTS = ("logged", "semi_logged", "anonymous")


class Tables(HTMLParser):
    """Parses the tables of a page: (class, segment) → rows of cells with their text and values."""

    def __init__(self):
        super().__init__()
        self.tables, self.tags, self.images, self.addresses = {}, [], [], []

    def handle_starttag(self, tag, attributes):
        by_name = dict(attributes)
        self.tags.append(tag)
        self.addresses += [by_name[name] for name in ("src", "href") if name in by_name]
        if tag == "table":
            self.rows = self.tables.setdefault((by_name["class"], by_name.get("data-segment")), [])
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append({"text": "", "values": []})
        elif tag == "data":
            self.rows[-1][-1]["values"].append(float(by_name["value"]))

    def handle_data(self, data):
        if data.strip() and "table" in self.tags and self.rows and self.rows[-1]:
            self.rows[-1][-1]["text"] += data


def parse_page(html):
    page = Tables()
    page.feed(html)
    return page


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """A run with users of every segment, evaluated on two hours, with a trained model of `logged`."""
    raw, plan = tmp_path_factory.mktemp("clicks"), load("news")
    write_clicks(raw, hours=12, articles=60, users=2_000)
    volume = Volume(tmp_path_factory.mktemp("data"))
    download(plan, volume, RUN, "globo", str(raw), 1.0)
    refine(plan, volume, RUN, "globo")
    encode(plan, volume, RUN)
    split(plan, volume, RUN)
    train(plan, volume, RUN, "logged")
    for hours, segment in product((1, 3), SEGMENTS):
        evaluate(plan, volume, RUN, hours, segment, users=60)
    report(plan, volume, RUN)
    return volume


@pytest.fixture(scope="module")
def page(evaluated):
    return parse_page((evaluated.evaluation / "reports" / RUN / "index.html").read_text())


@pytest.fixture(scope="module")
def metrics(evaluated):
    with (evaluated.evaluation / "evaluation_metrics.csv").open() as file:
        return [row for row in csv.DictReader(file) if row["run"] == RUN]


@pytest.mark.parametrize("segment", SEGMENTS)
def test_metrics_of_the_page_equal_those_of_the_csv(page, metrics, segment):
    expected = [row for row in metrics if row["segment"] == segment]
    _, *shown = page.tables["metrics", segment]
    assert [row[0]["text"] for row in shown] == [row["model"] for row in expected]
    for (_, users, *cells), row in zip(shown, expected, strict=True):
        assert users["values"] == [float(row["users"])]
        for metric, cell in zip(METRICS, cells, strict=False):
            assert cell["values"] == [float(row[f"{metric}{end}"]) for end in ("", "_low", "_high")]
            assert f"{float(row[metric]):.3f}" in cell["text"]
        for name, cell in zip(LIST_METRICS, cells[len(METRICS) :], strict=True):
            assert cell["values"] == [float(row[name])]


@pytest.mark.parametrize("segment", SEGMENTS)
def test_gain_is_the_difference_of_two_rows_of_the_csv(page, metrics, segment):
    value = {
        (row["model"], metric): float(row[metric])
        for row in metrics
        if row["segment"] == segment
        for metric in METRICS
    }
    _, *gains = page.tables["gains", segment]
    for metric, (_, baseline, gain) in zip(METRICS, gains, strict=True):
        best = max(other for (model, name), other in value.items() if name == metric and model != "served")
        assert value[baseline["text"], metric] == best
        assert gain["values"][0] == pytest.approx(value["served", metric] - best)


def test_page_shows_segment_sizes_weights_and_row_counts(page, evaluated):
    users = pl.read_parquet(evaluated.segments / RUN / "users.parquet")
    sizes = {row[0]["text"]: row[1]["values"] for row in page.tables["sizes", None][1:]}
    assert sizes == {name: [size] for name, size in users.group_by("segment").len().rows()}
    learned = json.loads((evaluated.artifacts / RUN / "logged" / "model" / "document.json").read_text())
    weights = {row[0]["text"]: row[1]["values"] for row in page.tables["weights", "logged"][1:]}
    assert weights == {name: [weight] for name, weight in learned["weights"].items()}
    row_counts = {row[0]["text"]: row[1]["text"] for row in page.tables["refining", None]}
    report_of_run = json.loads((evaluated.refined / RUN / "report.json").read_text())
    assert row_counts["clicks · kept"] == str(report_of_run["clicks"]["kept"]) == "3000"


def test_page_has_no_warning_with_enough_users(evaluated):
    assert "Too few users" not in (evaluated.evaluation / "reports" / RUN / "index.html").read_text()


def test_page_has_no_scripts_and_no_external_resources(page):
    assert "script" not in page.tags
    assert len(page.addresses) == 4
    assert all(address.startswith("data:image/svg+xml;base64,") for address in page.addresses)


def test_scores_can_be_recomputed_from_targets_and_predictions(evaluated):
    """The targets of the report are those with which the lists were scored."""
    folder = evaluated.evaluation / "cutoffs" / RUN / "1-logged"
    scores = pl.read_parquet(folder / "scores.parquet")
    lists = (
        pl.read_parquet(folder / "predictions.parquet")
        .sort("rank")
        .group_by("segment", "model", "query_id")
        .agg("item_id")
    )
    interactions = pl.read_parquet(evaluated.refined / RUN / "interactions.parquet")
    targets = find_targets(scores.select("segment", "cutoff", "query_id").unique(), interactions)
    both = scores.join(lists, on=["segment", "model", "query_id"]).join(
        targets.group_by("query_id").agg(targets="item_id"), on="query_id"
    )
    assert len(both) == len(scores) > 100
    for row in both.to_dicts():
        score = score_list(row["item_id"], set(row["targets"]))
        assert score == pytest.approx({metric: row[metric] for metric in METRICS})


def test_repeated_report_of_a_run_changes_nothing(evaluated, metrics):
    before = (evaluated.evaluation / "reports" / RUN / "index.html").read_text()
    report(load("news"), evaluated, RUN)
    with (evaluated.evaluation / "evaluation_metrics.csv").open() as file:
        assert list(csv.DictReader(file)) == metrics
    after = (evaluated.evaluation / "reports" / RUN / "index.html").read_text()
    assert parse_page(after).tables == parse_page(before).tables
    assert parse_page(after).addresses == parse_page(before).addresses


def test_run_without_evaluation_has_no_report(evaluated):
    with pytest.raises(PartitionError, match="no cut-off has been evaluated"):
        report(load("news"), evaluated, "run-0")


def test_sample_is_no_larger_than_requested(metrics):
    """Two hours with at most 60 users each; users without a new item are not scored."""
    users = {row["segment"]: int(row["users"]) for row in metrics}
    assert tuple(users) == SEGMENTS
    assert all(users[segment] > 2 * 50 for segment in ("semi_logged", "anonymous"))
    assert max(users.values()) <= 2 * 60


def test_csv_has_one_row_per_segment_and_model(metrics):
    keys = [(row["segment"], row["model"]) for row in metrics]
    models = {model for _, model in keys}
    assert len(keys) == len(set(keys)) == len(SEGMENTS) * len(models)
    assert {"served", "most_popular_0.25h", "most_popular_ever"} <= models
    assert {row["cutoffs"] for row in metrics} == {"2"}


def test_predictions_of_all_hours_are_concatenated(evaluated):
    kept = pl.read_parquet(evaluated.evaluation / "runs" / RUN / "predictions.parquet")
    folders = sorted((evaluated.evaluation / "cutoffs" / RUN).iterdir())
    parts = [pl.read_parquet(folder / "predictions.parquet") for folder in folders]
    assert len(parts) == 2 * len(SEGMENTS)
    assert kept.sort(kept.columns).equals(pl.concat(parts).sort(kept.columns))


def test_hours_without_users_are_rejected_and_leave_no_files(tmp_path):
    """The scored hour follows a gap without clicks."""
    plan, volume, raw = load("news"), Volume(tmp_path / "data"), tmp_path / "raw"
    raw.mkdir()
    write_clicks(raw, hours=3)
    (raw / "clicks" / "clicks_hour_001.csv").unlink()
    download(plan, volume, RUN, "globo", str(raw), 1.0)
    refine(plan, volume, RUN, "globo")
    encode(plan, volume, RUN)
    assert evaluate(plan, volume, RUN, 2, "anonymous", users=60)["users"] == 0
    with pytest.raises(NotEnoughDataError, match="no user has a new interaction"):
        report(plan, volume, RUN)
    assert {path.name for path in volume.evaluation.iterdir()} == {"cutoffs"}


def test_names_are_escaped_as_text():
    markup = "<script>alert(1)</script>"
    scores = pl.DataFrame(
        [
            {"segment": markup, "model": model, "cutoff": 1, "query_id": "r", **dict.fromkeys(METRICS, 0.5)}
            for model in ("served", markup)
        ]
    )
    list_metrics = pl.DataFrame(
        [
            {"segment": markup, "model": model, **dict.fromkeys(LIST_METRICS, 1.0)}
            for model in ("served", markup)
        ]
    )
    comparisons = compare(scores)
    curves = pl.DataFrame({"segment": markup, "model": "served", "length": [1], "recall": [0.5]})
    ages = pl.DataFrame({"segment": markup, "kind": "read", "age": [[1.0, 2.0, 3.0, 4.0, 5.0]]})
    findings = Findings(
        comparisons,
        summarise(comparisons, list_metrics),
        curves,
        ages,
        {markup: 1},
        {markup: markup},
        {markup: {markup: 1.0}},
        (markup,),
    )
    verdict = PromotionDecision(False, markup, (Finding(markup, markup, 1, 0.0, 0.0, 0.0, markup),))
    facts = {"run": markup, "as_of": markup, "champion": markup, "hours": [markup], "verdict": verdict}
    html = render_page(findings, facts)
    assert "Too few users (1)" in html
    page = parse_page(html)
    assert "script" not in page.tags
    assert page.tables["sizes", None][1][0]["text"] == markup
