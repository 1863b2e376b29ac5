"""Settings tried against each other, on the same readers."""

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from pipelines.notebook_support.example_run import open_run
from pipelines.notebook_support.trial import Trial, changed, gains, try_out, without
from pipelines.notebook_support.weights import describe_hour
from pipelines.stages.evaluate import score_hour
from script_shared.clock import MS_PER_HOUR
from script_shared.errors import NotEnoughDataError
from script_shared.evaluation.ranking import METRICS
from script_shared.segments import find

SEGMENT = "anonymous"


@pytest.fixture(scope="module")
def opened(clicks):
    return open_run(clicks)


@pytest.fixture(scope="module")
def world(opened):
    dataset, parameters = opened.dataset()
    # Who has read anything is no longer anonymous after a day of so few readers.
    parameters = changed(parameters, rule={"semi_logged_reads": 50, "logged_reads": 90})
    return opened.plan.domain, parameters, dataset, dataset.as_of_ms - MS_PER_HOUR


def components(domain, parameters, segment):
    model = find(domain.segments(parameters), segment).make_model()
    return [part.name for part in model.components]


def test_changed_replaces_some_values_and_leaves_the_rest():
    before = {"a": {"x": 1, "y": 2}, "b": {"x": 3}}
    assert changed(before, a={"y": 5}) == {"a": {"x": 1, "y": 5}, "b": {"x": 3}}
    assert before["a"]["y"] == 2


def test_a_parameter_that_does_not_exist_is_refused(world):
    domain, parameters, _, _ = world
    with pytest.raises(ValidationError, match="clutsers"):
        domain.segments(changed(parameters, clusters={"clutsers": (4,)}))


def test_without_leaves_one_component_of_one_segment_out(world):
    domain, parameters, _, _ = world
    lighter = without(domain, SEGMENT, "recency")
    others = [name for name in components(domain, parameters, SEGMENT) if name != "recency"]
    assert components(lighter, parameters, SEGMENT) == others
    assert components(lighter, parameters, "logged") == components(domain, parameters, "logged")


def test_a_component_that_is_not_there_cannot_be_left_out(world):
    domain, parameters, _, _ = world
    with pytest.raises(ValueError, match="no component 'als'"):
        components(without(domain, SEGMENT, "als"), parameters, SEGMENT)


def test_trials_are_scored_on_the_same_readers_and_compared_in_pairs(world):
    domain, parameters, dataset, cutoff = world
    trials = [
        Trial("as it is", domain, parameters),
        Trial("blind", without(domain, SEGMENT, "popularity"), parameters),
    ]
    scores = try_out(trials, dataset, [cutoff], SEGMENT, 60)
    readers = scores.group_by("model").agg(pl.col("query_id").sort())
    assert len(set(map(tuple, readers["query_id"]))) == 1
    found = {row["model"]: row for row in gains(scores, against="as it is").to_dicts()}
    assert {"as it is", "blind", "most_popular_1h", "most_popular_ever"} < set(found)
    assert [found["as it is"][key] for key in ("gain", "low", "high")] == [0, 0, 0]
    means = scores.group_by("model").agg(pl.col("ndcg").mean()).rows()
    assert found["blind"]["gain"] == pytest.approx(dict(means)["blind"] - dict(means)["as it is"])
    # Articles live for hours here: who has never looked at the counts finds less.
    assert found["most_popular_ever"]["high"] < 0


def test_hours_without_readers_say_so(world):
    domain, parameters, dataset, _ = world
    late = dataset.as_of_ms + 10 * MS_PER_HOUR
    with pytest.raises(NotEnoughDataError, match="anonymous"):
        try_out([Trial("as it is", domain, parameters)], dataset, [late], SEGMENT, 60)
    with pytest.raises(NotEnoughDataError, match="anonymous"):
        describe_hour(domain, parameters, dataset, late, SEGMENT, 60)


def test_the_fitted_weights_give_what_the_service_would_answer_without_trees(world):
    domain, parameters, *when = world
    world = domain, changed(parameters, two_stage={"ranking": {"trees": None}}), *when
    lists = describe_hour(*world, SEGMENT, 60)
    again = lists.score(lists.model.ranking.weights, "served")
    served, _ = score_hour(*world, SEGMENT, 60)
    assert again.equals(served.filter(model="served"))


def test_scaling_touches_one_component(world):
    lists = describe_hour(*world, SEGMENT, 60)
    names = np.array(lists.model.feature_names)
    own = np.char.startswith(names, "popularity")
    scaled = lists.scaled("popularity", 0.0)
    assert not scaled[own].any()
    assert (scaled[~own] == lists.model.ranking.weights[~own]).all()
    silent = lists.score(np.zeros(len(names)), "silent")
    assert silent["ndcg"].mean() < lists.score(lists.model.ranking.weights, "fitted")["ndcg"].mean()


def test_a_pull_is_a_weight_times_the_spread_within_lists(world):
    lists = describe_hour(*world, SEGMENT, 60)
    pulls = lists.pulls()
    assert pulls.columns == ["segment", "component", "feature", "weight", "pull"]
    column = pulls["feature"].to_list().index("popularity_1h")
    spread = np.mean([features[:, column].std() for features in lists.features])
    assert pulls["pull"][column] == pytest.approx(lists.model.ranking.weights[column] * spread)
    assert set(pulls["component"]) == set(components(*world[:2], SEGMENT))


def test_metrics_have_the_names_of_the_evaluation(world):
    lists = describe_hour(*world, SEGMENT, 5)
    scores = lists.score(lists.model.ranking.weights, "fitted")
    assert scores.columns == ["segment", "model", "cutoff", "query_id", *METRICS]
