"""The notebooks run on small data, without a warning, and are kept without outputs."""

import os
from dataclasses import dataclass
from pathlib import Path

import nbformat
import polars as pl
import pytest
from nbclient import NotebookClient

from script_shared.evaluation.ranking import METRICS
from tests.support.runs import refined_clicks

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[2] / "test_model"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
STRICT = 'import warnings\nwarnings.simplefilter("error")\n'
SMALL_GRID = """
HOURS_BEFORE = (1,)
FIT_READERS = 300
SEGMENTS = ("anonymous",)
COMPONENTS = (4,)
CLUSTERS = (4,)
"""
SCORED = ["cutoffs", "readers", *METRICS, "gain", "low", "high"]
COLUMNS = {
    "clusters": ["run", "segment", "model", *SCORED, "components", "clusters", "log_likelihood"],
    "components": ["run", "segment", "model", *SCORED],
    "features": ["run", "segment", "component", "feature", "weight", "pull"],
    "weights": ["run", "segment", "component", "factor", *SCORED],
}


@dataclass
class Page:
    """An executed notebook."""

    outputs: list

    @property
    def plots(self):
        return [each for each in self.outputs if "image/png" in each.get("data", {})]

    @property
    def tables(self):
        return [each["data"]["text/html"] for each in self.outputs if "text/html" in each.get("data", {})]

    @property
    def complaints(self):
        return [each["text"] for each in self.outputs if each["output_type"] == "stream"]


def execute(name, data_root, results, parameters=""):
    """Run a notebook where Jupyter would, other parameters set after its own."""
    book = nbformat.read(FOLDER / name, as_version=4)
    place = next(i for i, cell in enumerate(book.cells) if "parameters" in cell.metadata.get("tags", []))
    book.cells.insert(place + 1, nbformat.v4.new_code_cell(STRICT + parameters))
    environment = os.environ | {"DATA_ROOT": str(data_root), "RESULTS": str(results), "RUN": ""}
    client = NotebookClient(book, timeout=300, resources={"metadata": {"path": str(FOLDER)}})
    client.execute(env=environment)
    return Page([output for cell in book.cells for output in cell.get("outputs", [])])


def test_both_notebooks_are_there():
    assert [path.stem for path in NOTEBOOKS] == ["exploration", "model_trials"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path):
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert not any(cell.outputs for cell in code)
    assert {cell.execution_count for cell in code} == {None}


def test_exploration_without_a_run_looks_at_generated_reads(tmp_path):
    page = execute("exploration.ipynb", tmp_path / "data", tmp_path / "results")
    assert page.complaints == []
    assert len(page.plots) == 5
    assert "run generated" in page.tables[0]
    assert "seconds" in page.tables[3]
    assert not list(tmp_path.iterdir())


def test_exploration_of_a_source_without_engagement_or_texts(tmp_path):
    (tmp_path / "raw").mkdir()
    refined_clicks(tmp_path / "raw", tmp_path / "data")
    page = execute("exploration.ipynb", tmp_path / "data", tmp_path / "results")
    assert page.complaints == []
    assert len(page.plots) == 5
    assert "run run-1" in page.tables[0]
    assert "seconds" not in page.tables[3]


def test_model_trials_write_their_results_and_draw_them(tmp_path):
    page = execute("model_trials.ipynb", tmp_path / "data", tmp_path / "results", SMALL_GRID)
    assert page.complaints == []
    assert len(page.plots) == 4
    found = {path.stem: pl.read_csv(path) for path in (tmp_path / "results").iterdir()}
    assert {name: frame.columns for name, frame in found.items()} == COLUMNS
    assert {run for frame in found.values() for run in frame["run"].unique()} == {"generated"}
    check_rows(found)


def check_rows(found):
    clusters, components, weights = found["clusters"], found["components"], found["weights"]
    tried = [name for name in clusters["model"] if not name.startswith("most_read")]
    assert tried == ["no clusters", "PCA 4, k 4"]
    parts = [
        "popularity",
        "context_popularity",
        "recency",
        "session_continuation",
        "co_occurrence",
        "last_item",
        "sections",
    ]
    left_out = [f"without {part}" for part in parts]
    assert [name for name in components["model"] if "most_read" not in name] == ["as it is", *left_out]
    assert set(found["features"]["component"]) == set(parts)
    factors = weights.group_by("component").agg(pl.col("factor").sort())["factor"].to_list()
    assert factors == [[0.0, 0.5, 1.0, 2.0]] * len(parts)
    assert not weights.filter(factor=1.0).select("gain", "low", "high").to_numpy().any()
    scored = pl.concat([frame.select(METRICS) for frame in (clusters, components, weights)])
    assert scored.to_numpy().min() >= 0
    assert scored.to_numpy().max() <= 1
    ndcg = dict(components.select("model", "ndcg").iter_rows())
    assert ndcg["as it is"] > ndcg["most_popular_ever"]
