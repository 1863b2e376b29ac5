"""Small LightGBM classifiers with the contracts of the service, trained within a second."""

import shutil

import lightgbm as lgb
import numpy as np

from script_shared.arrays import Bundle
from script_shared.domains.recruiting.hire_features import HIRE_FEATURES
from script_shared.domains.recruiting.pairs import PairClassifier
from script_shared.domains.recruiting.requirement_model import RequirementModel
from script_shared.models.classifier import DecisionClassifier

_OPTIONS = {"objective": "binary", "num_threads": 1, "verbosity": -1, "min_data_in_leaf": 5, "seed": 0}


class _Trees:
    """Boosted trees, whose contributions are SHAP values."""

    threshold, operating_mode = 0.5, "prec80"
    booster = None

    @property
    def description(self):
        return {"population": "decided applications"}

    def train(self, features, labels):
        data = lgb.Dataset(features, labels, feature_name=list(self.feature_names))
        self.booster = lgb.train(_OPTIONS, data, 30)

    def fit(self, tables, as_of_ms):
        raise NotImplementedError

    def predict(self, features):
        return self.booster.predict(features)

    def explain(self, features):
        return self.booster.predict(features, pred_contrib=True)[:, :-1]

    def dump(self):
        text = np.frombuffer(self.booster.model_to_string().encode(), np.uint8)
        return Bundle({"trees": text}, {"threshold": self.threshold})

    def load(self, bundle):
        self.booster = lgb.Booster(model_str=bundle.arrays["trees"].tobytes().decode())
        self.threshold = bundle.document["threshold"]


class SmallHireClassifier(_Trees, DecisionClassifier):
    """Hired are those with SAP in the CV and advanced English; one applicant has stored features."""

    feature_names = HIRE_FEATURES

    @classmethod
    def trained(cls):
        rng, classifier = np.random.default_rng(0), cls()
        features = rng.integers(0, 2, (600, len(HIRE_FEATURES))).astype(np.float32)
        columns = [HIRE_FEATURES.index(name) for name in ("cv_sap", "ingl_avancado")]
        classifier.train(features, features[:, columns].all(axis=1))
        return classifier

    def find_features(self, item_id):
        return np.ones(len(HIRE_FEATURES), np.float32) if item_id == "applicant:1020" else None


class SmallPairClassifier(_Trees, PairClassifier):
    """A match is a pair of similar texts; the second feature is the number of earlier applications."""

    feature_names = ("similarity", "applications")

    @classmethod
    def trained(cls):
        rng, classifier = np.random.default_rng(0), cls()
        features = rng.random((600, 2)).astype(np.float32)
        classifier.train(features, features[:, 0] > 0.5)
        return classifier

    def build_features(self, opening, applicants, now_ms):
        return np.array([self._build_row(opening, applicant) for applicant in applicants], np.float32)

    def _build_row(self, opening, applicant):
        if opening.texts is None or applicant.texts is None:
            return [np.nan, len(applicant.partners)]
        title = opening.texts["title"] @ applicant.texts["title"]
        return [title, len(applicant.partners)]


def make_classifiers(parameters):
    """Return unfitted classifiers by name, as a domain does; the requirement model is the release's own."""
    small = {"predict": SmallHireClassifier(), "match": SmallPairClassifier()}
    return {**small, "requirements": RequirementModel()}


def write_classifiers(folder, threshold=0.5):
    """Write trained classifiers into the folder of a release."""
    classifiers = {"predict": SmallHireClassifier.trained(), "match": SmallPairClassifier.trained()}
    for name, classifier in classifiers.items():
        classifier.threshold = threshold
        shutil.rmtree(folder / "models" / name, ignore_errors=True)
        classifier.dump().write(folder / "models" / name)
