"""The rate of outcomes is compared with that of the baseline."""

import numpy as np
import pytest

from script_shared.drift.outcome_rate import OutcomeRate

BASELINE = OutcomeRate(1_000, 260)


def test_change_is_in_proportion_to_the_baseline():
    finding = BASELINE.compare(200, 26)
    assert finding is not None
    assert finding.change == pytest.approx(0.13 / 0.26 - 1)
    assert finding.is_drift(0.001)


def test_a_small_change_is_no_drift_however_certain():
    finding = BASELINE.compare(100_000, 20_000)
    assert finding is not None
    assert finding.p_value < 1e-4
    assert not finding.is_drift(0.001)


def test_equal_rates_are_quiet():
    rng = np.random.default_rng(0)
    findings = [BASELINE.compare(60, int(hits)) for hits in rng.binomial(60, 0.26, 500)]
    assert sum(finding.is_drift(0.002) for finding in findings) <= 1


@pytest.mark.parametrize(
    ("baseline", "rows"), [(BASELINE, 0), (OutcomeRate(5, 0), 10), (OutcomeRate(0, 0), 10)]
)
def test_without_a_rate_nothing_is_compared(baseline, rows):
    assert baseline.compare(rows, 0) is None


def test_rate_is_restored():
    assert OutcomeRate.parse(BASELINE.document()) == BASELINE
