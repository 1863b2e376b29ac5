"""The hire classifier: how likely an applicant is hired, given that the application is decided.

Boosted trees on the 46 features of an applicant, fitted on the oldest decided applications, calibrated on
later ones, with a threshold whose precision on the newest ones is promised by its lower confidence limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from script_shared.arrays import Bundle
from script_shared.domains.recruiting.hire_features import HIRE_FEATURES
from script_shared.domains.recruiting.hire_profile import PROFILE_COLUMNS, compute_profile
from script_shared.domains.recruiting.labels import HIRED, REFUSED
from script_shared.domains.recruiting.tables import select_applications
from script_shared.evaluation.classification.calibration import Calibrator, choose
from script_shared.evaluation.classification.logistic import sigmoid
from script_shared.evaluation.classification.precision_threshold import find_precision_threshold
from script_shared.evaluation.classification.reliability import log_loss
from script_shared.models.classifier import AuditRows, DecisionClassifier, LabelledRows
from script_shared.models.ranking.decision_trees import DecisionTrees
from script_shared.models.ranking.tree_contributions import TreeExplainer
from script_shared.tables import Tables
from script_shared.types import BoolArray, FeatureArray, FloatArray
from script_shared.vocabulary import UNKNOWN, Vocabulary

if TYPE_CHECKING:
    import polars as pl

#: The precision that is promised above the threshold.
MIN_PRECISION = 0.8
#: Ends of the folds of decided applications, by time: for the trees, for the calibration, for its choice; the
#: rest is for the threshold.
_FOLDS = (0.6, 0.75, 0.85)
#: With fewer decided applications every probability is the share of hires.
MIN_ROWS = 200
_TREES = {
    "objective": "binary", "learning_rate": 0.03, "num_leaves": 31, "min_data_in_leaf": 30,
    "bagging_fraction": 0.9, "bagging_freq": 1, "feature_fraction": 0.9, "lambda_l2": 3.0, "seed": 42,
    "num_threads": 1, "deterministic": True, "verbosity": -1,
}  # fmt: skip
_ROUNDS = 200
_TOO_FEW = "too few decided applications: the share of hires is answered"
_NOT_BETTER = "on later applications the trees are not better than the share of hires, which is answered"
_PROFILES, _IDS = "profiles", "ids_"


class HireClassifier(DecisionClassifier):
    """Boosted trees on an applicant's features, calibrated; the opening is no part of them."""

    feature_names = HIRE_FEATURES
    evaluation_hours: ClassVar[int] = 24 * 365
    columns: ClassVar[Mapping[str, Sequence[str]]] = {
        "items": ("item_id", "category", *PROFILE_COLUMNS),
        "interactions": ("user_id", "item_id", "timestamp", "status", "updated_at"),
        "users": ("user_id",),
    }
    operating_mode = "prec80"

    def __init__(self) -> None:
        self._trees: DecisionTrees | None = None
        self._explainer: TreeExplainer | None = None
        self._calibrator = Calibrator("none", np.empty(0))
        self._base_rate, self.threshold = 0.0, np.inf
        self._ids, self._profiles = Vocabulary.from_ids([]), np.empty((0, len(HIRE_FEATURES)), np.float32)
        self._changed: dict[str, FeatureArray | None] = {}
        self.description: Mapping[str, Any] = {}

    def fit(self, tables: Tables, as_of_ms: int) -> None:
        """Fit on the applications that were decided before `as_of_ms`; see `Classifier.fit`."""
        self._store_profiles(tables)
        cases = _select_decided(tables, 0, as_of_ms)
        features, hired = self._find_rows(cases), cases["status"].is_in(HIRED).to_numpy()
        self._base_rate = float(hired.mean()) if len(hired) else 0.0
        facts: dict[str, Any] = {
            "condition": "hired, given that the application is decided",
            "population": "decided applications",
            "rows": len(hired),
            "base_rate": self._base_rate,
            "min_precision": MIN_PRECISION,
        }
        ends = [int(share * len(hired)) for share in _FOLDS]
        parts = np.split(np.arange(len(hired)), ends)
        self._trees, self._explainer = None, None
        self.threshold, self.description = np.inf, facts | {"reason": _TOO_FEW}
        if len(hired) < MIN_ROWS or any(len(np.unique(hired[part])) < 2 for part in parts):
            return
        trees = _fit_trees(features[parts[0]], hired[parts[0]])
        scores = sigmoid(trees.score(features))
        choice = choose(scores[parts[1]], hired[parts[1]], scores[parts[2]], hired[parts[2]])
        earlier = float(hired[: ends[1]].mean())
        if min(choice.losses.values()) >= log_loss(np.full(len(parts[2]), earlier), hired[parts[2]]):
            self.description = facts | {"reason": _NOT_BETTER}
            return
        self._trees, self._calibrator = trees, choice.calibrator
        probabilities = self._calibrator.apply(scores[parts[3]])
        chosen = find_precision_threshold(probabilities, hired[parts[3]], MIN_PRECISION)
        self.threshold = chosen.threshold
        self.description = facts | {"calibration": self._calibrator.method, "reason": chosen.reason}

    def _store_profiles(self, tables: Tables) -> None:
        import polars as pl

        applicants = tables.items.filter(pl.col("category") == "applicant").sort("item_id")
        self._ids = Vocabulary.from_ids(applicants["item_id"])
        rows = {row["item_id"]: compute_profile(row) for row in applicants.iter_rows(named=True)}
        profiles = [rows[item_id] for item_id in self._ids]
        self._profiles = np.array(profiles, np.float32).reshape(len(profiles), len(HIRE_FEATURES))

    def _find_rows(self, cases: pl.DataFrame) -> FeatureArray:
        found = (self.find_features(applicant) for applicant in cases["applicant_id"])
        unknown = np.full(len(HIRE_FEATURES), np.nan, np.float32)
        rows = [unknown if row is None else row for row in found]
        return np.array(rows, np.float32).reshape(len(rows), len(HIRE_FEATURES))

    def label(self, tables: Tables, start_ms: int, end_ms: int) -> LabelledRows:
        """Return the applications of a period that are decided; see `Classifier.label`."""
        self._store_profiles(tables)
        cases = _select_decided(tables, start_ms, end_ms)
        groups = np.unique(cases["opening_id"].to_numpy(), return_inverse=True)[1].astype(np.int64)
        return LabelledRows(self._find_rows(cases), cases["status"].is_in(HIRED).to_numpy(), groups)

    def rows_to_audit(self, tables: Tables, start_ms: int, end_ms: int) -> AuditRows:
        """Return the applicants of a period, once an application; see `Classifier.rows_to_audit`."""
        import polars as pl

        time = pl.col("timestamp").dt.epoch("ms")
        cases = select_applications(tables).filter(time.is_between(start_ms, end_ms, closed="left"))
        cases = cases.sort("timestamp", "opening_id", "applicant_id")
        return AuditRows(self._find_rows(cases), cases["applicant_id"].to_list())

    def predict(self, features: FeatureArray) -> FloatArray:
        """Return the probabilities of a hire; see `Classifier.predict`."""
        if self._trees is None:
            return np.full(len(features), self._base_rate)
        return self._calibrator.apply(sigmoid(self._trees.score(features)))

    def explain(self, features: FeatureArray) -> FloatArray:
        """Return the SHAP values before calibration; see `DecisionClassifier.explain`."""
        if self._trees is None:
            return np.zeros(features.shape)
        if self._explainer is None:
            self._explainer = TreeExplainer(self._trees)
        return self._explainer.explain(features)

    def find_features(self, item_id: str) -> FeatureArray | None:
        """Return the features of an applicant; None for one who is unknown or erased."""
        if item_id in self._changed:
            return self._changed[item_id]
        position = self._ids.find(item_id)
        return None if position == UNKNOWN else self._profiles[position]

    def update_item(self, item_id: str, details: Mapping[str, str | float]) -> None:
        """Compute the features of a reported applicant again; see `Classifier.update_item`."""
        if item_id.startswith("applicant:"):
            self._changed[item_id] = compute_profile({"is_complete": True, **details})

    def forget_item(self, item_id: str) -> None:
        """Delete the features of an erased applicant; see `Classifier.forget_item`."""
        self._changed[item_id] = None

    def dump(self) -> Bundle:
        """Return trees, calibrator, threshold and the applicants' features; see `Classifier.dump`."""
        trees = {
            f"trees_{name}": array for name, array in (self._trees.dump() if self._trees else {}).items()
        }
        ids = {f"{_IDS}{name}": array for name, array in self._ids.arrays().items()}
        calibrator = self._calibrator.dump()
        threshold = None if np.isinf(self.threshold) else self.threshold
        document = {**calibrator.document, "base_rate": self._base_rate, "threshold": threshold}
        arrays = {**calibrator.arrays, **trees, **ids, _PROFILES: self._profiles}
        return Bundle(arrays, {**document, "description": dict(self.description)})

    def load(self, bundle: Bundle) -> None:
        """Restore what `dump` returned; see `Classifier.load`."""
        arrays, document = bundle.arrays, bundle.document
        trees = {n.removeprefix("trees_"): array for n, array in arrays.items() if n.startswith("trees_")}
        self._trees, self._explainer = DecisionTrees.load(trees) if trees else None, None
        self._calibrator = Calibrator.load(bundle)
        self._base_rate, self.description = document["base_rate"], document["description"]
        self.threshold = np.inf if document["threshold"] is None else document["threshold"]
        ids = {n.removeprefix(_IDS): array for n, array in arrays.items() if n.startswith(_IDS)}
        self._ids, self._profiles = Vocabulary.restore(ids), np.asarray(arrays[_PROFILES], np.float32)


def _fit_trees(features: FeatureArray, labels: BoolArray) -> DecisionTrees:
    import lightgbm as lgb  # the service has the trees only

    booster = lgb.train(_TREES, lgb.Dataset(features, labels.astype(np.int8)), _ROUNDS)
    return DecisionTrees.from_lightgbm(booster.dump_model()["tree_info"])


def _select_decided(tables: Tables, start_ms: int, end_ms: int) -> pl.DataFrame:
    """Return the applications of a period that were decided before its end, by time."""
    import polars as pl

    applications = select_applications(tables)
    time, updated = (pl.col(name).dt.epoch("ms") for name in ("timestamp", "updated_at"))
    is_in_period = time.is_between(start_ms, end_ms, closed="left") & (updated.fill_null(end_ms) < end_ms)
    decided = applications.filter(is_in_period & pl.col("status").is_in([*HIRED, *REFUSED]))
    return decided.sort("timestamp", "opening_id", "applicant_id")
