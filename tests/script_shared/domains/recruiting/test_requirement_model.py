"""The requirement explainer of a release, on generated openings and applicants whose truth is known."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from script_shared.arrays import Bundle
from script_shared.domains.recruiting.labels import HIRED, REFUSED
from script_shared.domains.recruiting.requirement_model import RequirementModel
from script_shared.domains.recruiting.requirements import (
    APPLICANT_COLUMNS,
    APPLICANT_TEXTS,
    OPENING_COLUMNS,
    OPENING_TEXTS,
    WEIGHT_NAMES,
    compose_text,
    read_applicant,
    read_opening,
)
from script_shared.domains.recruiting.tables import make_id, select_applications
from script_shared.requirements.explainer import RequirementExplainer
from script_shared.requirements.vocabulary import Vocabulary
from script_shared.tables import Tables

#: Columns that the explainer never reads.
NEVER_READ = ("status", "updated_at", "recruiter", "client", "analyst", "salary", "sex", "disability")
PAIRS = 1_500


def fit(decision, tables=None):
    model = RequirementModel()
    model.fit(tables or decision.tables, decision.as_of_ms)
    return model


@pytest.fixture(scope="module")
def model(decision):
    return fit(decision)


@pytest.fixture(scope="module")
def entities(decision):
    return {row["item_id"]: row for row in decision.tables.items.iter_rows(named=True)}


@pytest.fixture(scope="module")
def pairs(decision, entities):
    """Opening, applicant and the share of required skills that the applicant has."""
    truth = decision.truth["applications"]
    rows = zip(truth["opening"], truth["applicant"], truth["required"], strict=True)
    named = [(make_id("opening", str(o)), make_id("applicant", str(a)), share) for o, a, share in rows]
    return [row for row in named if row[0] in entities and row[1] in entities][:PAIRS]


def test_the_largest_weight_is_the_planted_one(model, decision):
    weights = model.weights.by_name()
    largest = max(weights, key=lambda name: abs(weights[name]))
    assert largest == "required_skills"
    assert max(decision.truth["rule"].values()) == decision.truth["rule"]["required"]
    assert weights["required_skills"] > 2.5 * abs(weights["optional_skills"])
    assert weights["English"] > 0 > weights["Seniority_distance"]


def test_the_seniority_of_applicants_is_read_from_their_texts(decision, entities, pairs):
    """Few forms have it; the generator's coordinators are specialists here."""
    ranks = dict(zip(decision.truth["applicants"]["code"], decision.truth["applicants"]["rank"], strict=True))
    people = sorted({applicant for _, applicant, _ in pairs})
    read = {person: read_applicant(entities[person]).levels.get("Seniority") for person in people}
    known = {person: min(level.rank, 5) for person, level in read.items() if level}
    assert len(known) > 0.9 * len(people)
    right = [rank == min(ranks[int(person.split(":")[1])], 5) for person, rank in known.items()]
    assert np.mean(right) > 0.9


def test_missing_lists_are_right_where_the_synonyms_are_known(decision, entities, pairs):
    """With the vocabulary of the generator."""
    lines = (": ".join((names[0], ", ".join(names[1:]) or names[0])) for names in decision.truth["skills"])
    explainer = RequirementExplainer(Vocabulary.parse("\n".join(["[skills]", *lines])))
    applicants = decision.truth["applicants"]
    skills = dict(zip(map(str, applicants["code"]), map(set, applicants["skills"]), strict=True))
    right = {"met": [], "missing": []}
    for opening, applicant, _ in pairs:
        requirements = explainer.read_requirements(compose_text(entities[opening], OPENING_TEXTS))
        profile = explainer.read_profile(
            compose_text(entities[applicant], APPLICANT_TEXTS),
            is_complete=bool(entities[applicant]["body"]),
        )
        for result in explainer.assess(requirements, profile).results:
            number = explainer.vocabulary.number[result.requirement.names[0]]
            has_skill = number in skills[applicant.split(":")[1]]
            if result.status in right:
                right[result.status].append(has_skill == (result.status == "met"))
    assert min(map(len, right.values())) > 1_000
    assert np.mean(right["missing"]) > 0.98
    assert np.mean(right["met"]) > 0.98


def test_the_vocabulary_of_the_domain_finds_the_shares_of_required_skills(model, pairs):
    shares, found = [], []
    for opening, applicant, share in pairs:
        features = model._compute(opening, applicant)
        if not np.isnan(features[0]):
            shares.append(share)
            found.append(features[0])
    assert len(found) > 0.9 * len(pairs)
    assert np.corrcoef(shares, found)[0, 1] > 0.7


