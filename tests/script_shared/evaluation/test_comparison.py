"""Comparisons of models on scores that can be checked by hand."""

import polars as pl
import pytest

from script_shared.evaluation.comparison import SERVED, compare


def make_scores(*rows):
    """Return the scores of one segment from (model, cutoff, query_id, recall, ndcg)."""
    fields = ("model", "cutoff", "query_id", "recall", "ndcg")
    constants = {"segment": "all", "hit_rate": 0.0, "mrr": 0.0}
    return pl.DataFrame([dict(zip(fields, row, strict=True)) | constants for row in rows])


SCORES = make_scores(
    (SERVED, 1, "a", 1.0, 0.4),
    (SERVED, 1, "b", 0.0, 0.2),
    (SERVED, 2, "a", 1.0, 0.6),
    ("fresh", 1, "a", 0.5, 0.5),
    ("fresh", 1, "b", 0.0, 0.5),
    ("fresh", 2, "a", 0.5, 0.5),
    ("old", 1, "a", 0.0, 0.1),
    ("old", 1, "b", 1.0, 0.1),
    ("old", 2, "a", 0.5, 0.1),
)


def test_means_are_taken_over_users_then_over_cutoffs():
    (comparison,) = compare(SCORES)
    served, fresh, old = comparison.records()
    assert served["recall"] == pytest.approx(((1 + 0) / 2 + 1) / 2)
    assert fresh["recall"] == pytest.approx((0.5 / 2 + 0.5) / 2)
    assert old["recall"] == pytest.approx((1 / 2 + 0.5) / 2)
    assert (served["cutoffs"], served["users"]) == (2, 3)


def test_interval_contains_the_mean():
    for record in compare(SCORES)[0].records():
        assert record["recall_low"] <= record["recall"] <= record["recall_high"]


def test_gain_is_over_the_best_baseline_of_each_metric():
    recall, ndcg, *_ = compare(SCORES)[0].gains()
    assert (recall["baseline"], ndcg["baseline"]) == ("old", "fresh")
    assert recall["gain"] == pytest.approx(0.75 - 0.5)
    assert ndcg["gain"] == pytest.approx((0.3 + 0.6) / 2 - 0.5)


def test_equal_gain_of_all_users_has_an_interval_without_width():
    rows = [(SERVED, 1, f"r{i}", i / 50 + 0.1, 0.0) for i in range(40)]
    rows += [("fresh", 1, f"r{i}", i / 50, 0.0) for i in range(40)]
    gain = compare(make_scores(*rows))[0].gains()[0]
    assert (gain["gain"], gain["low"], gain["high"]) == pytest.approx((0.1, 0.1, 0.1))


def test_order_of_the_rows_does_not_matter():
    models = compare(SCORES)[0].records()
    shuffled = compare(SCORES.sample(fraction=1, shuffle=True, seed=3))[0].records()
    by_name = {record["model"]: record for record in shuffled}
    for record in models:
        assert by_name[record["model"]] == pytest.approx(record)


def test_models_scored_on_different_users_are_not_compared():
    with pytest.raises(ValueError, match="not scored on the same users at cut-off 2"):
        compare(SCORES.head(8))
