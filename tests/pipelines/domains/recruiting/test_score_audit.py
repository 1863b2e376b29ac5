"""The audit of the hire classifier's scores: it finds a bias that the model inherits, and no other."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from pipelines.domains.recruiting.audit import read_groups, select_scored
from pipelines.domains.recruiting.tables import assemble_tables, to_interactions
from pipelines.plans.audit import audit_selections
from script_shared.domains.recruiting.hire_classifier import HireClassifier
from script_shared.domains.recruiting.hire_features import HIRE_FEATURES
from tests.support.data.generated_decision import refine_generated_decision

MS = pl.Datetime("ms", "UTC")
DECIDED, AUDITED = 6_000, 600
DAYS = 2_000
START = datetime(2021, 1, 1, tzinfo=UTC)
END = START + timedelta(days=DAYS)
END_MS = round(END.timestamp() * 1_000)
SCORE_ALARM = {"selection": "predict_score", "attribute": "sex", "group": "Feminino"}
TRAITS = ("kpi", "sap", "administrativo", "protheus", "navision")


def make_tables(seed, bias, *, is_independent=False):
    """Return one application of each person; the last ones are of the audited period.

    Persons with SAP in the CV are hired more often. Women are hired with `bias` times the odds of men, and
    nine of ten have a long CV, against two of ten men: through it a model may learn what it does not read.
    Where the CV's length is independent of the sex, it cannot.
    """
    rng = np.random.default_rng(seed)
    n = DECIDED + AUDITED
    is_woman = rng.random(n) < 0.5
    has_traits = rng.random((n, len(TRAITS))) < 0.3
    odds = np.exp(has_traits[:, TRAITS.index("sap")] * 1.5 - 0.5) * np.where(is_woman, bias, 1)
    is_hired = rng.random(n) < odds / (1 + odds)
    is_long = rng.random(n) < np.where(is_woman | is_independent, 0.9, 0.2)
    days = [*np.linspace(0, DAYS - 31, DECIDED).tolist(), *np.linspace(DAYS - 29, DAYS - 1, AUDITED).tolist()]
    times = pl.Series([START + timedelta(days=day) for day in days], dtype=MS)
    bodies = [" ".join(np.array(TRAITS)[row]) for row in has_traits]
    ids = [f"applicant:{person}" for person in range(n)]
    applications = pl.DataFrame(
        {
            "opening_id": [f"opening:{person // 3}" for person in range(n)],
            "applicant_id": ids,
            "timestamp": times,
            "updated_at": times,
            "status": np.where(is_hired, "Contratado pela Decision", "Não Aprovado pelo Cliente"),
        }
    ).with_columns(status=pl.when(pl.int_range(n) < DECIDED).then("status").otherwise(pl.lit("Prospect")))
    items = pl.DataFrame(
        {
            "item_id": ids,
            "published_at": times,
            "body": [body + " x" * 751 if long else body for body, long in zip(bodies, is_long, strict=True)],
        }
    ).with_columns(category=pl.lit("applicant"), is_complete=pl.lit(value=True))
    users = pl.DataFrame({"user_id": ids, "sex": np.where(is_woman, "Feminino", "Masculino")})
    users = users.with_columns(disability=pl.lit(None, pl.String))
    return assemble_tables(to_interactions(applications), items, users)


def find_alarms(tables, as_of_ms):
    classifier = HireClassifier()
    classifier.fit(tables, as_of_ms)
    selections = list(select_scored("predict", classifier, tables, as_of_ms))
    assert [selection.name for selection in selections] == ["predict_score", "predict_approved"]
    return audit_selections(selections, read_groups(tables))["alarms"]


@pytest.fixture(scope="module")
def biased():
    return make_tables(0, 0.6)


def test_rows_to_audit_are_the_applicants_of_the_period_with_the_features_of_their_profile(biased):
    classifier = HireClassifier()
    classifier.fit(biased, END_MS)
    end_ms = END_MS - 5 * 86_400_000
    rows = classifier.rows_to_audit(biased, end_ms - 86_400_000, end_ms)
    times = biased.interactions.filter(pl.col("user_id").str.starts_with("opening:"))
    day = pl.col("timestamp").dt.epoch("ms").is_between(end_ms - 86_400_000, end_ms, closed="left")
    assert sorted(rows.persons) == sorted(times.filter(day)["item_id"])
    assert 15 < len(rows.persons) < 30
    assert rows.features.shape == (len(rows.persons), len(HIRE_FEATURES))
    for person, features in zip(rows.persons, rows.features, strict=True):
        np.testing.assert_array_equal(features, classifier.find_features(person))


def test_a_bias_that_the_model_inherits_is_found(biased):
    assert SCORE_ALARM in find_alarms(biased, END_MS)


@pytest.mark.parametrize("seed", range(2))
def test_without_bias_there_is_no_alarm(seed):
    assert find_alarms(make_tables(seed, 1.0, is_independent=True), END_MS) == []


def test_a_bias_that_the_model_cannot_read_is_none_of_its_scores():
    assert find_alarms(make_tables(0, 0.6, is_independent=True), END_MS) == []


@pytest.mark.slow
def test_a_bias_is_found_in_19_of_20_worlds():
    found = [SCORE_ALARM in find_alarms(make_tables(seed, 0.6), END_MS) for seed in range(20)]
    assert sum(found) >= 19


@pytest.mark.slow
def test_without_bias_19_of_20_worlds_have_no_alarm():
    quiet = [not find_alarms(make_tables(seed, 1.0, is_independent=True), END_MS) for seed in range(20)]
    assert sum(quiet) >= 19


@pytest.mark.slow
def test_generated_applicants_have_no_proxy_of_their_sex_by_which_a_model_inherits_a_bias(tmp_path):
    data = refine_generated_decision(tmp_path, scale=0.3, bias=0.6)
    assert [alarm for alarm in find_alarms(data.tables, data.as_of_ms) if alarm["attribute"] == "sex"] == []
