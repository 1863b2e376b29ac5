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


def test_every_reader_has_one_list_of_ten_distinct_pages(generated):
    predictions = pl.read_parquet(generated[1] / "predictions.parquet")
    assert predictions.columns == list(PREDICTION_SCHEMA)
    served = predictions.filter(model="served").group_by("query_id").agg("rank", pl.col("item_id").n_unique())
    assert len(served) == 150
    assert served["rank"].to_list() == [list(range(1, 11))] * 150
    assert set(served["item_id"]) == {10}


def test_metrics_can_be_recomputed_from_the_files(generated, tmp_path):
    """Compute the grades in plain Python: n, n - 1, ..., 1 for the next pages in their order."""
    SyntheticSource().acquire("", 0.002, tmp_path)
    reads = read_validation_set(tmp_path).reads.sort("place")
    targets = dict(reads.group_by("user_id", maintain_order=True).agg("item_id").iter_rows())
    lists = pl.read_parquet(generated[1] / "predictions.parquet").filter(model="served").sort("rank")
    scores = []
    for query, items in lists.group_by("query_id", maintain_order=True).agg("item_id").iter_rows():
        pages = list(dict.fromkeys(targets[query]))
        grade = {page: len(pages) - position for position, page in enumerate(pages)}
        gained = sum(grade.get(item, 0) / log2(position + 2) for position, item in enumerate(items))
        ideal = sum(value / log2(position + 2) for position, value in enumerate(grade.values()))
        scores.append(gained / ideal)
    metrics = pl.read_csv(generated[1] / "metrics.csv").filter(segment="everyone", model="served")
    assert metrics["graded_ndcg"].item() == pytest.approx(sum(scores) / len(scores))
    assert metrics["users"].item() == 150


def test_output_states_that_generated_data_says_nothing_about_quality(generated):
    assert "say nothing about quality" in generated[0]


def test_json_contains_the_same_records_as_csv(generated):
    records = json.loads((generated[1] / "metrics.json").read_text())
    assert pl.read_csv(generated[1] / "metrics.csv").to_dicts() == records


def test_graded_ndcg_of_a_small_archive_equals_the_value_by_hand(tmp_path):
    """Twelve readers read the pages 0 to 5; another has read the pages 0 to 2 and reads 4 and 3 next."""
    raw = tmp_path / "raw"
    raw.mkdir()
    readers = [reader(number) for number in range(12)]
    late = {"history": "page-0, page-1, page-2", "userId": "late", "userType": "Logged"}
    titles = ("gol do time", "lei nova", "chuva forte", "festa popular", "juros altos", "vacina chega")
    articles = [article(number, title=title, body=f"{title} {title}") for number, title in enumerate(titles)]
    write_webmedia(raw, [*readers, reader(0, **late)], articles)
    validation = (
        f"userId,userType,history,timestampHistory\nlate,Logged,['page-4' 'page-3'],[{START_MS} {START_MS}]\n"
    )
    (raw / "validacao.csv").write_text(validation, encoding="utf-8")
    done = run("--out", tmp_path / "out", "--uri", raw)
    assert done.exit_code == 0, done.output
    lists = pl.read_parquet(tmp_path / "out" / "predictions.parquet").filter(model="served").sort("rank")
    items = lists["item_id"].to_list()
    assert set(items) == {"page-3", "page-4", "page-5"}
    positions = {page: items.index(page) + 2 for page in ("page-4", "page-3")}
    expected = (2 / log2(positions["page-4"]) + 1 / log2(positions["page-3"])) / (2 + 1 / log2(3))
    metrics = pl.read_csv(tmp_path / "out" / "metrics.csv").filter(segment="everyone", model="served")
    assert metrics["graded_ndcg"].item() == pytest.approx(expected)


def test_archive_without_validation_file_is_rejected(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    write_webmedia(raw)
    done = run("--out", tmp_path / "out", "--uri", raw)
    assert isinstance(done.exception, InputError)
    assert "there is no validacao.csv" in str(done.exception)
