"""The notebooks run on small data without warnings, and are stored without outputs."""

import os
from dataclasses import dataclass
from pathlib import Path

import nbformat
import polars as pl
import pytest
from nbclient import NotebookClient

from script_shared.evaluation.ranking import METRICS
from tests.support.releases.runs import refined_clicks

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[2] / "test_model"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
STRICT = 'import warnings\nwarnings.simplefilter("error")\n'
SMALL_GRID = """
HOURS_BEFORE = (1,)
FIT_USERS = 300
SEGMENTS = ("anonymous",)
COMPONENTS = (4,)
CLUSTERS = (4,)
"""
SCORE_COLUMNS = ["cutoffs", "users", *METRICS, "gain", "low", "high"]
COLUMNS = {
    "clusters": ["run", "segment", "model", *SCORE_COLUMNS, "components", "clusters", "log_likelihood"],
    "components": ["run", "segment", "model", *SCORE_COLUMNS],
    "features": ["run", "segment", "component", "feature", "weight", "importance"],
    "weights": ["run", "segment", "component", "factor", *SCORE_COLUMNS],
}


@dataclass
class ExecutedNotebook:
    """The outputs of an executed notebook."""

    outputs: list

    @property
    def plots(self):
        return [output for output in self.outputs if "image/png" in output.get("data", {})]

    @property
    def tables(self):
        return [
            output["data"]["text/html"] for output in self.outputs if "text/html" in output.get("data", {})
        ]

    @property
    def messages(self):
        return [output["text"] for output in self.outputs if output["output_type"] == "stream"]


def execute(name, data_root, results, parameters=""):
    """Run a notebook in its folder; the given parameters override those of the notebook."""
    notebook = nbformat.read(FOLDER / name, as_version=4)
    position = next(
        i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", [])
    )
    notebook.cells.insert(position + 1, nbformat.v4.new_code_cell(STRICT + parameters))
    environment = os.environ | {"DATA_ROOT": str(data_root), "RESULTS": str(results), "RUN": ""}
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(FOLDER)}})
    client.execute(env=environment)
    return ExecutedNotebook([output for cell in notebook.cells for output in cell.get("outputs", [])])


def test_notebooks_are_complete():
    assert [path.stem for path in NOTEBOOKS] == ["exploration", "model_trials", "recruiting"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_stored_without_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs for cell in code)
    assert {cell.execution_count for cell in code} == {None}


def test_exploration_generates_a_run_for_an_empty_volume(tmp_path):
    executed = execute("exploration.ipynb", tmp_path / "data", tmp_path / "results")
    assert executed.messages == []
    assert len(executed.plots) == 5
    assert "run generated" in executed.tables[0]
    assert "seconds" in executed.tables[3]
    assert not list(tmp_path.iterdir())


def test_exploration_runs_without_engagement_or_texts(tmp_path):
    (tmp_path / "raw").mkdir()
    refined_clicks(tmp_path / "raw", tmp_path / "data")
    executed = execute("exploration.ipynb", tmp_path / "data", tmp_path / "results")
    assert executed.messages == []
    assert len(executed.plots) == 5
    assert "run run-1" in executed.tables[0]
    assert "seconds" not in executed.tables[3]


def test_model_trials_write_and_plot_results(tmp_path):
    executed = execute("model_trials.ipynb", tmp_path / "data", tmp_path / "results", SMALL_GRID)
    assert executed.messages == []
    assert len(executed.plots) == 4
    results = {path.stem: pl.read_csv(path) for path in (tmp_path / "results").iterdir()}
    assert {name: frame.columns for name, frame in results.items()} == COLUMNS
    assert {run for frame in results.values() for run in frame["run"].unique()} == {"generated"}
    check_rows(results)


def test_recruiting_measures_what_predicts_on_generated_openings_and_applicants(tmp_path):
    executed = execute("recruiting.ipynb", tmp_path / "data", tmp_path / "results")
    assert executed.messages == []
    assert len(executed.plots) == 5
    assert "run generated" in executed.tables[0]
    assert all(signal in executed.tables[3] for signal in ("similar texts", "within openings"))
    assert all(row in executed.tables[4] for row in ("newest before", "base rate", "a random split"))
    assert not list(tmp_path.iterdir())


def check_rows(results):
    clusters, components, weights = results["clusters"], results["components"], results["weights"]
    trials = [name for name in clusters["model"] if not name.startswith("most_popular")]
    assert trials == ["no clusters", "PCA 4, k 4"]
    parts = [
        "popularity",
        "context_popularity",
        "recency",
        "session_continuation",
        "co_occurrence",
        "last_item",
        "category_transitions",
    ]
    removed = [f"without {part}" for part in parts]
    assert [name for name in components["model"] if "most_popular" not in name] == [
        "all components",
        *removed,
    ]
    assert set(results["features"]["component"]) == set(parts)
    factors = weights.group_by("component").agg(pl.col("factor").sort())["factor"].to_list()
    assert factors == [[0.0, 0.5, 1.0, 2.0]] * len(parts)
    assert not weights.filter(factor=1.0).select("gain", "low", "high").to_numpy().any()
    scores = pl.concat([frame.select(METRICS) for frame in (clusters, components, weights)])
    assert scores.to_numpy().min() >= 0
    assert scores.to_numpy().max() <= 1
    ndcg = dict(components.select("model", "ndcg").iter_rows())
    assert ndcg["all components"] > ndcg["most_popular_ever"]
