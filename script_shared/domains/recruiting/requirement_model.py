"""The requirement explainer of a release: fitted weights, and the texts of openings and applicants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np

from script_shared.arrays import Bundle
from script_shared.domains.recruiting.labels import HIRED, REFUSED
from script_shared.domains.recruiting.requirements import (
    APPLICANT_COLUMNS,
    OPENING_COLUMNS,
    WEIGHT_NAMES,
    open_explainer,
    read_applicant,
    read_opening,
)
from script_shared.domains.recruiting.tables import select_applications
from script_shared.models.classifier import AuditRows, Classifier
from script_shared.requirements.requirement import Profile, Requirement, Requirements, Result
from script_shared.requirements.text_records import TextRecords
from script_shared.requirements.weights import RequirementWeights, compute_features
from script_shared.requirements.what_if import WhatIf, compare_edit
from script_shared.tables import Tables
from script_shared.types import FeatureArray, FloatArray

if TYPE_CHECKING:
    import polars as pl

#: The weights are fitted on so many of the newest decided applications.
MAX_CASES = 10_000
#: The audit reads so many of the newest applications of its period.
MAX_AUDITED = 5_000
#: Requirements and profiles that a process keeps.
_KEPT = 2_000
#: The columns of the texts that are stored.
TEXT_COLUMNS = tuple(dict.fromkeys((*OPENING_COLUMNS, *APPLICANT_COLUMNS)))
#: What became of an application: it is what is learned, and no feature.
OUTCOME = ("status", "updated_at")
_RECORDS = "records_"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Explanation:
    """Which requirements of an opening an applicant meets.

    Attributes:
        results: in the order of the requirements.
        importance: by how much the log-odds of a hire rise if each requirement is met instead of missing.
        score: log-odds of a hire by the requirements alone; it orders applicants and is no probability.
    """

    results: tuple[Result, ...]
    importance: tuple[float, ...]
    score: float

    def document(self) -> list[dict[str, Any]]:
        """Return the results as JSON values."""
        rows = zip(self.results, self.importance, strict=True)
        return [describe_result(result, importance) for result, importance in rows]


class RequirementModel(Classifier):
    """Explains pairs of openings and applicants, and says what an edit of an opening changes.

    The weights are those of a logistic regression on the decided applications; they explain and do not rank
    the lists of the service. Texts are as they are at the end of the data, which may be after an application.
    """

    feature_names = WEIGHT_NAMES
    columns: ClassVar[Mapping[str, Sequence[str]]] = {
        "interactions": ("user_id", "item_id", "timestamp", *OUTCOME),
        "items": ("item_id", *TEXT_COLUMNS),
        "users": ("user_id",),
    }

    def __init__(self) -> None:
        self._weights: RequirementWeights | None = None
        self._records: TextRecords | None = None
        self._requirements: dict[str, Requirements] = {}
        self._profiles: dict[str, Profile] = {}

    @property
    def weights(self) -> RequirementWeights:
        """The fitted weights."""
        if self._weights is None:
            raise RuntimeError("the model is not fitted")
        return self._weights

    @property
    def records(self) -> TextRecords:
        """The texts of openings and applicants, by id."""
        if self._records is None:
            raise RuntimeError("the model is not fitted")
        return self._records

    def fit(self, tables: Tables, as_of_ms: int) -> None:
        """Fit the weights on the applications that were decided before `as_of_ms`; see `Classifier.fit`."""
        self._records = TextRecords.from_frame(tables.items, "item_id", TEXT_COLUMNS)
        cases = _select_decided(tables, as_of_ms)
        pairs = list(zip(cases["opening_id"], cases["applicant_id"], strict=True))
        rows = [self._compute(opening, applicant) for opening, applicant in pairs]
        features = np.array(rows).reshape(len(rows), len(WEIGHT_NAMES))
        hired = cases["status"].is_in(HIRED).to_numpy()
        if len(np.unique(hired)) < 2:  # nothing to learn from: all weights are 0
            features, hired = np.zeros((2, len(WEIGHT_NAMES))), np.array([False, True])
        self._weights = RequirementWeights.fit(WEIGHT_NAMES, features, hired)

    def _compute(self, opening: str, applicant: str) -> FloatArray:
        requirements, profile = self._read_requirements(opening), self._read_profile(applicant)
        return compute_features(open_explainer().assess(requirements, profile), WEIGHT_NAMES)

    def rows_to_audit(self, tables: Tables, start_ms: int, end_ms: int) -> AuditRows:
        """Return the newest applications of a period; see `Classifier.rows_to_audit`."""
        import polars as pl

        time = pl.col("timestamp").dt.epoch("ms")
        applications = select_applications(tables).filter(time >= start_ms, time < end_ms)
        newest = applications.sort("timestamp", "opening_id", "applicant_id").tail(MAX_AUDITED)
        pairs = zip(newest["opening_id"], newest["applicant_id"], strict=True)
        rows = [self._compute(opening, applicant) for opening, applicant in pairs]
        features = np.array(rows, np.float32).reshape(len(rows), len(WEIGHT_NAMES))
        return AuditRows(features, newest["applicant_id"].to_list())

    def predict(self, features: FeatureArray) -> FloatArray:
        """Return the probabilities of a hire by the requirements alone; see `Classifier.predict`."""
        return self.weights.predict(features)

    def find_requirements(self, opening: str) -> Requirements | None:
        """Return the requirements of an opening by its id; None where it is unknown."""
        return self._read_requirements(opening) if self.records.find(opening) is not None else None

    def explain(self, requirements: Requirements, applicants: Iterable[str]) -> list[Explanation]:
        """Return the explanation of each applicant; one without text has only unknown results."""
        importance = tuple(self.weights.importance(requirements.items))
        assessments = (
            open_explainer().assess(requirements, self._read_profile(applicant)) for applicant in applicants
        )
        return [Explanation(found.results, importance, self.weights.score(found)) for found in assessments]

    def compare_edit(self, before: Requirements, after: Requirements, applicants: Sequence[str]) -> WhatIf:
        """Return what an edit changes for some applicants; see `what_if.compare_edit`."""
        profiles = {applicant: self._read_profile(applicant) for applicant in applicants}
        return compare_edit(open_explainer(), before, after, profiles, self.weights)

    def update_item(self, item_id: str, details: Mapping[str, str | float]) -> None:
        """Set the texts of a new or changed opening or applicant; see `Classifier.update_item`."""
        self.records.update(item_id, details)
        self._drop(item_id)

    def forget_item(self, item_id: str) -> None:
        """Remove the texts of an opening or an applicant; see `Classifier.forget_item`."""
        self.records.remove(item_id)
        self._drop(item_id)

    def _drop(self, item_id: str) -> None:
        self._requirements.pop(item_id, None)
        self._profiles.pop(item_id, None)

    def _read_requirements(self, opening: str) -> Requirements:
        known = self._requirements.get(opening)
        return known or _keep(self._requirements, opening, read_opening(self.records.find(opening) or {}))

    def _read_profile(self, applicant: str) -> Profile:
        known = self._profiles.get(applicant)
        return known or _keep(self._profiles, applicant, read_applicant(self.records.find(applicant) or {}))

    def dump(self) -> Bundle:
        """Return the weights and the texts; see `Classifier.dump`."""
        weights, records = self.weights.dump(), self.records.dump()
        arrays = {f"{_RECORDS}{name}": array for name, array in records.arrays.items()}
        document = {**weights.document, "weights": dict(self.weights.by_name()), **records.document}
        return Bundle({**weights.arrays, **arrays}, document)

    def load(self, bundle: Bundle) -> None:
        """Restore what `dump` returned; see `Classifier.load`."""
        self._weights = RequirementWeights.load(bundle)
        self._records = TextRecords.load(Bundle(dict(_select_records(bundle)), bundle.document))
        open_explainer()


def _keep(kept: dict[str, _T], name: str, value: _T) -> _T:
    """Store a value, and forget the oldest one when there are too many."""
    if len(kept) >= _KEPT:
        kept.pop(next(iter(kept)), None)
    kept[name] = value
    return value


def _select_records(bundle: Bundle) -> Iterator[tuple[str, Any]]:
    for name, array in bundle.arrays.items():
        if name.startswith(_RECORDS):
            yield name.removeprefix(_RECORDS), array


def _select_decided(tables: Tables, as_of_ms: int) -> pl.DataFrame:
    """Return the newest decided applications: opening_id, applicant_id, status."""
    import polars as pl

    applications = select_applications(tables)
    before = pl.col("timestamp").dt.epoch("ms") < as_of_ms
    updated = pl.col("updated_at").dt.epoch("ms").fill_null(as_of_ms) <= as_of_ms
    decided = applications.filter(before & updated & pl.col("status").is_in([*HIRED, *REFUSED]))
    newest = decided.sort("timestamp", "opening_id", "applicant_id").tail(MAX_CASES)
    return newest.select("opening_id", "applicant_id", "status")


def _describe_requirement(requirement: Requirement, importance: float) -> dict[str, Any]:
    """Return a requirement as JSON values: requirement, kind, is_optional, level, importance, phrase."""
    return {
        "requirement": requirement.name,
        "kind": requirement.kind,
        "is_optional": requirement.is_optional,
        "level": requirement.level.label if requirement.level else None,
        "importance": round(importance, 4),
        "phrase": requirement.phrase,
    }


def describe_result(result: Result, importance: float) -> dict[str, Any]:
    """Return a result as JSON values.

    Returns:
        requirement, kind, is_optional, level, importance, phrase, status, and of the evidence its quote as
        `evidence`, `start` and `end`, which are None where there is none.
    """
    evidence = result.evidence
    return _describe_requirement(result.requirement, importance) | {
        "status": result.status,
        "evidence": evidence.quote if evidence else None,
        "start": evidence.start if evidence else None,
        "end": evidence.end if evidence else None,
    }
