"""What became of two variants: counted by hand, and from generated readers whose truth is known."""

import math

import numpy as np
import pytest

from pipelines.experiments.measurement import count_users_in_both, measure_variants
from pipelines.experiments.report import build_document, compute_differences
from script_shared.impressions.impression import Click, ImpressionCount

HOUR = 3_600_000

SHOWN = [
    ImpressionCount("champion", "first", "r1", 2),
    ImpressionCount("champion", "older", "r1", 2),
    ImpressionCount("champion", "first", "r2", 2),
    ImpressionCount("champion", "first", "r3", 2),
    ImpressionCount("challenger", "second", "r4", 4),
    ImpressionCount("challenger", "second", "r5", 4),
]
CLICKS = [
    Click("champion", "r1", "i1", "a", 5_000),
    # The same list again: more was read, one impression was followed.
    Click("champion", "r1", "i1", "b", 9_000),
    Click("champion", "r2", "i2", "a", 24 * HOUR),
    # Too late, and longer before it than clocks differ.
    Click("champion", "r3", "i3", "a", 24 * HOUR + 1),
    Click("champion", "r3", "i4", "a", -300_001),
    Click("challenger", "r4", "i5", "a", -300_000),
    Click("challenger", "r4", "i6", "a", 1),
    Click("challenger", "r5", "i7", "a", 1),
]


def test_a_golden_case_by_hand():
    challenger, champion = measure_variants(SHOWN, CLICKS, 24 * HOUR)
    assert (champion.variant, champion.releases) == ("champion", ("first", "older"))
    assert (champion.users, champion.impressions, champion.interactions) == (3, 8, 3)
    assert (challenger.users, challenger.impressions, challenger.interactions) == (2, 8, 3)
    # r1 followed 1 of 4, r2 1 of 2, r3 0 of 2: 2 / 8. What is left of them at a quarter: 0, 1/2, -1/2, over
    # a mean of 8 / 3: variance (9/256 + 9/256) / 2, of the mean of three 3/256.
    assert champion.per_impression == (0.25, pytest.approx(math.sqrt(3) / 16))
    # r4 followed 2 of 4, r5 1 of 4: 3 / 8; left of them 1/2 and -1/2, over 4: variance 1/32, of two 1/64.
    assert challenger.per_impression == (0.375, pytest.approx(1 / 8))
    assert champion.per_user == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert challenger.per_user == (1.0, 0.0)
    added = compute_differences([challenger, champion])["per_impression"]
    assert added == (0.125, pytest.approx(math.sqrt(3 / 256 + 1 / 64)))


def test_a_shorter_window_counts_less():
    challenger, champion = measure_variants(SHOWN, CLICKS, 0)
    assert (champion.interactions, challenger.interactions) == (0, 1)


def test_what_cannot_be_said_is_null():
    told = build_document("e", measure_variants(SHOWN[:1], [], HOUR), 0)
    assert told["difference"] == {}
    assert told["variants"][0]["per_impression"] == {"value": 0.0, "low": None, "high": None}
    assert measure_variants([], [], HOUR) == []


def test_readers_of_both_are_counted():
    assert count_users_in_both(SHOWN) == 0
    assert count_users_in_both([*SHOWN, ImpressionCount("challenger", "second", "r1", 1)]) == 1


@pytest.mark.parametrize("truth", [-0.05, 0.0, 0.04])
def test_the_interval_holds_a_known_difference_as_often_as_it_says(truth):
    rng, held = np.random.default_rng(3), 0
    for _ in range(120):
        shown, clicks = [], []
        for variant, rate in (("champion", 0.2), ("challenger", 0.2 + truth)):
            for reader in range(250):
                name, lists = f"{variant}-{reader}", 1 + rng.poisson(3)
                shown.append(ImpressionCount(variant, "r", name, int(lists)))
                follows = rng.binomial(lists, rng.beta(8 * rate, 8 * (1 - rate)))
                clicks += [Click(variant, name, f"{name}-{each}", "a", 1_000) for each in range(follows)]
        added = compute_differences(measure_variants(shown, clicks, HOUR))["per_impression"]
        held += added.low <= truth <= added.high
    # Four standard deviations of a binomial with p = .95 and n = 120.
    assert held / 120 > 0.95 - 4 * math.sqrt(0.95 * 0.05 / 120)
