"""Generated data must show: the planted rule is found, chance is not, and a planted leak changes nothing."""

import json

import numpy as np
import pytest

from pipelines.domains.recruiting.sources import SOURCES
from script_shared.domains.recruiting.requirement_model import RequirementModel
from script_shared.domains.recruiting.requirements import WEIGHT_NAMES
from script_shared.requirements.weights import RequirementWeights
from tests.support.data.generated_decision import refine_generated_decision
from tests.support.data.planted_rule import list_decided


class Fitted:
    """The requirement explainer of a world, fitted on its decided applications before the middle of them."""

    def __init__(self, folder, scale):
        decision = refine_generated_decision(folder, scale)
        self.decided = list_decided(decision)
        self.model = RequirementModel()
        self.model.fit(decision.tables, decision.as_of_ms)
        rows = [self.model._compute(*pair) for pair in self.decided.pairs]
        self.features = np.array(rows)

    def fit_half(self, outcomes):
        """Return the scores of the openings with odd codes by weights that are fitted on the others."""
        is_even = self.decided.openings % 2 == 0
        weights = RequirementWeights.fit(WEIGHT_NAMES, self.features[is_even], outcomes[is_even])
        return ~is_even, weights.predict(self.features)

    def measure(self, scores, rows, outcomes):
        part = self.decided._replace(hired=outcomes[rows], openings=self.decided.openings[rows])
        return part.measure_within(scores[rows])


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return Fitted(tmp_path_factory.mktemp("small"), 0.05)


def test_the_rule_is_found_on_openings_that_were_not_fitted_on(small):
    """Skills, seniority and languages are read from texts; the oracle also knows salary and recruiter."""
    rows, scores = small.fit_half(small.decided.hired)
    assert small.measure(scores, rows, small.decided.hired) > 0.68
    assert small.measure(small.decided.z, rows, small.decided.hired) > 0.8


def test_shuffled_outcomes_cannot_be_found(small):
    rng = np.random.default_rng(0)
    areas = []
    for _ in range(40):
        outcomes = rng.permutation(small.decided.hired)
        rows, scores = small.fit_half(outcomes)
        areas.append(small.measure(scores, rows, outcomes))
    assert np.mean(areas) == pytest.approx(0.5, abs=0.02)


def test_a_status_in_the_comment_changes_no_table(generated_files, tmp_path):
    """What no table contains, no model reads: the tables are equal, and so is every score."""
    documents = {}
    for name, change in (("before", lambda row: row), ("after", plant_status)):
        raw = tmp_path / name
        raw.mkdir()
        for kind in ("vagas", "applicants"):
            (raw / f"{kind}.json").write_bytes((generated_files / f"{kind}.json").read_bytes())
        prospects = json.loads((generated_files / "prospects.json").read_text(encoding="utf-8"))
        for entry in prospects.values():
            entry["prospects"] = [change(row) for row in entry["prospects"]]
        (raw / "prospects.json").write_text(json.dumps(prospects), encoding="utf-8")
        documents[name] = SOURCES["decision"].refine(raw).tables
    before, after = documents["before"], documents["after"]
    assert before.interactions.height > 1_000
    for table in ("interactions", "items", "users"):
        assert getattr(before, table).equals(getattr(after, table))


def plant_status(row):
    return row | {"comentario": f"resultado: {row['situacao_candidado']}"}


@pytest.mark.slow
def test_the_rule_is_found_in_larger_data(tmp_path):
    """The oracle has .87; skills and seniority exactly as planted, without more, have .81."""
    fitted = Fitted(tmp_path, 0.3)
    rows, scores = fitted.fit_half(fitted.decided.hired)
    assert fitted.measure(fitted.decided.z, rows, fitted.decided.hired) == pytest.approx(0.87, abs=0.02)
    assert fitted.measure(scores, rows, fitted.decided.hired) > 0.76
