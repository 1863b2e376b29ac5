"""Trials score models on the same users; analyses of weights rank the retrieved items again."""

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from pipelines.notebook_support.example_run import open_run
from pipelines.notebook_support.trial import (
    Trial,
    compute_gains,
    remove_component,
    replace_values,
    score_trials,
)
from pipelines.notebook_support.weights import retrieve_hour
from pipelines.stages.evaluate import score_period
from script_shared.clock import MS_PER_HOUR
from script_shared.errors import NotEnoughDataError
from script_shared.evaluation.ranking import METRICS
from script_shared.segments import find_segment

SEGMENT = "anonymous"


@pytest.fixture(scope="module")
def example(clicks):
    return open_run(clicks)


@pytest.fixture(scope="module")
def inputs(example):
    """Domain, parameters, dataset and cut-off."""
    dataset, parameters = example.load_dataset()
    # With the default thresholds hardly any user would be anonymous after a day.
    parameters = replace_values(parameters, rule={"semi_logged_reads": 50, "logged_reads": 90})
    return example.plan.domain, parameters, dataset, dataset.as_of_ms - MS_PER_HOUR


def components(domain, parameters, segment):
    model = find_segment(domain.segments(parameters), segment).make_model()
    return [part.name for part in model.components]


def test_replace_values_keeps_other_values():
    before = {"a": {"x": 1, "y": 2}, "b": {"x": 3}}
    assert replace_values(before, a={"y": 5}) == {"a": {"x": 1, "y": 5}, "b": {"x": 3}}
    assert before["a"]["y"] == 2


def test_unknown_parameter_is_rejected(inputs):
    domain, parameters, _, _ = inputs
    with pytest.raises(ValidationError, match="clutsers"):
        domain.segments(replace_values(parameters, clusters={"clutsers": (4,)}))


def test_remove_component_changes_one_segment(inputs):
    domain, parameters, _, _ = inputs
    changed = remove_component(domain, SEGMENT, "recency")
    others = [name for name in components(domain, parameters, SEGMENT) if name != "recency"]
    assert components(changed, parameters, SEGMENT) == others
    assert components(changed, parameters, "logged") == components(domain, parameters, "logged")


def test_remove_component_fails_for_unknown_component(inputs):
    domain, parameters, _, _ = inputs
    with pytest.raises(ValueError, match="no component 'als'"):
        components(remove_component(domain, SEGMENT, "als"), parameters, SEGMENT)


def test_trials_score_the_same_users_and_gains_are_paired(inputs):
    domain, parameters, dataset, cutoff = inputs
    trials = [
        Trial("all components", domain, parameters),
        Trial("no popularity", remove_component(domain, SEGMENT, "popularity"), parameters),
    ]
    scores = score_trials(trials, dataset, [cutoff], SEGMENT, 60)
    users = scores.group_by("model").agg(pl.col("query_id").sort())
    assert len(set(map(tuple, users["query_id"]))) == 1
    gains = {row["model"]: row for row in compute_gains(scores, baseline="all components").to_dicts()}
    assert {"all components", "no popularity", "most_popular_1h", "most_popular_ever"} < set(gains)
    assert [gains["all components"][key] for key in ("gain", "low", "high")] == [0, 0, 0]
    means = dict(scores.group_by("model").agg(pl.col("ndcg").mean()).rows())
    assert gains["no popularity"]["gain"] == pytest.approx(means["no popularity"] - means["all components"])
    # Interest in these items lasts hours, so counts without decay rank worse.
    assert gains["most_popular_ever"]["high"] < 0


def test_hour_without_users_is_an_error(inputs):
    domain, parameters, dataset, _ = inputs
    late = dataset.as_of_ms + 10 * MS_PER_HOUR
    with pytest.raises(NotEnoughDataError, match="anonymous"):
        score_trials([Trial("all components", domain, parameters)], dataset, [late], SEGMENT, 60)
    with pytest.raises(NotEnoughDataError, match="anonymous"):
        retrieve_hour(domain, parameters, dataset, late, SEGMENT, 60)


def test_fitted_weights_give_the_served_scores_without_trees(inputs):
    domain, parameters, dataset, cutoff = inputs
    inputs = domain, replace_values(parameters, two_stage={"scorer": {"trees": None}}), dataset, cutoff
    lists = retrieve_hour(*inputs, SEGMENT, 60)
    scores = lists.score(lists.model.scorer.weights, "served")
    served, _ = score_period(*inputs, SEGMENT, 60)
    assert scores.equals(served.filter(model="served"))


def test_scale_weights_changes_one_component(inputs):
    lists = retrieve_hour(*inputs, SEGMENT, 60)
    names = np.array(lists.model.feature_names)
    is_popularity = np.char.startswith(names, "popularity")
    scaled = lists.scale_weights("popularity", 0.0)
    assert not scaled[is_popularity].any()
    assert (scaled[~is_popularity] == lists.model.scorer.weights[~is_popularity]).all()
    zero = lists.score(np.zeros(len(names)), "zero")
    assert zero["ndcg"].mean() < lists.score(lists.model.scorer.weights, "fitted")["ndcg"].mean()


def test_importance_is_weight_times_deviation_within_lists(inputs):
    lists = retrieve_hour(*inputs, SEGMENT, 60)
    importance = lists.compute_importance()
    assert importance.columns == ["segment", "component", "feature", "weight", "importance"]
    column = importance["feature"].to_list().index("popularity_1h")
    deviation = np.mean([features[:, column].std() for features in lists.features])
    assert importance["importance"][column] == pytest.approx(lists.model.scorer.weights[column] * deviation)
    assert set(importance["component"]) == set(components(*inputs[:2], SEGMENT))


def test_scores_have_the_columns_of_the_evaluation(inputs):
    lists = retrieve_hour(*inputs, SEGMENT, 5)
    scores = lists.score(lists.model.scorer.weights, "fitted")
    assert scores.columns == ["segment", "model", "cutoff", "query_id", *METRICS]
