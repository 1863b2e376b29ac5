"""Verdicts that follow from the scores by arithmetic."""

import numpy as np
import polars as pl
import pytest

from script_shared.evaluation.comparison import CHAMPION_REFITTED, SERVED, compare
from script_shared.evaluation.gates import Gate, Gates
from script_shared.evaluation.verdict import FAILED, PASSED, UNSURE, judge

#: Readers who are hard and easy to please: unpaired, their spread would hide every difference below.
EASE = np.linspace(0.1, 0.9, 120)


def scores(segment="all", users=EASE, **more):
    """Scores of one segment: each model has so much more or less NDCG than a reader's ease."""
    rows = [
        {"segment": segment, "model": model, "cutoff": 1, "query_id": f"r{i}", "ndcg": ease + delta}
        for model, given in more.items()
        for i, (ease, delta) in enumerate(zip(users, np.broadcast_to(given, len(users)), strict=True))
    ]
    others = {name: pl.lit(0.0) for name in ("recall", "hit_rate", "mrr")}
    return pl.DataFrame(rows).with_columns(**others)


def verdict(*frames, gates=Gates(), new=True):  # noqa: B008 - it is frozen
    return judge([each for frame in frames for each in compare(frame)], gates, new_configuration=new)


def outcomes(found):
    return {(each.segment, each.opponent): each.outcome for each in found.findings}


def test_better_than_both_is_promoted():
    found = verdict(scores(served=0.1, champion=0.0, fresh=-0.1))
    assert found.promoted
    assert outcomes(found) == {("all", CHAMPION_REFITTED): PASSED, ("all", "fresh"): PASSED}
    assert [each.difference for each in found.findings] == pytest.approx([0.1, 0.2])


def test_worse_than_the_champion_for_everybody_is_refused_with_the_figures():
    found = verdict(scores(served=0.0, champion=0.02, fresh=-0.3))
    assert not found.promoted
    assert found.reason == (
        "ndcg@10 is worse: all against champion: failed (-0.020 [-0.020 -0.020], 120 readers)"
    )
    assert outcomes(found)["all", "fresh"] == PASSED


def test_worse_than_popularity_for_everybody_is_refused_though_it_beats_the_champion():
    found = verdict(scores(served=0.0, champion=-0.1, fresh=0.02))
    assert outcomes(found) == {("all", CHAMPION_REFITTED): PASSED, ("all", "fresh"): FAILED}
    assert not found.promoted


def test_the_best_list_by_its_mean_counts_and_the_champion_is_no_list():
    found = verdict(scores(served=0.0, champion=0.001, old=-0.2, fresh=0.05, older=-0.3))
    assert [each.opponent for each in found.findings] == [CHAMPION_REFITTED, "fresh"]
    gains = compare(scores(served=0.0, champion=0.5, fresh=0.1))[0].gains()
    assert {gain["baseline"] for gain in gains if gain["metric"] == "ndcg"} == {"fresh"}


@pytest.mark.parametrize(("lower", "promoted"), [(0.004, True), (0.006, False)])
def test_a_little_worse_than_the_champion_is_tolerated(lower, promoted):
    assert verdict(scores(served=0.0, champion=lower, fresh=-0.1)).promoted is promoted


@pytest.mark.parametrize(("lower", "promoted"), [(0.009, True), (0.011, False)])
def test_a_little_worse_than_the_best_list_is_tolerated(lower, promoted):
    assert verdict(scores(served=0.0, fresh=lower), new=False).promoted is promoted


def test_a_difference_that_other_readers_would_not_show_refuses_nothing():
    """Every other reader loses .5, the rest win .45: a mean of -.025 in an interval that holds 0."""
    found = verdict(scores(served=np.tile([-0.5, 0.45], 60), champion=0.0, fresh=-0.5))
    assert found.promoted
    against = found.findings[0]
    assert against.difference == pytest.approx(-0.025)
    assert against.low < -0.1 < 0 < against.high


def test_one_segment_is_enough_to_refuse_and_is_named():
    good = [scores(name, served=0.1, champion=0.0, fresh=0.0) for name in ("one", "two")]
    found = verdict(*good, scores("three", served=0.0, champion=0.1, fresh=0.0))
    assert not found.promoted
    assert "three against champion" in found.reason
    assert "one" not in found.reason.split()


@pytest.mark.parametrize(("users", "outcome"), [(99, UNSURE), (100, FAILED)])
def test_few_readers_refuse_nothing(users, outcome):
    found = verdict(scores(users=EASE[:users], served=0.0, fresh=0.5), new=False)
    assert found.promoted is (outcome == UNSURE)
    assert outcomes(found) == {("all", "fresh"): outcome}
    assert ("the 100 users" in found.reason) is (outcome == UNSURE)


@pytest.mark.parametrize(("users", "outcome"), [(29, UNSURE), (30, FAILED)])
def test_fewer_tell_it_from_the_champion(users, outcome):
    found = verdict(scores(users=EASE[:users], served=0.0, champion=0.5, fresh=0.0))
    assert outcomes(found) == {("all", CHAMPION_REFITTED): outcome, ("all", "fresh"): UNSURE}
    assert not found.promoted


def test_another_configuration_must_have_been_compared():
    few = scores(users=EASE[:29], served=0.5, champion=0.0, fresh=0.0)
    assert not verdict(few).promoted
    assert "no segment has the 30 users" in verdict(few).reason
    enough = scores("more", served=0.0, champion=0.0, fresh=0.0)
    assert verdict(few, enough).promoted


def test_the_domain_says_what_counts():
    frame = scores(served=0.0, champion=0.02, fresh=0.0)
    assert not verdict(frame).promoted
    assert verdict(frame, gates=Gates(champion=Gate(tolerance=0.03, users=30))).promoted
    assert verdict(frame, gates=Gates(metric="recall")).promoted
    strict = Gates(popularity=Gate(tolerance=0.0, users=121))
    assert outcomes(verdict(frame, gates=strict))["all", "fresh"] == UNSURE


def test_the_service_against_itself_is_not_worse():
    found = verdict(scores(served=0.0, champion=0.0, fresh=0.0))
    assert [each.low for each in found.findings] == pytest.approx([0, 0])
    assert [each.high for each in found.findings] == pytest.approx([0, 0])
    assert found.promoted
    assert SERVED not in {each.opponent for each in found.findings}
