"""The reports of several samples become one."""

import numpy as np

from script_shared.drift.baseline import record_baseline
from script_shared.drift.detection import detect_drift
from script_shared.drift.merging import merge_reports
from script_shared.drift.sample import Sample


def make_report(rate, rows=200):
    baseline = record_baseline(Sample(1_000, {"flag": np.arange(1_000) % 10 < 3.0}))
    return detect_drift(baseline, Sample(rows, {"flag": (np.arange(rows) % 10 < 10 * rate) * 1.0}))


def test_parts_of_other_samples_have_their_names():
    main, other = make_report(0.3), make_report(0.9)
    merged = merge_reports(main, {"openings": other})
    assert set(merged.features) == {"flag", "openings.flag"}
    assert {finding.subject for finding in merged.drift} == {"openings.flag"}
    assert merged.tests == main.tests + other.tests
    assert (merged.rows, merged.baseline_rows) == (main.rows, main.baseline_rows)


def test_without_other_samples_the_report_stays():
    main = make_report(0.9)
    assert merge_reports(main, {}) == main
