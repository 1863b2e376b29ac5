"""Drift on generated days: quiet days stay quiet, and planted shifts are found."""

import json

import numpy as np
import pytest

from script_shared.drift.baseline import Baseline, record_baseline
from script_shared.drift.detection import MIN_ROWS, detect_drift
from script_shared.drift.sample import Sample
from tests.support.data.sentences import draw_sentence

RATES = np.random.default_rng(0).beta(0.5, 2, 20)
WORDS = np.array([f"term{n}" for n in range(1_000)])
WORD_SHARES = 1 / np.arange(5, 1_005)
WORD_SHARES /= WORD_SHARES.sum()


def draw_features(rng, rows):
    """Return 20 binary and 5 numeric features with heavy tails, ties and missing values, and a score."""
    binary = {f"flag{n}": (rng.random(rows) < rate).astype(float) for n, rate in enumerate(RATES)}
    numeric = {
        "salary": rng.lognormal(8, 0.6, rows),
        "years": np.round(rng.gamma(1, 4, rows)),
        "gaps": np.where(rng.random(rows) < 0.6, 0, rng.exponential(size=rows)),
        "wish": np.where(rng.random(rows) < 0.7, np.nan, rng.normal(size=rows)),
        "similarity": rng.beta(2, 5, rows),
        "score": rng.beta(1, 15, rows),
    }
    return binary | numeric


def draw_texts(rng, rows, english=0.16):
    """Return texts of a sentence and about 20 terms."""
    texts = []
    for is_english in rng.random(rows) < english:
        terms = rng.choice(WORDS, rng.poisson(20) + 1, p=WORD_SHARES)
        texts.append(" ".join([draw_sentence(rng, "en" if is_english else "pt"), *terms]))
    return texts


def draw_day(rng, rows, texts=True):
    return Sample(rows, draw_features(rng, rows), {"profile": draw_texts(rng, rows)} if texts else {})


@pytest.fixture(scope="module")
def baseline():
    return record_baseline(draw_day(np.random.default_rng(1), 3_000))


def shift(rng, rows, **changes):
    """Return a day whose features are replaced by functions of their usual values."""
    day = draw_day(rng, rows, texts=False)
    return Sample(
        rows, {**day.features, **{name: change(day.features[name]) for name, change in changes.items()}}
    )


def find(report):
    return {(finding.test, finding.subject) for finding in report.drift}


@pytest.mark.parametrize("rows", [MIN_ROWS, 100, 400, 1_500])
def test_features_of_quiet_days_are_quiet(rows):
    """Of 100 days at most one may raise an alarm; each has a baseline of its own size."""
    rng = np.random.default_rng(rows)
    alarms = 0
    for size in (1_000, 5_000, 20_000, 50_000):
        baseline = record_baseline(draw_day(rng, size, texts=False))
        alarms += sum(bool(detect_drift(baseline, draw_day(rng, rows, texts=False)).drift) for _ in range(25))
    assert alarms <= 1


@pytest.mark.parametrize("rows", [MIN_ROWS, 200])
def test_texts_of_quiet_days_are_quiet(baseline, rows):
    rng = np.random.default_rng(rows)
    reports = [detect_drift(baseline, draw_day(rng, rows)) for _ in range(40)]
    assert sum(bool(report.drift) for report in reports) <= 1
    assert reports[0].tests > 1_000


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # An e-mail address is asked for less often: a rate falls.
        ({"flag1": lambda v: v * 0}, {("rate", "flag1")}),
        # A rare property becomes common.
        ({"flag3": np.ones_like}, {("rate", "flag3"), ("psi", "flag3")}),
        # A form no longer asks for the salary.
        ({"salary": lambda v: v * np.nan}, {("missing", "salary")}),
        # Salaries are sent per year instead of per month.
        ({"salary": lambda v: v * 12}, {("mean", "salary"), ("psi", "salary"), ("ks", "salary")}),
        # Years are cut off at 5.
        ({"years": lambda v: np.minimum(v, 5)}, {("psi", "years"), ("ks", "years")}),
        # Similarities fall by two fifths.
        ({"similarity": lambda v: v * 0.6}, {("psi", "similarity"), ("ks", "similarity")}),
        # Scores double.
        ({"score": lambda v: np.minimum(v * 2, 1)}, {("ks", "score")}),
        # A default value replaces missing ones.
        ({"wish": np.nan_to_num}, {("missing", "wish"), ("ks", "wish"), ("psi", "wish")}),
    ],
)
def test_planted_shifts_of_features_are_found_on_every_day(baseline, changes, expected):
    (name,) = changes
    for seed in range(15):
        found = find(detect_drift(baseline, shift(np.random.default_rng(seed), 400, **changes)))
        assert found >= expected
        assert {subject for _, subject in found} == {name}


