import pytest

from pipelines.domains.recruiting.sources import DecisionSource, SyntheticDecisionSource
from pipelines.domains.recruiting.sources.synthetic import generate_tables
from script_shared.domains.recruiting.tables import select_applications
from script_shared.errors import SettingsError
from tests.support.data.balance import assert_balanced
from tests.support.data.refined_recruiting import NOW

SOURCE = SyntheticDecisionSource(clock=NOW)
SCALE = 0.02


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    """A folder with generated files, without the truth about them."""
    folder = tmp_path_factory.mktemp("generated")
    SOURCE.acquire("", SCALE, folder)
    return folder


@pytest.fixture(scope="module")
def refinement(raw):
    return SOURCE.refine(raw)


def test_every_generated_row_is_kept(refinement):
    assert assert_balanced(refinement) == {}
    assert refinement.report["applications"]["kept"] == 1_080
    assert refinement.report["openings"]["kept"] == 280
    assert refinement.report["applicants"]["kept"] == 840


def test_files_are_read_as_those_of_decision(raw, refinement):
    read = DecisionSource(clock=NOW).refine(raw)
    assert read.tables.items.equals(refinement.tables.items)
    assert read.tables.interactions.equals(refinement.tables.interactions)


def test_noise_is_repaired(refinement):
    texts = refinement.tables.items.select("title", "body", "skills")
    garbled = {name: int(texts[name].str.contains("Ã[£§©ªº³¡]").sum()) for name in texts.columns}
    assert garbled == {"title": 0, "body": 0, "skills": 0}
    assert refinement.report["applicants"]["changed"]["body read again as UTF-8"] > 0
    assert refinement.report["openings"]["changed"]["skills set to null: equal to body"] > 0
    assert refinement.tables.items["salary"].drop_nulls().is_between(500, 60_000).all()


def test_tables_contain_the_same_applications(refinement, tmp_path):
    generate_tables(tmp_path, SCALE)
    tables = SOURCE.refine(tmp_path)
    assert assert_balanced(tables) == {}
    assert select_applications(tables.tables).equals(select_applications(refinement.tables))


def test_same_seed_gives_the_same_files(raw, tmp_path):
    SOURCE.acquire("", SCALE, tmp_path)
    for file in raw.iterdir():
        assert (tmp_path / file.name).read_bytes() == file.read_bytes()


def test_generated_files_are_not_taken_for_another_format(raw):
    assert not SOURCE.recognises(raw)
    assert SOURCE.generated_bytes > 0


def test_impossible_scale_is_refused(tmp_path):
    with pytest.raises(SettingsError) as caught:
        SOURCE.acquire("", -1, tmp_path)
    assert caught.value.where == "scale"
