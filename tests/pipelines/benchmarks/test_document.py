"""docs/evaluation.md agrees with the code."""

import re
from pathlib import Path

import pytest

from pipelines.benchmarks import next_hour
from pipelines.settings import PipelineSettings
from pipelines.stages.evaluate import PREDICTION_SCHEMA
from script_shared.evaluation import intervals
from script_shared.evaluation.beyond_accuracy import LIST_METRICS
from script_shared.evaluation.ranking import METRICS

DOCUMENT = (Path(__file__).parents[3] / "docs" / "evaluation.md").read_text(encoding="utf-8")


def test_every_metric_of_a_list_has_a_row():
    [table] = (part for part in DOCUMENT.split("\n\n") if f"| `{METRICS[0]}` |" in part)
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [*METRICS, *LIST_METRICS]


def test_prediction_columns_are_listed_in_order():
    assert f"`{', '.join(PREDICTION_SCHEMA)}`" in DOCUMENT


@pytest.mark.parametrize(
    "number",
    [
        ", ".join(map(str, next_hour.CUTOFFS[:-1])) + f" and {next_hour.CUTOFFS[-1]} hours",
        f"{intervals.ROUNDS:,} bootstrap rounds",
        f"`EVALUATION_USERS` ({PipelineSettings.model_fields['evaluation_users'].default:,})",
    ],
)
def test_numbers_equal_those_of_the_code(number):
    assert number in DOCUMENT
