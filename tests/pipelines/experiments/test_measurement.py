"""Results of two variants: computed by hand, and for generated users with a known difference."""

import math

import numpy as np
import pytest

from pipelines.experiments.measurement import count_users_in_both, measure_variants
from pipelines.experiments.report import build_document, compute_differences
from script_shared.impressions.impression import Click, ImpressionCount

HOUR = 3_600_000

IMPRESSIONS = [
    ImpressionCount("champion", "first", "r1", 2),
    ImpressionCount("champion", "older", "r1", 2),
    ImpressionCount("champion", "first", "r2", 2),
    ImpressionCount("champion", "first", "r3", 2),
    ImpressionCount("challenger", "second", "r4", 4),
    ImpressionCount("challenger", "second", "r5", 4),
]
CLICKS = [
    Click("champion", "r1", "i1", "a", 5_000),
    # A second click on the same impression counts once.
    Click("champion", "r1", "i1", "b", 9_000),
    Click("champion", "r2", "i2", "a", 24 * HOUR),
    # One click is too late, one precedes the impression by more than the clock tolerance.
    Click("champion", "r3", "i3", "a", 24 * HOUR + 1),
    Click("champion", "r3", "i4", "a", -300_001),
    Click("challenger", "r4", "i5", "a", -300_000),
    Click("challenger", "r4", "i6", "a", 1),
    Click("challenger", "r5", "i7", "a", 1),
]


def test_rates_and_standard_errors_equal_the_values_by_hand():
    challenger, champion = measure_variants(IMPRESSIONS, CLICKS, 24 * HOUR)
    assert (champion.variant, champion.releases) == ("champion", ("first", "older"))
    assert (champion.users, champion.impressions, champion.interactions) == (3, 8, 3)
    assert (challenger.users, challenger.impressions, challenger.interactions) == (2, 8, 3)
    # r1 clicks 1 of 4, r2 1 of 2, r3 0 of 2: 2 / 8. The residuals at that rate are 0, 1/2, -1/2, divided by
    # a mean of 8 / 3: variance (9/256 + 9/256) / 2, of the mean of three 3/256.
    assert champion.per_impression == (0.25, pytest.approx(math.sqrt(3) / 16))
    # r4 clicks 2 of 4, r5 1 of 4: 3 / 8; residuals 1/2 and -1/2, divided by 4: variance 1/32, of two 1/64.
    assert challenger.per_impression == (0.375, pytest.approx(1 / 8))
    assert champion.per_user == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert challenger.per_user == (1.0, 0.0)
    difference = compute_differences([challenger, champion])["per_impression"]
    assert difference == (0.125, pytest.approx(math.sqrt(3 / 256 + 1 / 64)))


def test_shorter_window_counts_fewer_clicks():
    challenger, champion = measure_variants(IMPRESSIONS, CLICKS, 0)
    assert (champion.interactions, challenger.interactions) == (0, 1)


def test_undefined_values_are_null():
    document = build_document("e", measure_variants(IMPRESSIONS[:1], [], HOUR), 0)
    assert document["difference"] == {}
    assert document["variants"][0]["per_impression"] == {"value": 0.0, "low": None, "high": None}
    assert measure_variants([], [], HOUR) == []


def test_users_of_both_variants_are_counted():
    assert count_users_in_both(IMPRESSIONS) == 0
    assert count_users_in_both([*IMPRESSIONS, ImpressionCount("challenger", "second", "r1", 1)]) == 1


@pytest.mark.parametrize("truth", [-0.05, 0.0, 0.04])
def test_interval_covers_a_known_difference_as_often_as_its_level(truth):
    rng, covered = np.random.default_rng(3), 0
    for _ in range(120):
        impressions, clicks = [], []
        for variant, rate in (("champion", 0.2), ("challenger", 0.2 + truth)):
            for user in range(250):
                name, lists = f"{variant}-{user}", 1 + rng.poisson(3)
                impressions.append(ImpressionCount(variant, "r", name, int(lists)))
                click_count = rng.binomial(lists, rng.beta(8 * rate, 8 * (1 - rate)))
                clicks += [
                    Click(variant, name, f"{name}-{number}", "a", 1_000) for number in range(click_count)
                ]
        difference = compute_differences(measure_variants(impressions, clicks, HOUR))["per_impression"]
        covered += difference.low <= truth <= difference.high
    # Four standard deviations of a binomial with p = .95 and n = 120.
    assert covered / 120 > 0.95 - 4 * math.sqrt(0.95 * 0.05 / 120)
