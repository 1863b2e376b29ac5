import json
from math import log2

import polars as pl
import pytest
from typer.testing import CliRunner

from pipelines.cli.main import app
from pipelines.domains.news.sources.synthetic.source import SyntheticSource
from pipelines.domains.news.sources.webmedia.validation_set import read_validation_set
from pipelines.stages.evaluate import PREDICTION_SCHEMA
from script_shared.errors import InputError
from tests.support.data.webmedia import START_MS, article, reader, write_webmedia


def run(*arguments):
    return CliRunner().invoke(app, ["benchmark", "webmedia", *map(str, arguments)])


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    out = tmp_path_factory.mktemp("p4") / "new"
    done = run("--out", out, "--source", "synthetic", "--scale", 0.002, "--users", 150)
    assert done.exit_code == 0, done.output
    return done.output, out


def test_every_reader_is_asked_once_and_told_ten_new_pages(generated):
    predictions = pl.read_parquet(generated[1] / "predictions.parquet")
    assert predictions.columns == list(PREDICTION_SCHEMA)
    served = predictions.filter(model="served").group_by("query_id").agg("rank", pl.col("item_id").n_unique())
    assert len(served) == 150
    assert served["rank"].to_list() == [list(range(1, 11))] * 150
    assert set(served["item_id"]) == {10}


def test_anyone_can_compute_the_score_from_the_files(generated, tmp_path):
    """The grades once more, in plain Python: n, n - 1, ..., 1 for the next pages in their order."""
    SyntheticSource().acquire("", 0.002, tmp_path)
    reads = read_validation_set(tmp_path).reads.sort("place")
    wanted = dict(reads.group_by("user_id", maintain_order=True).agg("item_id").iter_rows())
    lists = pl.read_parquet(generated[1] / "predictions.parquet").filter(model="served").sort("rank")
    scores = []
    for query, items in lists.group_by("query_id", maintain_order=True).agg("item_id").iter_rows():
        pages = list(dict.fromkeys(wanted[query]))
        grade = {page: len(pages) - place for place, page in enumerate(pages)}
        gained = sum(grade.get(item, 0) / log2(place + 2) for place, item in enumerate(items))
        scores.append(gained / sum(g / log2(place + 2) for place, g in enumerate(grade.values())))
    metrics = pl.read_csv(generated[1] / "metrics.csv").filter(segment="everyone", model="served")
    assert metrics["graded_ndcg"].item() == pytest.approx(sum(scores) / len(scores))
    assert metrics["users"].item() == 150


def test_generated_figures_are_not_passed_off_as_quality(generated):
    assert "say nothing about quality" in generated[0]


def test_json_holds_the_same_records_as_csv(generated):
    records = json.loads((generated[1] / "metrics.json").read_text())
    assert pl.read_csv(generated[1] / "metrics.csv").to_dicts() == records


def test_a_hand_made_archive(tmp_path):
    """Pages 0 to 5 are read by twelve; one more has read 0 and 1 and next reads what everybody reads last."""
    raw = tmp_path / "raw"
    raw.mkdir()
    crowd = [reader(number) for number in range(12)]
    late = {"history": "page-0, page-1, page-2", "userId": "late", "userType": "Logged"}
    words = ("gol do time", "lei nova", "chuva forte", "festa popular", "juros altos", "vacina chega")
    articles = [article(number, title=title, body=f"{title} {title}") for number, title in enumerate(words)]
    write_webmedia(raw, [*crowd, reader(0, **late)], articles)
    validation = (
        f"userId,userType,history,timestampHistory\nlate,Logged,['page-4' 'page-3'],[{START_MS} {START_MS}]\n"
    )
    (raw / "validacao.csv").write_text(validation, encoding="utf-8")
    done = run("--out", tmp_path / "out", "--uri", raw)
    assert done.exit_code == 0, done.output
    lists = pl.read_parquet(tmp_path / "out" / "predictions.parquet").filter(model="served").sort("rank")
    found = lists["item_id"].to_list()
    assert set(found) == {"page-3", "page-4", "page-5"}
    places = {page: found.index(page) + 2 for page in ("page-4", "page-3")}
    expected = (2 / log2(places["page-4"]) + 1 / log2(places["page-3"])) / (2 + 1 / log2(3))
    metrics = pl.read_csv(tmp_path / "out" / "metrics.csv").filter(segment="everyone", model="served")
    assert metrics["graded_ndcg"].item() == pytest.approx(expected)


def test_an_archive_without_the_validation_is_named(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    write_webmedia(raw)
    done = run("--out", tmp_path / "out", "--uri", raw)
    assert isinstance(done.exception, InputError)
    assert "there is no validacao.csv" in str(done.exception)
