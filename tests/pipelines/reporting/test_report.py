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
    """The rows of every table: (class and segment of the table) → rows of cells, texts and values apart."""

    def __init__(self):
        super().__init__()
        self.tables, self.tags, self.images, self.addresses = {}, [], [], []

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append(tag)
        self.addresses += [found[name] for name in ("src", "href") if name in found]
        if tag == "table":
            self.rows = self.tables.setdefault((found["class"], found.get("data-segment")), [])
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append({"text": "", "values": []})
        elif tag == "data":
            self.rows[-1][-1]["values"].append(float(found["value"]))

    def handle_data(self, data):
        if data.strip() and "table" in self.tags and self.rows and self.rows[-1]:
            self.rows[-1][-1]["text"] += data


def opened(html):
    page = Tables()
    page.feed(html)
    return page


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """A run with readers of every segment, scored on two hours, its logged model trained."""
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
    return opened((evaluated.evaluation / "reports" / RUN / "index.html").read_text())


@pytest.fixture(scope="module")
def metrics(evaluated):
    with (evaluated.evaluation / "evaluation_metrics.csv").open() as file:
        return [row for row in csv.DictReader(file) if row["run"] == RUN]


@pytest.mark.parametrize("segment", SEGMENTS)
def test_the_figures_of_the_page_are_those_of_the_csv(page, metrics, segment):
    expected = [row for row in metrics if row["segment"] == segment]
    _, *shown = page.tables["metrics", segment]
    assert [row[0]["text"] for row in shown] == [row["model"] for row in expected]
    for (_, readers, *cells), row in zip(shown, expected, strict=True):
        assert readers["values"] == [float(row["users"])]
        for metric, cell in zip(METRICS, cells, strict=False):
            assert cell["values"] == [float(row[f"{metric}{end}"]) for end in ("", "_low", "_high")]
            assert f"{float(row[metric]):.3f}" in cell["text"]
        for name, cell in zip(LIST_METRICS, cells[len(METRICS) :], strict=True):
            assert cell["values"] == [float(row[name])]


@pytest.mark.parametrize("segment", SEGMENTS)
def test_the_gain_is_the_difference_of_two_rows_of_the_csv(page, metrics, segment):
    value = {
        (row["model"], metric): float(row[metric])
        for row in metrics
        if row["segment"] == segment
        for metric in METRICS
    }
    _, *gains = page.tables["gains", segment]
    for metric, (_, baseline, gain) in zip(METRICS, gains, strict=True):
        best = max(found for (model, name), found in value.items() if name == metric and model != "served")
        assert value[baseline["text"], metric] == best
        assert gain["values"][0] == pytest.approx(value["served", metric] - best)


def test_segment_sizes_weights_and_refining_are_there(page, evaluated):
    readers = pl.read_parquet(evaluated.segments / RUN / "users.parquet")
    sizes = {row[0]["text"]: row[1]["values"] for row in page.tables["sizes", None][1:]}
    assert sizes == {name: [size] for name, size in readers.group_by("segment").len().rows()}
    learned = json.loads((evaluated.artifacts / RUN / "logged" / "model" / "document.json").read_text())
    weights = {row[0]["text"]: row[1]["values"] for row in page.tables["weights", "logged"][1:]}
    assert weights == {name: [weight] for name, weight in learned["weights"].items()}
    refining = {row[0]["text"]: row[1]["text"] for row in page.tables["refining", None]}
    report_of_run = json.loads((evaluated.refined / RUN / "report.json").read_text())
    assert refining["clicks · kept"] == str(report_of_run["clicks"]["kept"]) == "3000"


def test_enough_readers_need_no_warning(evaluated):
    assert "Too few users" not in (evaluated.evaluation / "reports" / RUN / "index.html").read_text()


def test_the_page_needs_nothing_but_itself(page):
    assert "script" not in page.tags
    assert len(page.addresses) == 4
    assert all(address.startswith("data:image/svg+xml;base64,") for address in page.addresses)


