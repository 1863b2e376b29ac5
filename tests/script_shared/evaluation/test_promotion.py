"""Promotion decisions on scores whose differences are known."""

import numpy as np
import polars as pl
import pytest

from script_shared.evaluation.comparison import CHAMPION_REFITTED, SERVED, compare
from script_shared.evaluation.gates import Gate, Gates
from script_shared.evaluation.promotion import FAILED, PASSED, TOO_FEW, decide_promotion

#: Mean scores of the users; only a paired comparison detects the differences below despite their spread.
USER_MEANS = np.linspace(0.1, 0.9, 120)


def make_scores(segment="all", users=USER_MEANS, **differences_by_model):
    """Return the scores of one segment: each user's mean NDCG plus the difference of the model."""
    rows = [
        {"segment": segment, "model": model, "cutoff": 1, "query_id": f"r{i}", "ndcg": mean + delta}
        for model, differences in differences_by_model.items()
        for i, (mean, delta) in enumerate(zip(users, np.broadcast_to(differences, len(users)), strict=True))
    ]
    others = {name: pl.lit(0.0) for name in ("recall", "hit_rate", "mrr")}
    return pl.DataFrame(rows).with_columns(**others)


def decide(*frames, gates=Gates(), new=True):  # noqa: B008 - it is frozen
    return decide_promotion(
        [comparison for frame in frames for comparison in compare(frame)], gates, new_configuration=new
    )


def get_outcomes(promotion):
    return {(finding.segment, finding.opponent): finding.outcome for finding in promotion.findings}


def test_release_better_than_both_opponents_is_promoted():
    promotion = decide(make_scores(served=0.1, champion=0.0, fresh=-0.1))
    assert promotion.promoted
    assert get_outcomes(promotion) == {("all", CHAMPION_REFITTED): PASSED, ("all", "fresh"): PASSED}
    assert [finding.difference for finding in promotion.findings] == pytest.approx([0.1, 0.2])


def test_release_worse_than_the_champion_is_rejected_with_the_figures():
    promotion = decide(make_scores(served=0.0, champion=0.02, fresh=-0.3))
    assert not promotion.promoted
    assert promotion.reason == (
        "ndcg@10 is worse: all against champion: failed (-0.020 [-0.020 -0.020], 120 users)"
    )
    assert get_outcomes(promotion)["all", "fresh"] == PASSED


def test_release_worse_than_popularity_is_rejected_even_if_better_than_the_champion():
    promotion = decide(make_scores(served=0.0, champion=-0.1, fresh=0.02))
    assert get_outcomes(promotion) == {("all", CHAMPION_REFITTED): PASSED, ("all", "fresh"): FAILED}
    assert not promotion.promoted


def test_popularity_opponent_is_the_baseline_with_the_best_mean():
    promotion = decide(make_scores(served=0.0, champion=0.001, old=-0.2, fresh=0.05, older=-0.3))
    assert [finding.opponent for finding in promotion.findings] == [CHAMPION_REFITTED, "fresh"]
    gains = compare(make_scores(served=0.0, champion=0.5, fresh=0.1))[0].gains()
    assert {gain["baseline"] for gain in gains if gain["metric"] == "ndcg"} == {"fresh"}


@pytest.mark.parametrize(("lower", "promoted"), [(0.004, True), (0.006, False)])
def test_small_difference_from_the_champion_is_tolerated(lower, promoted):
    assert decide(make_scores(served=0.0, champion=lower, fresh=-0.1)).promoted is promoted


@pytest.mark.parametrize(("lower", "promoted"), [(0.009, True), (0.011, False)])
def test_small_difference_from_popularity_is_tolerated(lower, promoted):
    assert decide(make_scores(served=0.0, fresh=lower), new=False).promoted is promoted


def test_difference_that_is_not_significant_rejects_nothing():
    """Half of the users lose .5 and the others gain .45; the mean is -.025 and the interval contains 0."""
    promotion = decide(make_scores(served=np.tile([-0.5, 0.45], 60), champion=0.0, fresh=-0.5))
    assert promotion.promoted
    finding = promotion.findings[0]
    assert finding.difference == pytest.approx(-0.025)
    assert finding.low < -0.1 < 0 < finding.high


def test_one_failed_segment_rejects_and_is_named():
    better = [make_scores(name, served=0.1, champion=0.0, fresh=0.0) for name in ("one", "two")]
    promotion = decide(*better, make_scores("three", served=0.0, champion=0.1, fresh=0.0))
    assert not promotion.promoted
    assert "three against champion" in promotion.reason
    assert "one" not in promotion.reason.split()


@pytest.mark.parametrize(("users", "outcome"), [(99, TOO_FEW), (100, FAILED)])
def test_few_users_reject_nothing(users, outcome):
    promotion = decide(make_scores(users=USER_MEANS[:users], served=0.0, fresh=0.5), new=False)
    assert promotion.promoted is (outcome == TOO_FEW)
    assert get_outcomes(promotion) == {("all", "fresh"): outcome}
    assert ("the 100 users" in promotion.reason) is (outcome == TOO_FEW)


@pytest.mark.parametrize(("users", "outcome"), [(29, TOO_FEW), (30, FAILED)])
def test_champion_gate_needs_fewer_users(users, outcome):
    promotion = decide(make_scores(users=USER_MEANS[:users], served=0.0, champion=0.5, fresh=0.0))
    assert get_outcomes(promotion) == {("all", CHAMPION_REFITTED): outcome, ("all", "fresh"): TOO_FEW}
    assert not promotion.promoted


def test_new_configuration_must_be_compared_with_the_champion():
    too_few = make_scores(users=USER_MEANS[:29], served=0.5, champion=0.0, fresh=0.0)
    assert not decide(too_few).promoted
    assert "no segment has the 30 users" in decide(too_few).reason
    enough = make_scores("more", served=0.0, champion=0.0, fresh=0.0)
    assert decide(too_few, enough).promoted


def test_gates_are_configurable():
    frame = make_scores(served=0.0, champion=0.02, fresh=0.0)
    assert not decide(frame).promoted
    assert decide(frame, gates=Gates(champion=Gate(tolerance=0.03, users=30))).promoted
    assert decide(frame, gates=Gates(metric="recall")).promoted
    strict = Gates(popularity=Gate(tolerance=0.0, users=121))
    assert get_outcomes(decide(frame, gates=strict))["all", "fresh"] == TOO_FEW


def test_equal_scores_are_not_worse():
    promotion = decide(make_scores(served=0.0, champion=0.0, fresh=0.0))
    assert [finding.low for finding in promotion.findings] == pytest.approx([0, 0])
    assert [finding.high for finding in promotion.findings] == pytest.approx([0, 0])
    assert promotion.promoted
    assert SERVED not in {finding.opponent for finding in promotion.findings}
