"""The impact audit of recruiting: a planted bias is found, chance is not, unknown groups are stated."""

import json
from collections import Counter
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from pipelines.domains.recruiting.audit import read_groups, select_hired, select_listed, select_scored
from pipelines.domains.recruiting.sources.synthetic import WorldOptions
from pipelines.domains.recruiting.sources.synthetic.vocabulary.statuses import STATUSES
from pipelines.domains.recruiting.sources.synthetic.world import make_world
from pipelines.domains.recruiting.tables import assemble_tables, to_interactions
from pipelines.plans.audit import audit_selections
from script_shared.models.classifier import AuditRows, Classifier, DecisionClassifier
from script_shared.releases.registry import Registry
from script_shared.storage.partitions import find_partition
from script_shared.tables import Tables

STATUS_NAMES = np.array([status.name for status in STATUSES])
DAY = pl.lit("2024-01-01").str.to_datetime(time_unit="ms", time_zone="UTC")


def tables_of_world(seed, bias=1.0, scale=0.3):
    """Return refined tables of a generated world: applications, their statuses, and the sex of all."""
    world = make_world(scale, seed, WorldOptions(bias=bias))
    applications = world.applications
    frame = pl.DataFrame(
        {
            "opening_id": [f"opening:{n}" for n in applications.opening],
            "applicant_id": [f"applicant:{n}" for n in applications.applicant],
            "status": STATUS_NAMES[world.outcomes.status],
        }
    ).with_columns(timestamp=DAY)
    ids = [f"applicant:{n}" for n in range(len(world.applicants))]
    items = pl.DataFrame({"item_id": ids}).with_columns(category=pl.lit("applicant"), published_at=DAY)
    sex = np.where(world.protected.is_woman, "Feminino", "Masculino")
    users = pl.DataFrame({"user_id": ids, "sex": sex}).with_columns(disability=pl.lit(None, pl.String))
    return assemble_tables(to_interactions(frame), items, users)


def alarms_of_hires(tables):
    return audit_selections(list(select_hired(tables)), read_groups(tables))["alarms"]


def test_a_planted_bias_is_found():
    """Women are hired with .6 of the odds of men."""
    expected = [{"selection": "hired_in_the_data", "attribute": "sex", "group": "Feminino"}]
    assert [alarms_of_hires(tables_of_world(seed, 0.6)) for seed in range(3)] == [expected] * 3


def test_without_bias_19_of_20_worlds_have_no_alarm():
    quiet = [not alarms_of_hires(tables_of_world(seed, scale=0.15)) for seed in range(20)]
    assert sum(quiet) >= 19


def make_predictions(rows):
    """Return predictions from (query, rank, item)."""
    return pl.DataFrame(
        {
            "model": "served",
            "cutoff": 1_704_153_600_000,  # 2024-01-02T00:00:00Z
            "query_id": [query for query, _, _ in rows],
            "rank": [rank for _, rank, _ in rows],
            "item_id": [item for _, _, item in rows],
        }
    )


def small_tables():
    ids = [f"applicant:{n}" for n in range(4)]
    frame = pl.DataFrame({"opening_id": ["opening:1"], "applicant_id": [ids[0]], "status": ["Prospect"]})
    items = pl.DataFrame({"item_id": ids, "state": ["São Paulo", "", None, "Bahia"]}).with_columns(
        category=pl.lit("applicant"),
        published_at=pl.Series(["2024-01-01", "2024-01-01", "2024-01-01", "2024-02-01"])
        .str.to_datetime(time_unit="ms")
        .dt.replace_time_zone("UTC"),
    )
    users = pl.DataFrame({"user_id": ids, "sex": ["Feminino", None, "", "Masculino"]})
    users = users.with_columns(disability=pl.lit("Não"))
    return assemble_tables(to_interactions(frame.with_columns(timestamp=DAY)), items, users)


def test_who_was_known_before_and_is_once_among_the_first_ten_is_listed():
    rows = [
        ("opening:1", 1, "applicant:0"),
        ("opening:2", 10, "applicant:0"),
        ("opening:2", 11, "applicant:1"),
        ("applicant:2", 1, "opening:1"),
    ]
    [selection] = select_listed(make_predictions(rows), small_tables())
    assert selection.persons == ["applicant:0", "applicant:1", "applicant:2"]
    assert selection.selected.tolist() == [True, False, False]
    assert "one of 2 openings" in selection.description


def test_without_lists_for_openings_nothing_is_audited():
    assert list(select_listed(make_predictions([("applicant:2", 1, "opening:1")]), small_tables())) == []


def test_empty_and_missing_groups_are_unknown():
    groups = read_groups(small_tables())
    assert groups["sex"] == {"applicant:0": "Feminino", "applicant:3": "Masculino"}
    assert groups["state"] == {"applicant:0": "São Paulo", "applicant:3": "Bahia"}
    assert len(groups["disability"]) == 4


class Rows(Classifier):
    """The probability is the feature; the second person has two rows."""

    def rows_to_audit(self, tables, start_ms, end_ms):
        return AuditRows(np.array([[0.2], [0.1], [0.9], [0.4]]), ["a", "b", "b", "c"])

    def predict(self, features):
        return features[:, 0]

    fit = dump = load = None


class Decisions(Rows, DecisionClassifier):
    threshold = 0.3
    explain = None


def test_a_person_counts_once_with_the_best_score():
    [selection] = select_scored("match", Rows(), SimpleNamespace(), 0)
    assert selection.persons == ["a", "b", "c"]
    assert selection.selected.tolist() == [False, True, False]


def test_a_classifier_with_a_threshold_has_a_second_selection():
    score, approved = select_scored("match", Decisions(), SimpleNamespace(), 0)
    assert (score.name, approved.name) == ("match_score", "match_approved")
    assert approved.selected.tolist() == [False, True, True]
    assert "at least 0.300" in approved.description


@pytest.fixture(scope="module")
def audit(recruiting_volume):
    path = recruiting_volume.evaluation / "runs" / "run-1" / "audit.json"
    return json.loads(path.read_text())


def test_every_run_has_an_audit_by_sex_disability_and_state(audit):
    assert [set(entry["audits"]) for entry in audit["selections"]] == [{"sex", "disability", "state"}] * len(
        audit["selections"]
    )
    names = Counter(entry["name"] for entry in audit["selections"])
    assert {"hired_in_the_data", "requirements_score"} <= names.keys()
    assert max(names.values()) == 1


def test_unknown_persons_are_stated(audit):
    for entry in audit["selections"]:
        for result in entry["audits"].values():
            known = sum(group["n"] for group in result["groups"])
            assert known + result["unknown"] == entry["persons"]
            assert result["unknown"] > 0


def test_the_audit_is_in_the_release_and_in_the_report(recruiting_volume, audit):
    release = Registry(recruiting_volume.releases).open()
    assert json.loads(release.documents()["audit.json"]) == audit
    page = (recruiting_volume.evaluation / "reports" / "run-1" / "index.html").read_text()
    assert "<h2>Impact audit</h2>" in page
    assert page.count('class="audit"') == 3 * len(audit["selections"])


def test_only_the_audit_reads_protected_attributes(recruiting_volume):
    tables = Tables.read(find_partition(recruiting_volume.refined))
    assert {"sex", "disability"} < set(tables.users.columns)
    assert not {"sex", "disability"} & set(tables.items.columns)