def test_scores_can_be_computed_again_from_targets_and_predictions(evaluated):
    """The targets of the report are those that the lists were scored by."""
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
        again = score_list(row["item_id"], set(row["targets"]))
        assert again == pytest.approx({metric: row[metric] for metric in METRICS})


def test_a_second_report_of_a_run_doubles_no_row(evaluated, metrics):
    page = (evaluated.evaluation / "reports" / RUN / "index.html").read_text()
    report(load("news"), evaluated, RUN)
    with (evaluated.evaluation / "evaluation_metrics.csv").open() as file:
        assert list(csv.DictReader(file)) == metrics
    again = (evaluated.evaluation / "reports" / RUN / "index.html").read_text()
    assert opened(again).tables == opened(page).tables
    assert opened(again).addresses == opened(page).addresses


def test_a_run_that_was_not_evaluated_has_no_report(evaluated):
    with pytest.raises(PartitionError, match="no cut-off has been evaluated"):
        report(load("news"), evaluated, "run-0")


def test_the_sample_is_no_larger_than_was_asked_for(metrics):
    """Two hours with at most 60 readers each; 60 are there but for those who read nothing new."""
    readers = {row["segment"]: int(row["users"]) for row in metrics}
    assert tuple(readers) == SEGMENTS
    assert all(readers[segment] > 2 * 50 for segment in ("semi_logged", "anonymous"))
    assert max(readers.values()) <= 2 * 60


def test_the_csv_has_one_row_for_every_model_of_every_segment(metrics):
    keys = [(row["segment"], row["model"]) for row in metrics]
    models = {model for _, model in keys}
    assert len(keys) == len(set(keys)) == len(SEGMENTS) * len(models)
    assert {"served", "most_popular_0.25h", "most_popular_ever"} <= models
    assert {row["cutoffs"] for row in metrics} == {"2"}


def test_predictions_of_the_hours_are_kept_together(evaluated):
    kept = pl.read_parquet(evaluated.evaluation / "runs" / RUN / "predictions.parquet")
    folders = sorted((evaluated.evaluation / "cutoffs" / RUN).iterdir())
    parts = [pl.read_parquet(folder / "predictions.parquet") for folder in folders]
    assert len(parts) == 2 * len(SEGMENTS)
    assert kept.sort(kept.columns).equals(pl.concat(parts).sort(kept.columns))


def test_hours_in_which_nobody_came_are_refused_and_leave_nothing(tmp_path):
    """The reads end before the hour that is scored: it is the one after a gap."""
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


def test_names_cannot_become_markup():
    evil = "<script>alert(1)</script>"
    scores = pl.DataFrame(
        [
            {"segment": evil, "model": model, "cutoff": 1, "query_id": "r", **dict.fromkeys(METRICS, 0.5)}
            for model in ("served", evil)
        ]
    )
    described = pl.DataFrame(
        [{"segment": evil, "model": model, **dict.fromkeys(LIST_METRICS, 1.0)} for model in ("served", evil)]
    )
    comparisons = compare(scores)
    curves = pl.DataFrame({"segment": evil, "model": "served", "length": [1], "recall": [0.5]})
    ages = pl.DataFrame({"segment": evil, "kind": "read", "age": [[1.0, 2.0, 3.0, 4.0, 5.0]]})
    findings = Findings(
        comparisons,
        summarise(comparisons, described),
        curves,
        ages,
        {evil: 1},
        {evil: evil},
        {evil: {evil: 1.0}},
        (evil,),
    )
    verdict = PromotionDecision(False, evil, (Finding(evil, evil, 1, 0.0, 0.0, 0.0, evil),))
    facts = {"run": evil, "as_of": evil, "champion": evil, "hours": [evil], "verdict": verdict}
    html = render_page(findings, facts)
    assert "Too few users (1)" in html
    page = opened(html)
    assert "script" not in page.tags
    assert page.tables["sizes", None][1][0]["text"] == evil
