"""The predictions of the hire classifier: features, score and outcome, one row for each person."""

from __future__ import annotations

from contextlib import closing

import polars as pl

from pipelines.domains.recruiting.monitored.applications import find_decided
from pipelines.domains.recruiting.monitored.reference_period import ReferencePeriod
from pipelines.plans.monitoring import OUTCOME, TIME, LogWindow
from script_shared.arrays import Bundle
from script_shared.domains.recruiting.domain import PREDICT
from script_shared.domains.recruiting.hire_classifier import HireClassifier
from script_shared.domains.recruiting.hire_features import HIRE_FEATURES
from script_shared.domains.recruiting.labels import HIRED, REFUSED
from script_shared.drift.sample import SCORE
from script_shared.predictions.factory import open_predictions
from script_shared.predictions.prediction import Prediction
from script_shared.storage.partitions import find_partition
from script_shared.storage.volume import Volume
from script_shared.tables import Tables

_PERSON = "person"
_FEATURES = pl.Schema([(name, pl.Float64()) for name in HIRE_FEATURES])
_LOGGED = pl.Schema({_PERSON: pl.String(), TIME: pl.Int64(), SCORE: pl.Float64(), **_FEATURES})


def describe_persons(classifier: HireClassifier, tables: Tables, period: ReferencePeriod) -> pl.DataFrame:
    """Return the persons with an application in a period: features, score, and whether one was hired.

    Args:
        classifier: fitted on the tables.
        tables: the refined tables, with the columns that the classifier reads.
        period: of the applications.
    """
    rows = classifier.rows_to_audit(tables, period.start_ms, period.end_ms)
    scores = classifier.predict(rows.features)
    features = pl.DataFrame(rows.features, _FEATURES).fill_nan(None)
    persons = features.with_columns(pl.Series(SCORE, scores), pl.Series(_PERSON, rows.persons, pl.String))
    in_period = tables.interactions.lazy().filter(period.contains("timestamp"))
    outcomes = in_period.filter(pl.col("status").is_in([*HIRED, *REFUSED])).group_by(_person())
    hired = outcomes.agg(pl.col("status").is_in(HIRED).any().alias(OUTCOME)).collect()
    distinct = persons.unique(_PERSON, keep="last", maintain_order=True)
    return distinct.join(hired, on=_PERSON, how="left", maintain_order="left").drop(_PERSON)


def _person() -> pl.Expr:
    return pl.col("item_id").alias(_PERSON)


def read_reference(volume: Volume, run: str) -> pl.DataFrame:
    """Return the persons of the last year of a run's data, as its classifier sees them."""
    classifier = HireClassifier()
    classifier.load(Bundle.read(find_partition(volume.artifacts / run, PREDICT) / "model"))
    tables = Tables.read(find_partition(volume.refined, run), classifier.columns)
    return describe_persons(classifier, tables, ReferencePeriod.find(volume, run))


def read_predictions(window: LogWindow) -> pl.DataFrame:
    """Return the logged predictions of a period: the last one of each person, and all without a person.

    The outcome of a prediction is that of an application of the person which was decided afterwards, before
    the end of the period: whether one was hired.
    """
    with closing(open_predictions(window.events_url, window.volume.events)) as log:
        logged = log.read(window.from_ms, window.to_ms)
    rows = [_to_row(prediction) for prediction in logged if prediction.classifier == PREDICT]
    frame = pl.DataFrame(rows, _LOGGED, orient="row")
    is_person = pl.col(_PERSON).is_not_null()
    persons = frame.filter(is_person).unique(_PERSON, keep="last", maintain_order=True)
    distinct = pl.concat([persons, frame.filter(~is_person)]).sort(TIME, maintain_order=True)
    return _join_outcomes(distinct, window).drop(_PERSON)


def _to_row(prediction: Prediction) -> tuple[str | float | None, ...]:
    values = (prediction.payload.get(name) for name in HIRE_FEATURES)
    numbers = (None if value is None else float(value) for value in values)
    return prediction.pseudonym, prediction.time_ms, prediction.score, *numbers


def _join_outcomes(predictions: pl.DataFrame, window: LogWindow) -> pl.DataFrame:
    """Add the column of outcomes, null while unknown."""
    decided = find_decided(window) if window.pseudonyms and not predictions.is_empty() else None
    if decided is None or decided.is_empty():
        return predictions.with_columns(pl.lit(None, pl.Boolean).alias(OUTCOME))
    names = [
        (name, person)
        for person in decided["applicant_id"].unique(maintain_order=True)
        for name in window.pseudonyms.derive_names(person)
    ]
    persons = pl.DataFrame(names, {_PERSON: pl.String, "applicant_id": pl.String}, orient="row")
    logged = predictions.select(_PERSON, TIME).join(persons, on=_PERSON).join(decided, on="applicant_id")
    later = logged.filter(pl.col("decided_ms") >= pl.col(TIME))
    outcomes = later.group_by(_PERSON).agg(pl.col("hired").any().alias(OUTCOME))
    return predictions.join(outcomes, on=_PERSON, how="left", maintain_order="left")
