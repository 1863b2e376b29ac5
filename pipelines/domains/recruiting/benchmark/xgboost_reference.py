"""The reference of protocol R4: an earlier matching model, TF-IDF and one-hot columns with XGBoost.

Its columns and parameters are kept, but for the applicant's sex, marital status and disability, which no
model may read. The refined tables have neither the opening's country nor the duration of its contract, and
the salary is a number. The stop words are Portuguese and English; accents are removed, as from the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

import numpy as np
import polars as pl

from pipelines.domains.recruiting.benchmark.period_data import PeriodData
from script_shared.domains.recruiting.matching.data.training_rows import TrainingRows
from script_shared.domains.recruiting.tables import select_applicants, select_openings
from script_shared.drift.texts.stop_words import STOP_WORDS
from script_shared.tables import Tables
from script_shared.types import FloatArray

#: Number of terms by text column of the applicant and of the opening.
APPLICANT_TEXTS: Mapping[str, int] = {
    "title": 20, "skills": 20, "certificates": 50, "other_certificates": 50, "areas": 50, "body": 100,
}  # fmt: skip
OPENING_TEXTS: Mapping[str, int] = {"skills": 50}
APPLICANT_CATEGORIES = ("city", "level", "degree", "english", "spanish", "other_language")
OPENING_CATEGORIES = (
    "title", "contract", "priority", "state", "city", "is_for_disabled", "level", "degree", "english",
    "spanish", "other_language", "areas", "body",
)  # fmt: skip
SALARY = "salary"
PARAMETERS: Mapping[str, Any] = {
    "n_estimators": 300, "max_depth": 7, "learning_rate": 0.1, "eval_metric": "logloss", "random_state": 42,
}  # fmt: skip


def predict_by_reference(tables: Tables, data: PeriodData, rows: TrainingRows) -> FloatArray | None:
    """Fit the reference on the known applications; return the probabilities of the period's applications.

    Args:
        tables: the refined tables.
        data: the period.
        rows: the training rows of `data.known`, with their labels.

    Returns:
        Shape (tested,); None where XGBoost is not installed.
    """
    if find_spec("xgboost") is None:
        return None
    from xgboost import XGBClassifier

    known, tested = (join_columns(tables, data.applications[part]) for part in (data.known, data.tested))
    transformer = build_transformer()
    positives = int(rows.positive.sum())
    weight = (len(rows.positive) - positives) / max(positives, 1)
    model = XGBClassifier(**PARAMETERS, scale_pos_weight=weight, n_jobs=1)
    model.fit(transformer.fit_transform(known), rows.positive.astype(np.int32))
    return np.asarray(model.predict_proba(transformer.transform(tested))[:, 1], np.float64)


def join_columns(tables: Tables, applications: pl.DataFrame) -> Any:
    """Return the columns of both sides of applications as a pandas frame; missing text is empty."""
    opening = select_openings(tables).select(
        "opening_id", pl.col([*OPENING_TEXTS, *OPENING_CATEGORIES]).cast(pl.String).name.prefix("opening_")
    )
    applicant = select_applicants(tables).select(
        "applicant_id",
        pl.col([*APPLICANT_TEXTS, *APPLICANT_CATEGORIES]).cast(pl.String).name.prefix("applicant_"),
        pl.col(SALARY).cast(pl.Float64),
    )
    pairs = applications.select("opening_id", "applicant_id")
    joined = pairs.join(opening, on="opening_id", how="left", maintain_order="left").join(
        applicant, on="applicant_id", how="left", maintain_order="left"
    )
    return joined.drop("opening_id", "applicant_id").with_columns(pl.col(pl.String).fill_null("")).to_pandas()


def build_transformer() -> Any:
    """Return the unfitted transformer of the columns."""
    from sklearn.compose import ColumnTransformer
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer
    from sklearn.preprocessing import OneHotEncoder

    words = sorted({*ENGLISH_STOP_WORDS, *STOP_WORDS["pt"]})
    sides = (("applicant", APPLICANT_TEXTS), ("opening", OPENING_TEXTS))
    texts = [
        (
            f"{side}_{name}_terms",
            TfidfVectorizer(max_features=size, stop_words=words, strip_accents="unicode"),
            f"{side}_{name}",
        )
        for side, sizes in sides
        for name, size in sizes.items()
    ]
    categories = [f"applicant_{name}" for name in APPLICANT_CATEGORIES]
    categories += [f"opening_{name}" for name in OPENING_CATEGORIES]
    encoder = OneHotEncoder(handle_unknown="ignore")
    return ColumnTransformer(
        [*texts, ("categories", encoder, categories), ("salary", "passthrough", [SALARY])],
        sparse_threshold=1.0,
    )
