import csv
import json
from html.parser import HTMLParser

import polars as pl
import pytest

from pipelines.domains import load
from pipelines.stages.report import report
from pipelines.stages.reporting.findings import Findings
from pipelines.stages.reporting.page import render
from script_shared.errors import PartitionError
from script_shared.evaluation.beyond_accuracy import BEYOND
from script_shared.evaluation.comparison import compare
from script_shared.evaluation.ranking import METRICS, score_list
from script_shared.evaluation.summary import summarise
from script_shared.evaluation.targets import targets_of

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
        if "table" in self.tags and self.rows and self.rows[-1]:
            self.rows[-1][-1]["text"] += data


def opened(html):
    page = Tables()
    page.feed(html)
    return page


@pytest.fixture(scope="module")
def page(small_volume):
    return opened((small_volume.evaluation / "reports" / RUN / "index.html").read_text())


@pytest.fixture(scope="module")
def metrics(small_volume):
    with (small_volume.evaluation / "evaluation_metrics.csv").open() as file:
        return [row for row in csv.DictReader(file) if row["run"] == RUN]


@pytest.mark.parametrize("segment", SEGMENTS)
def test_the_figures_of_the_page_are_those_of_the_csv(page, metrics, segment):
    expected = [row for row in metrics if row["segment"] == segment]
    _, *shown = page.tables["metrics", segment]
    assert [row[0]["text"] for row in shown] == [row["model"] for row in expected]
    for (_, readers, *cells), row in zip(shown, expected, strict=True):
        assert readers["values"] == [float(row["readers"])]
        for metric, cell in zip(METRICS, cells, strict=False):
            assert cell["values"] == [float(row[f"{metric}{end}"]) for end in ("", "_low", "_high")]
            assert f"{float(row[metric]):.3f}" in cell["text"]
        for name, cell in zip(BEYOND, cells[len(METRICS) :], strict=True):
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


def test_segment_sizes_weights_and_refining_are_there(page, small_volume):
    readers = pl.read_parquet(small_volume.segments / RUN / "readers.parquet")
    sizes = {row[0]["text"]: row[1]["values"] for row in page.tables["sizes", None][1:]}
    assert sizes == {name: [size] for name, size in readers.group_by("segment").len().rows()}
    learned = json.loads((small_volume.artifacts / RUN / "logged" / "model" / "document.json").read_text())
    weights = {row[0]["text"]: row[1]["values"] for row in page.tables["weights", "logged"][1:]}
    assert weights == {name: [weight] for name, weight in learned["weights"].items()}
    refining = {row[0]["text"]: row[1]["text"] for row in page.tables["refining", None]}
    report_of_run = json.loads((small_volume.refined / RUN / "report.json").read_text())
    assert refining["interactions kept"] == str(report_of_run["interactions_kept"])


def test_the_page_needs_nothing_but_itself(page):
    assert "script" not in page.tags
    assert len(page.addresses) == 4
    assert all(address.startswith("data:image/svg+xml;base64,") for address in page.addresses)


def test_scores_can_be_computed_again_from_targets_and_predictions(small_volume):
    """The targets of the report are those that the lists were scored by."""
    folder = small_volume.evaluation / "cutoffs" / RUN / "1-logged"
    scores = pl.read_parquet(folder / "scores.parquet")
    lists = (
        pl.read_parquet(folder / "predictions.parquet")
        .sort("rank")
        .group_by("segment", "model", "query_id")
        .agg("item_id")
    )
    interactions = pl.read_parquet(small_volume.refined / RUN / "interactions.parquet")
    targets = targets_of(scores.select("segment", "cutoff", "query_id").unique(), interactions)
    both = scores.join(lists, on=["segment", "model", "query_id"]).join(
        targets.group_by("query_id").agg(targets="item_id"), on="query_id"
    )
    assert len(both) == len(scores) > 100
    for row in both.to_dicts():
        again = score_list(row["item_id"], set(row["targets"]))
        assert again == pytest.approx({metric: row[metric] for metric in METRICS})


def test_a_second_report_of_a_run_doubles_no_row(small_volume, metrics):
    page = (small_volume.evaluation / "reports" / RUN / "index.html").read_text()
    report(load("news"), small_volume, RUN)
    with (small_volume.evaluation / "evaluation_metrics.csv").open() as file:
        assert list(csv.DictReader(file)) == metrics
    again = (small_volume.evaluation / "reports" / RUN / "index.html").read_text()
    assert opened(again).tables == opened(page).tables
    assert opened(again).addresses == opened(page).addresses


def test_a_run_that_was_not_evaluated_has_no_report(small_volume):
    with pytest.raises(PartitionError, match="no cut-off has been evaluated"):
        report(load("news"), small_volume, "run-0")


def test_names_cannot_become_markup():
    evil = "<script>alert(1)</script>"
    scores = pl.DataFrame(
        [
            {"segment": evil, "model": model, "cutoff": 1, "query_id": "r", **dict.fromkeys(METRICS, 0.5)}
            for model in ("served", evil)
        ]
    )
    described = pl.DataFrame(
        [{"segment": evil, "model": model, **dict.fromkeys(BEYOND, 1.0)} for model in ("served", evil)]
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
    )
    page = opened(render(findings, {"run": evil, "as_of": evil, "champion": evil, "hours": [evil]}))
    assert "script" not in page.tags
    assert page.tables["sizes", None][1][0]["text"] == evil
