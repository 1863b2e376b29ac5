"""The audit of adverse impact: whom lists and classifiers select, by sex, disability and state.

Only this module reads the protected attributes; it runs apart from training.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl

from pipelines.plans.audit import AuditedRun, Selection
from pipelines.stages.artifacts import load_dataset
from script_shared.arrays import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.domains.recruiting.domain import PERIOD_DAYS, RECRUITING
from script_shared.domains.recruiting.labels import HIRED, REFUSED
from script_shared.domains.recruiting.tables import (
    APPLICANT,
    OPENING,
    PROTECTED_COLUMNS,
    select_applications,
)
from script_shared.evaluation.comparison import SERVED
from script_shared.models.classifier import Classifier, DecisionClassifier
from script_shared.storage.partitions import find_partition
from script_shared.tables import Tables

#: Lists of so many applicants are audited.
LENGTH = 10
_COLUMNS = {
    "interactions": ["user_id", "item_id", "timestamp", "status"],
    "items": ["item_id", "category", "published_at", "state"],
    "users": ["user_id", *(column.name for column in PROTECTED_COLUMNS)],
}
_PERIOD_MS = PERIOD_DAYS * 24 * MS_PER_HOUR


def audit(audited: AuditedRun) -> tuple[Sequence[Selection], Mapping[str, Mapping[str, str]]]:
    """Return the selections of a run, and the groups of the applicants; see `pipelines.plans.audit.Audit`."""
    refined = find_partition(audited.volume.refined, audited.run)
    tables = Tables.read(refined, _COLUMNS)
    dataset, parameters = load_dataset(audited.volume, audited.run)
    selections = [*select_listed(audited.predictions, tables), *select_hired(tables)]
    for name, classifier in RECRUITING.classifiers(parameters).items():
        folder = find_partition(audited.volume.artifacts / audited.run, name) / "model"
        classifier.load(Bundle.read(folder))
        readable = Tables.read(refined, classifier.columns)
        selections += select_scored(name, classifier, readable, dataset.as_of_ms)
    return selections, read_groups(tables)


def read_groups(tables: Tables) -> dict[str, dict[str, str]]:
    """Return by attribute the group of each applicant whose group is known."""
    protected = [column.name for column in PROTECTED_COLUMNS]
    applicants = tables.items.filter(pl.col("category") == APPLICANT).select(person="item_id", state="state")
    users = tables.users.select("user_id", *protected)
    groups = applicants.join(users, left_on="person", right_on="user_id", how="left")
    return {
        name: dict(groups.filter(pl.col(name).fill_null("") != "").select("person", name).iter_rows())
        for name in (*protected, "state")
    }


def select_listed(predictions: pl.DataFrame, tables: Tables) -> Iterator[Selection]:
    """Yield who was at least once among the first applicants of a list for an opening."""
    of_openings = predictions.filter(
        pl.col("model") == SERVED,
        pl.col("query_id").str.starts_with(f"{OPENING}:"),
        pl.col("rank") <= LENGTH,
    )
    if of_openings.is_empty():
        return
    first = pl.col("published_at").dt.epoch("ms") < of_openings["cutoff"].min()
    persons = tables.items.filter(pl.col("category") == APPLICANT, first)["item_id"]
    description = (
        f"Of the applicants known before the evaluated period, those who were at least once among the first "
        f"{LENGTH} for one of {of_openings['query_id'].n_unique()} openings."
    )
    selected = persons.is_in(of_openings["item_id"].unique().implode()).to_numpy()
    yield Selection(f"listed_in_{LENGTH}", description, persons.to_list(), selected)


def select_hired(tables: Tables) -> Iterator[Selection]:
    """Yield whom people hired in the data: a model that learns from it may inherit what it finds here."""
    decided = select_applications(tables).filter(pl.col("status").is_in([*HIRED, *REFUSED]))
    if decided.is_empty():
        return
    hired = pl.col("status").is_in(HIRED).any()
    persons = decided.group_by("applicant_id", maintain_order=True).agg(hired=hired)
    description = "Of the applicants with a decided application in the data, those whom people hired."
    selected = persons["hired"].to_numpy()
    yield Selection("hired_in_the_data", description, persons["applicant_id"].to_list(), selected)


def select_scored(name: str, classifier: Classifier, tables: Tables, as_of_ms: int) -> Iterator[Selection]:
    """Yield who scores above the median, and who reaches the threshold; a person counts once, with the best.

    Args:
        name: name of the classifier.
        classifier: trained.
        tables: the refined tables.
        as_of_ms: end of the audited period, ms UTC.
    """
    rows = classifier.rows_to_audit(tables, as_of_ms - _PERIOD_MS, as_of_ms)
    if not rows.persons:
        return
    scores = pl.DataFrame({"person": rows.persons, "score": classifier.predict(rows.features)})
    best = scores.group_by("person", maintain_order=True).agg(pl.col("score").max())
    persons, values = best["person"].to_list(), best["score"].to_numpy()
    period = (
        f"Of the applicants of the last {PERIOD_DAYS} days of the data, those whose probability by {name!r}"
    )
    yield Selection.above_median(f"{name}_score", f"{period} is above the median.", persons, values)
    if isinstance(classifier, DecisionClassifier):
        reached = np.asarray(values >= classifier.threshold)
        is_finite = math.isfinite(classifier.threshold)
        limit = f"{classifier.threshold:.3f}" if is_finite else "the threshold, which none can reach"
        yield Selection(f"{name}_approved", f"{period} is at least {limit}.", persons, reached)
