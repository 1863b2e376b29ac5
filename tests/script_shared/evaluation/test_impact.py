"""The audit of adverse impact: by hand, and on generated selections with a planted bias."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from script_shared.evaluation.impact import audit_scores, audit_selection, intersect
from tests.support.contracts import contract


def select(**counts):
    """Return groups and selections from group=(selected, members)."""
    groups = [name for name, (_, n) in counts.items() for _ in range(n)]
    return groups, np.concatenate([np.arange(n) < selected for selected, n in counts.values()])


def draw(rng, bias, n=4_000, rate=0.2):
    """Return two groups of equal size; the selection rate of the second is `bias` times that of the first."""
    first = rng.random(n) < 0.5
    return ["a" if member else "b" for member in first], rng.random(n) < np.where(first, rate, bias * rate)


def find(audit, name):
    return next(group for group in audit.groups if group.group == name)


def test_ratio_is_the_rate_relative_to_the_highest():
    audit = audit_selection(*select(men=(480, 1_000), women=(240, 1_000)))
    men, women = audit.groups
    assert audit.highest == "men"
    assert (men.n, men.selected, men.rate, men.ratio) == (1_000, 480, 0.48, 1.0)
    assert (women.rate, women.ratio) == (0.24, 0.5)
    assert women.low < 0.24 < women.high
    assert women.ratio_low < 0.5 < women.ratio_high < 0.8
    assert audit.alarms == ("women",)


def test_a_low_ratio_of_40_persons_is_chance():
    """Of 40 women 6 are selected, of 200 men 40: the ratio is .75, and its interval contains 1."""
    audit = audit_selection(*select(men=(40, 200), women=(6, 40)))
    women = find(audit, "women")
    assert women.ratio == pytest.approx(0.75)
    assert women.below_four_fifths
    assert women.ratio_high > 1
    assert not women.alarm
    assert audit.alarms == ()


@pytest.mark.parametrize("counts", [{"a": (1, 1), "b": (0, 3)}, {"a": (11, 26), "b": (0, 9)}])
def test_a_handful_of_persons_is_no_alarm(counts):
    """Of b about four would be selected at the rate of a: that none is may be chance."""
    audit = audit_selection(*select(**counts))
    assert find(audit, "b").below_four_fifths
    assert audit.alarms == ()


def test_four_fifths_is_no_alarm():
    assert audit_selection(*select(a=(5_000, 10_000), b=(4_000, 10_000))).alarms == ()
    assert audit_selection(*select(a=(5_000, 10_000), b=(3_900, 10_000))).alarms == ("b",)


def test_groups_below_2_percent_are_marked_and_not_compared():
    audit = audit_selection(*select(big=(300, 1_000), tiny=(15, 15), low=(0, 15)))
    assert [(group.group, group.small) for group in audit.groups] == [
        ("big", False),
        ("low", True),
        ("tiny", True),
    ]
    assert audit.highest == "big"
    assert find(audit, "tiny").ratio > 1
    assert not find(audit, "low").below_four_fifths
    assert audit.alarms == ()


def test_persons_of_unknown_group_are_counted_and_belong_to_no_group():
    groups, selected = select(a=(5, 10), b=(5, 10))
    audit = audit_selection([*groups, None, None, None], [*selected, True, False, False])
    assert (audit.unknown, audit.unknown_selected) == (3, 1)
    assert sum(group.n for group in audit.groups) == 20


def test_scoring_rate_is_the_share_above_the_median_of_all():
    """The median of 1 … 8 is 4.5; a person of unknown group counts for it."""
    audit = audit_scores(["a", "a", "a", "b", "b", "b", "a", None], [1, 2, 3, 4, 5, 6, 7, 8])
    assert find(audit, "a").rate == 1 / 4
    assert find(audit, "b").rate == 2 / 3
    assert audit.unknown_selected == 1


def test_scores_at_the_median_are_not_above_it():
    assert find(audit_scores(["a"] * 3, [5, 5, 5]), "a").selected == 0


def test_intersection_is_unknown_where_one_group_is():
    assert intersect(["f", "m", None], ["x", None, "y"]) == ["f × x", None, None]


def test_without_a_selection_there_is_no_ratio():
    audit = audit_selection(*select(a=(0, 10), b=(0, 10)))
    assert all(math.isnan(group.ratio) for group in audit.groups)
    assert audit.alarms == ()
    assert [group["ratio"] for group in audit.document()["groups"]] == [None, None]


def test_an_audit_without_known_groups_has_no_highest():
    audit = audit_selection([None, None], [True, False])
    assert (audit.highest, audit.groups, audit.unknown) == (None, (), 2)
    assert audit_selection([], []).groups == ()


def test_document_is_json():
    document = audit_selection(*select(a=(48, 100), b=(24, 100))).document()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["alarms"] == ["b"]


@contract
@given(
    counts=st.dictionaries(
        st.text(min_size=1, max_size=3), st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=6
    )
)
def test_any_counts_give_ratios_within_their_intervals(counts):
    groups, selected = select(
        none=(0, 0), **{name: (hits, hits + rest) for name, (hits, rest) in counts.items()}
    )
    audit = audit_selection(groups, selected)
    assert sum(group.n for group in audit.groups) == len(groups)
    for group in audit.groups:
        assert group.low <= group.rate <= group.high
        assert math.isnan(group.ratio) or group.ratio_low <= group.ratio + 1e-9
        assert math.isnan(group.ratio) or group.ratio <= group.ratio_high + 1e-9
    json.dumps(audit.document(), allow_nan=False)


def test_a_bias_is_found_and_its_absence_is_not():
    seeds = range(100)
    biased = [audit_selection(*draw(np.random.default_rng(seed), 0.6)).alarms for seed in seeds]
    fair = [audit_selection(*draw(np.random.default_rng(seed), 1.0)).alarms for seed in seeds]
    assert biased == [("b",)] * 100
    assert sum(map(bool, fair)) <= 5


@pytest.mark.parametrize(
    ("groups", "n", "rate"), [(2, 500, 0.1), (5, 500, 0.2), (12, 2_000, 0.2), (27, 5_000, 0.1)]
)
def test_many_groups_do_not_raise_false_alarms(groups, n, rate):
    """The highest of many equal rates is high by chance; .05 and three standard deviations of a binomial."""
    rng = np.random.default_rng(9)
    audits = [
        audit_selection([str(group) for group in rng.integers(0, groups, n)], rng.random(n) < rate)
        for _ in range(300)
    ]
    assert np.mean([bool(audit.alarms) for audit in audits]) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 300)


def test_every_person_needs_a_selection():
    with pytest.raises(ValueError, match="2 persons"):
        audit_selection(["a", "b"], [True])
