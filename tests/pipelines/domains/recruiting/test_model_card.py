"""The model card of a release is complete, and says what is true of the release."""

import json
import re

import pytest

from pipelines.domains.recruiting import card_texts
from pipelines.domains.recruiting.columns_read import NEVER_READ
from pipelines.domains.recruiting.model_card import describe_release, write_model_card
from pipelines.domains.recruiting.plan import PLAN
from pipelines.plans.plan import ReleaseRecord
from script_shared.domains.recruiting.tables import select_applicants, select_applications, select_openings
from script_shared.releases.registry import Registry
from script_shared.storage.partitions import find_partition
from script_shared.tables import Tables

SECTIONS = [
    "format", "title", "release", "intended_use", "not_intended_for", "human_oversight", "contact", "data",
    "models", "columns_read", "columns_never_read", "fields_never_stored", "figures", "audit", "limits",
    "retention", "law",
]  # fmt: skip


@pytest.fixture(scope="module")
def release(recruiting_volume):
    return Registry(recruiting_volume.releases).open()


@pytest.fixture(scope="module")
def record(recruiting_volume, release):
    facts = {name: getattr(release.manifest, name) for name in type(release.manifest).__base__.model_fields}
    return ReleaseRecord(recruiting_volume, "run-1", type(release.manifest).__base__(**facts))


@pytest.fixture(scope="module")
def card(release):
    return json.loads(release.documents()["model_card.json"])


@pytest.fixture(scope="module")
def page(release):
    return release.documents()["model_card.html"].decode()


def test_every_section_is_there_and_says_something(card):
    assert list(card) == SECTIONS
    assert all(card[name] for name in SECTIONS)


def test_the_card_belongs_to_its_release(card, release):
    assert card["release"]["run"] == release.manifest.run
    assert card["data"]["fingerprint"] == release.manifest.data_fingerprint


def test_the_data_has_period_counts_and_completeness(card, recruiting_volume):
    tables = Tables.read(find_partition(recruiting_volume.refined))
    counts = card["data"]["counts"]
    assert counts["openings"] == len(select_openings(tables))
    assert counts["applicants"] == len(select_applicants(tables))
    assert counts["applications"] == len(select_applications(tables))
    assert counts["applications"] > counts["decided applications"] > counts["hires"] > 0
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in card["data"]["period"].values())
    shares = card["data"]["completeness"]["applicants"]
    assert shares["body"] > 0.9
    assert shares["salary"] < 0.5
    assert all(0 <= share <= 1 for share in shares.values())


def test_every_model_of_the_release_says_what_its_score_means(card, release):
    names = {name.removeprefix("models/") for name in release.bundles("models")}
    described = {name.removeprefix("lists of ") for name in card["models"]}
    assert described == names
    assert all(model["meaning"] for model in card["models"].values())
    assert "given that the application is decided" in card["models"]["requirements"]["meaning"]


def test_probabilities_state_their_condition():
    assert "given that the application is decided" in card_texts.MEANINGS["predict"]
    assert "undecided ones included" in card_texts.MEANINGS["match"]
    assert "no probability" in card_texts.MEANINGS["lists"]


def test_the_columns_read_and_never_read_are_listed(card):
    assert card["columns_never_read"].keys() == {f"{table}.{name}" for table, name in NEVER_READ}
    for model in card["columns_read"].values():
        listed = {f"{table}.{name}" for table, names in model.items() for name in names}
        assert not listed & card["columns_never_read"].keys()
    assert "comentario" in card["fields_never_stored"]


def test_figures_have_intervals(card):
    rows = card["figures"]["lists"]
    assert {row["model"] for row in rows} >= {"served"}
    assert all(re.fullmatch(r"\d\.\d{3} \[\d\.\d{3} \d\.\d{3}\]", row["ndcg"]) for row in rows)


def test_the_audit_is_that_of_the_release(card, release):
    assert card["audit"] == json.loads(release.documents()["audit.json"])


def test_nobody_is_said_to_be_hired_or_rejected_by_the_model(card):
    assert "never hired or rejected" in card["human_oversight"]


def test_the_contact_is_a_setting(record, monkeypatch):
    assert describe_release(PLAN, record)["contact"] == card_texts.NO_CONTACT
    monkeypatch.setenv("MODEL_CARD_CONTACT", "people@example.org")
    assert describe_release(PLAN, record)["contact"] == "people@example.org"


def test_the_same_run_gives_the_same_bytes(record, release):
    documents = write_model_card(PLAN, record)
    assert documents == {name: release.documents()[name] for name in documents}


def test_the_page_has_every_section_and_the_tables_of_the_audit(page, card):
    for name in SECTIONS[2:]:
        assert f'<h2 id="{name}">' in page
    assert page.count('class="audit"') == sum(len(entry["audits"]) for entry in card["audit"]["selections"])
    assert "<script" not in page
    assert "None" not in page


def test_text_in_the_page_is_escaped(record, monkeypatch):
    monkeypatch.setenv("MODEL_CARD_CONTACT", "<b>people</b>")
    page = write_model_card(PLAN, record)["model_card.html"].decode()
    assert "&lt;b&gt;people&lt;/b&gt;" in page
