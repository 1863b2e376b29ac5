import json

import pytest

from pipelines.domains.news.sources.generated import Synthetic
from pipelines.domains.news.sources.webmedia import Webmedia
from script_shared.errors import InputError


@pytest.fixture(scope="module")
def refined(tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw")
    Synthetic().acquire("", 0.002, folder)
    manifest = json.loads(next(folder.rglob("synthetic.json")).read_text())
    return Synthetic().refine(folder), manifest


def test_nothing_is_lost_every_read_is_kept_or_set_aside(refined):
    result, _ = refined
    lost = result.report["rejected"]
    counted = lost.get("exact duplicate", 0) + lost.get("straggler", 0)
    assert result.report["interactions_read"] == result.report["interactions_kept"] + counted


def test_the_tables_are_sound(refined):
    tables = refined[0].tables
    assert tables.interactions["scroll"].max() <= 100
    assert tables.interactions["timestamp"].is_sorted()
    assert set(tables.interactions["item_id"]) <= set(tables.items["item_id"])
    assert tables.items["category"].null_count() < len(tables.items) * 0.05


def test_planted_dirt_is_found_with_its_reason(refined):
    reasons = refined[0].report["rejected"]
    for reason in ("lists of unequal length", "not a number", "timestamp in seconds, not milliseconds"):
        assert reasons[reason] > 0
    assert refined[0].report["changed"]["scroll over 100"] > 0


def test_a_missing_column_is_named_with_file_row_and_remedy(tmp_path):
    (tmp_path / "treino_parte1.csv").write_text("userId;userType\na;b\n")
    with pytest.raises(InputError) as caught:
        Webmedia().refine(tmp_path)
    assert "treino_parte1.csv, row 1" in str(caught.value)
    assert "comma-separated" in caught.value.remedy


def test_an_empty_folder_is_an_error_that_says_what_to_give(tmp_path):
    (tmp_path / "raw").mkdir()
    with pytest.raises(InputError, match="no such file"):
        Webmedia().acquire(str(tmp_path), 1.0, tmp_path / "raw")