def with_texts(rng, rows, texts):
    return Sample(rows, draw_features(rng, rows), {"profile": texts})


def test_a_wave_of_a_new_term_is_found(baseline):
    rng = np.random.default_rng(3)
    for _ in range(10):
        texts = [f"{text} kubernetes" if rng.random() < 0.1 else text for text in draw_texts(rng, 300)]
        assert find(detect_drift(baseline, with_texts(rng, 300, texts))) == {("term", "profile: kubernetes")}


def test_a_term_that_disappears_is_found(baseline):
    rng = np.random.default_rng(3)
    texts = [text.replace("term0", "") for text in draw_texts(rng, 400)]
    found = detect_drift(baseline, with_texts(rng, 400, texts)).drift
    assert ("term", "profile: term0") in {finding[:2] for finding in found}
    assert all(finding.change < 0 for finding in found if finding.subject == "profile: term0")


def test_twice_the_english_texts_are_found(baseline):
    rng = np.random.default_rng(3)
    for _ in range(10):
        day = with_texts(rng, 300, draw_texts(rng, 300, english=0.34))
        assert ("languages", "profile") in find(detect_drift(baseline, day))


def test_texts_that_are_cut_off_are_found_by_their_length(baseline):
    rng = np.random.default_rng(3)
    texts = [" ".join(text.split()[:12]) for text in draw_texts(rng, 300)]
    assert ("ks", "profile length") in find(detect_drift(baseline, with_texts(rng, 300, texts)))


def test_texts_that_are_no_longer_sent_are_missing(baseline):
    rng = np.random.default_rng(3)
    assert ("missing", "profile length") in find(detect_drift(baseline, with_texts(rng, 100, [None] * 100)))


def test_fewer_rows_than_the_minimum_are_not_compared(baseline):
    report = detect_drift(baseline, shift(np.random.default_rng(0), MIN_ROWS - 1, salary=lambda v: v * 0))
    assert (report.tests, report.drift, report.mean_psi) == (0, (), None)
    assert report.document()["compared"] is False
    assert detect_drift(baseline, Sample(0, {})).rows == 0


def test_columns_that_only_one_side_has_are_listed_and_not_compared(baseline):
    rng = np.random.default_rng(0)
    features = draw_features(rng, 50)
    del features["salary"]
    report = detect_drift(baseline, Sample(50, {**features, "new": np.zeros(50)}))
    assert report.unmatched == ("new", "profile", "salary")
    assert "new" not in report.features


def test_baseline_is_restored_from_json(baseline):
    document = json.loads(json.dumps(baseline.document(), allow_nan=False))
    day = draw_day(np.random.default_rng(5), 200)
    restored = Baseline.parse(document)
    assert restored.document() == document
    assert detect_drift(restored, day).document() == detect_drift(baseline, day).document()


def test_report_is_json(baseline):
    day = shift(np.random.default_rng(0), 100, flag1=lambda v: 1 - v, salary=lambda v: v * np.nan)
    document = detect_drift(baseline, day).document()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["features"]["salary"]["psi"] is None
    assert {"test", "subject", "change", "threshold", "p_value"} == set(document["drift"][0])


def test_index_of_all_features_is_the_mean_of_theirs(baseline):
    report = detect_drift(baseline, draw_day(np.random.default_rng(5), 500, texts=False))
    values = [part.psi for part in report.features.values()]
    assert report.mean_psi == pytest.approx(np.mean(values))
    assert report.mean_psi < 0.05


def test_an_empty_sample_is_no_baseline():
    with pytest.raises(ValueError, match="at least one row"):
        record_baseline(Sample(0, {}))


def test_columns_of_different_lengths_are_rejected():
    with pytest.raises(ValueError, match="'x' has 2 values for 3 rows"):
        Sample(3, {"x": np.zeros(2)})
