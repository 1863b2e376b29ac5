"""The 46 features of the hire classifier, its folds by time, its threshold, and what it may not read."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domains.recruiting.tables import assemble_tables, to_interactions
from script_shared.domains.recruiting.hire_classifier import HireClassifier
from script_shared.domains.recruiting.hire_features import HIRE_FEATURES
from script_shared.domains.recruiting.hire_profile import PROFILE_COLUMNS, compute_profile
from script_shared.evaluation.classification.measures import roc_auc

START = datetime(2023, 1, 1, tzinfo=UTC)
START_MS, DAY_MS = int(START.timestamp() * 1000), 24 * 3_600_000
MS = pl.Datetime("ms", "UTC")


def features_of(**applicant):
    return dict(zip(HIRE_FEATURES, compute_profile({"is_complete": True, **applicant}).tolist(), strict=True))


@pytest.mark.parametrize(
    ("applicant", "feature"),
    [
        ({"degree": "Pós Graduação Completo"}, "esc_pos"),
        ({"degree": "Tecnólogo"}, "esc_tecnologo"),
        ({"degree": "Ensino Médio Completo"}, "esc_medio"),
        ({"english": "Avançado"}, "ingl_avancado"),
        ({"english": "Technical"}, "ingl_outro"),
        ({"certificates": "MOS 77-418"}, "cert_mos_word"),
        ({"other_certificates": "SAP FI"}, "cert_sap_fi"),
        ({"body": "analista de controladoria"}, "cv_controladoria"),
        ({"skills": "Excel avançado"}, "cv_excel_avancado"),
        ({"title": "Analista de BI"}, "titulo_dados_bi"),
        ({"body": "x" * 1_501}, "cv_tamanho_maior_1500"),
    ],
)
def test_text_sets_a_feature(applicant, feature):
    assert features_of(**applicant)[feature] == 1


@pytest.mark.parametrize(
    ("applicant", "feature"),
    [({"title": "Auxiliar Administrativo"}, "titulo_ti"), ({"title": "Mobile"}, "titulo_dados_bi")],
)
def test_parts_of_words_set_no_feature(applicant, feature):
    assert features_of(**applicant)[feature] == 0


def test_empty_fields_of_a_partial_record_are_unknown():
    values = compute_profile({"is_complete": False})
    assert np.isnan(values).all()


@given(st.dictionaries(st.sampled_from(PROFILE_COLUMNS[:10]), st.text(max_size=60)))
def test_features_of_any_texts_are_0_or_1(applicant):
    values = features_of(**applicant)
    salary = values.pop("salario_valor")
    assert np.isnan(salary)
    assert all(np.isnan(value) or value in (0, 1) for value in values.values())


def make_tables(statuses=("Contratado pela Decision", "Não Aprovado pelo Cliente"), *, rule=True):
    """600 decided applications, one a day; those with SAP in the CV are nearly always hired."""
    rng = np.random.default_rng(3)
    has_sap = rng.random(600) < 0.4
    hired = rng.random(600) < np.where(has_sap, 0.995, 0.01) if rule else rng.random(600) < 0.4
    days = [START + timedelta(days=day) for day in range(600)]
    applications = pl.DataFrame(
        {
            "opening_id": [f"opening:{n // 3}" for n in range(600)],
            "applicant_id": [f"applicant:{n}" for n in range(600)],
            "timestamp": pl.Series(days, dtype=MS),
            "updated_at": pl.Series([day + timedelta(days=1) for day in days], dtype=MS),
            "status": [statuses[0] if is_hired else statuses[1] for is_hired in hired],
        }
    )
    items = pl.DataFrame(
        {
            "item_id": [f"applicant:{n}" for n in range(600)],
            "category": ["applicant"] * 600,
            "published_at": pl.Series(days, dtype=MS),
            "body": ["consultor sap mm" if sap else "assistente" for sap in has_sap],
            "is_complete": [True] * 600,
        }
    )
    return assemble_tables(to_interactions(applications), items)


TABLES = make_tables()
AS_OF_MS = START_MS + 700 * DAY_MS


@pytest.fixture(scope="module")
def classifier():
    classifier = HireClassifier()
    classifier.fit(TABLES, AS_OF_MS)
    return classifier


def test_classifier_learns_the_rule_and_approves_who_follows_it(classifier):
    rows = HireClassifier().label(TABLES, START_MS + 500 * DAY_MS, AS_OF_MS)
    probabilities = classifier.predict(rows.features)
    assert roc_auc(probabilities, rows.labels) > 0.85
    assert np.isfinite(classifier.threshold)
    assert rows.labels[probabilities >= classifier.threshold].mean() > 0.8
    assert classifier.description["condition"] == "hired, given that the application is decided"


def test_threshold_approves_nobody_where_nothing_is_to_be_learned():
    classifier = HireClassifier()
    classifier.fit(make_tables(rule=False), AS_OF_MS)
    assert classifier.threshold == np.inf


def test_decisions_after_the_end_change_nothing(classifier):
    later = TABLES.interactions.with_columns(
        status=pl.when(pl.col("timestamp") >= START + timedelta(days=400))
        .then(pl.lit("Contratado pela Decision"))
        .otherwise("status")
    )
    cut_ms, first, second = START_MS + 400 * DAY_MS, HireClassifier(), HireClassifier()
    first.fit(TABLES, cut_ms)
    second.fit(type(TABLES)(later, TABLES.items, TABLES.users), cut_ms)
    rows = classifier.label(TABLES, START_MS, AS_OF_MS)
    np.testing.assert_array_equal(first.predict(rows.features), second.predict(rows.features))


def test_explanation_sums_to_the_score_and_names_the_rule(classifier):
    applicant = compute_profile({"is_complete": True, "body": "consultor sap mm"})[None]
    [contributions] = classifier.explain(applicant)
    assert HIRE_FEATURES[int(contributions.argmax())] == "cv_sap"


def test_classifier_is_equal_after_dump_and_load(classifier):
    loaded = HireClassifier()
    loaded.load(classifier.dump())
    rows = HireClassifier().label(TABLES, START_MS, AS_OF_MS)
    np.testing.assert_array_equal(loaded.predict(rows.features), classifier.predict(rows.features))
    assert loaded.threshold == classifier.threshold
    np.testing.assert_array_equal(
        loaded.find_features("applicant:7"), classifier.find_features("applicant:7")
    )


def test_erased_and_reported_applicants(classifier):
    loaded = HireClassifier()
    loaded.load(classifier.dump())
    loaded.forget_item("applicant:7")
    assert loaded.find_features("applicant:7") is None
    loaded.update_item("applicant:9000", {"body": "sap"})
    assert loaded.find_features("applicant:9000")[HIRE_FEATURES.index("cv_sap")] == 1