def test_an_explanation_has_a_status_an_importance_and_evidence_for_each_requirement(model, pairs):
    opening, applicant, _ = max(pairs, key=lambda pair: pair[2])
    requirements = model.find_requirements(opening)
    [explanation] = model.explain(requirements, [applicant])
    document = explanation.document()
    assert len(document) == len(requirements.items)
    met = [row for row in document if row["status"] == "met"]
    assert met
    assert all(row["evidence"] and len(row["evidence"]) <= 160 for row in met)
    assert all(row["status"] in {"met", "missing", "unknown"} for row in document)


def test_an_unknown_applicant_has_only_unknown_results(model, pairs):
    [explanation] = model.explain(model.find_requirements(pairs[0][0]), ["applicant:nobody"])
    assert {result.status for result in explanation.results} == {"unknown"}


def test_an_unknown_opening_has_no_requirements(model):
    assert model.find_requirements("opening:none") is None


def test_a_new_applicant_is_explained_at_once_and_a_removed_one_is_forgotten(model):
    requirements = read_opening({"skills": "Java e Kubernetes"})

    def statuses():
        [explanation] = model.explain(requirements, ["applicant:new"])
        return [result.status for result in explanation.results]

    assert statuses() == ["unknown", "unknown"]
    model.update_item("applicant:new", {"body": "dez anos de java em projetos. " * 10})
    assert statuses() == ["met", "missing"]
    model.forget_item("applicant:new")
    assert statuses() == ["unknown", "unknown"]


def test_an_edit_changes_ranks(model, pairs):
    people = [applicant for _, applicant, _ in pairs[:30]]
    before = read_opening({"skills": "Java e Spring Boot"})
    after = read_opening({"skills": "SAP MM"})
    result = model.compare_edit(before, after, people)
    assert {person.name for person in result.persons} == set(people)
    assert sorted(person.rank_after for person in result.persons) == list(range(1, len(set(people)) + 1))
    assert [requirement.name for requirement in result.edit.added] == ["SAP MM"]


def test_what_was_dumped_explains_alike(model, pairs, tmp_path):
    model.dump().write(tmp_path / "model")
    restored = RequirementModel()
    restored.load(Bundle.read(tmp_path / "model"))
    for opening, applicant, _ in pairs[:20]:
        requirements = restored.find_requirements(opening)
        assert requirements == model.find_requirements(opening)
        assert restored.explain(requirements, [applicant]) == model.explain(requirements, [applicant])
    assert restored.predict(np.full((1, len(WEIGHT_NAMES)), np.nan, np.float32)).shape == (1,)


def shuffle_columns(frame, names, seed=0):
    return frame.with_columns(pl.col(name).shuffle(seed) for name in names if name in frame.columns)


def test_columns_that_are_never_read_change_no_explanation(decision, entities, model, pairs):
    assert not set(NEVER_READ) & {*OPENING_COLUMNS, *APPLICANT_COLUMNS}
    tables = decision.tables
    shuffled = Tables(tables.interactions, shuffle_columns(tables.items, NEVER_READ), tables.users)
    other = fit(decision, shuffled)
    assert other.weights.weights.tolist() == model.weights.weights.tolist()
    for opening, applicant, _ in pairs[:50]:
        requirements = model.find_requirements(opening)
        assert other.explain(requirements, [applicant]) == model.explain(requirements, [applicant])


def test_statuses_of_later_applications_change_no_weight(decision):
    middle = int(decision.tables.interactions["timestamp"].dt.epoch("ms").median())
    earlier = replace(decision, as_of_ms=middle)
    later = pl.col("timestamp").dt.epoch("ms") >= middle
    changed = decision.tables.interactions.with_columns(
        status=pl.when(later).then(pl.lit(HIRED[0])).otherwise("status")
    )
    tables = Tables(changed, decision.tables.items, decision.tables.users)
    assert fit(earlier, tables).weights.weights.tolist() == fit(earlier).weights.weights.tolist()


def test_without_decided_applications_nothing_matters(decision):
    undecided = decision.tables.interactions.with_columns(status=pl.lit("Prospect"))
    model = fit(decision, Tables(undecided, decision.tables.items, decision.tables.users))
    assert np.abs(model.weights.weights).max() == 0


def test_outcomes_are_statuses_of_the_data(decision):
    statuses = set(select_applications(decision.tables)["status"])
    assert set(HIRED) & statuses
    assert set(REFUSED) & statuses
    assert not set(HIRED) & set(REFUSED)


def test_profiles_read_from_entities_have_levels(entities, pairs):
    names = {name for _, applicant, _ in pairs[:200] for name in read_applicant(entities[applicant]).levels}
    assert {"English", "Seniority", "Degree"} <= names
