import json
import zipfile

import polars as pl
import pytest

from pipelines.domains.news.sources.synthetic import SyntheticSource
from pipelines.domains.news.sources.webmedia import WebmediaSource
from script_shared.domains.news.tables import INTERACTIONS, ITEMS, USERS
from script_shared.errors import InputError, SettingsError
from tests.support.data.balance import assert_balanced
from tests.support.data.webmedia import HOUR_MS, START_MS, article, reader, write_webmedia


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw")
    SyntheticSource().acquire("", 0.002, folder)
    manifest = json.loads((folder / "synthetic.json").read_text())
    return folder, SyntheticSource().refine(folder), manifest


def refine(folder, readers=None, articles=None):
    write_webmedia(folder, readers, articles)
    return WebmediaSource().refine(folder)


class TestGenerated:
    def test_every_row_is_kept_or_quarantined(self, generated):
        _, refinement, manifest = generated
        assert_balanced(refinement)
        # Lists of unequal length lack a time; their readers are rejected before lists become reads.
        unequal = refinement.quarantine.filter(pl.col("reason") == "lists of unequal length")
        assert set(unequal["field"]) == {"timeOnPageHistory"}
        assert refinement.report["readers"]["read"] == manifest["figures"]["users"]

    def test_exactly_the_generated_noise_is_rejected(self, generated):
        _, refinement, manifest = generated
        noise, rejected = manifest["dirt"], assert_balanced(refinement)
        assert rejected.pop("time not in milliseconds") >= noise["seconds_timestamp"]
        assert rejected == {
            "lists of unequal length": noise["unequal_lists"],
            "not a number": noise["word_for_number"],
            "exact duplicate": noise["duplicate_read"],
            "straggler": noise["future_timestamp"],
            "repeated item": noise["duplicate_item"],
            "not a time": noise["broken_issued"],
        }
        assert refinement.report["reads"]["changed"]["scroll over 100"] == noise["scroll_over_100"]

    def test_as_of_is_the_end_of_the_period_despite_future_reads(self, generated):
        _, refinement, manifest = generated
        assert refinement.as_of_ms == manifest["figures"]["end"]

    def test_tables_conform_and_contain_every_item(self, generated):
        tables = generated[1].tables
        assert tables.interactions.schema == INTERACTIONS.dtypes
        assert tables.items.schema == ITEMS.dtypes
        assert tables.users.schema == USERS.dtypes
        assert tables.interactions["timestamp"].is_sorted()
        assert set(tables.interactions["item_id"]) <= set(tables.items["item_id"])
        assert set(tables.interactions["user_id"]) == set(tables.users["user_id"])

    def test_refining_twice_gives_the_same_tables(self, generated):
        folder, refinement, _ = generated
        again = SyntheticSource().refine(folder)
        assert again.tables.interactions.equals(refinement.tables.interactions)
        assert again.tables.items.equals(refinement.tables.items)
        assert again.tables.users.equals(refinement.tables.users)
        assert again.quarantine.equals(refinement.quarantine)

    def test_scale_out_of_range_is_an_error(self, tmp_path):
        with pytest.raises(SettingsError, match="scale must be above 0"):
            SyntheticSource().acquire("", 0.0, tmp_path)


class TestRules:
    def test_lists_become_reads_with_seconds_and_utc(self, tmp_path):
        refinement = refine(tmp_path)
        reads = refinement.tables.interactions.filter(pl.col("user_id") == "reader-1")
        assert reads["item_id"].to_list() == ["page-1", "page-2", "page-3"]
        assert reads["timestamp"].to_physical().to_list() == [
            START_MS + hour * HOUR_MS + 1000 for hour in range(3)
        ]
        assert reads["clicks"].to_list() == [1, 12, 3]
        assert reads["seconds"].to_list() == pytest.approx([20.001, 60.0, 90.5])
        assert reads["scroll"].to_list() == pytest.approx([43.2, 100.0, 7.0])
        assert reads["visits"].to_list() == [1, 2, 1]
        assert refinement.as_of_ms == START_MS + 3 * HOUR_MS
        assert_balanced(refinement)

    def test_users_have_their_login_state(self, tmp_path):
        users = refine(tmp_path).tables.users
        assert dict(users.select("user_id", "user_type").iter_rows())["reader-1"] == "Logged"
        assert dict(users.select("user_id", "user_type").iter_rows())["reader-2"] == "Non-Logged"
        assert users["interactions"].to_list() == [3] * 12

    def test_scroll_over_100_is_lowered_to_100_and_counted(self, tmp_path):
        rows = [*(reader(n) for n in range(12)), reader(12, scrollPercentageHistory="526275, 100.01, 99")]
        refinement = refine(tmp_path, rows)
        reads = refinement.tables.interactions.filter(pl.col("user_id") == "reader-12")
        assert reads["scroll"].to_list() == [100.0, 100.0, 99.0]
        assert refinement.report["reads"]["changed"]["scroll over 100"] == 2

    def test_times_over_the_99th_percentile_are_lowered_to_it(self, tmp_path):
        rows = [*(reader(n) for n in range(99)), reader(99, timeOnPageHistory="46033049, 60000, 90500")]
        refinement = refine(tmp_path, rows)
        assert refinement.tables.interactions["seconds"].max() == pytest.approx(90.5)
        assert refinement.report["reads"]["changed"]["seconds over the 99th percentile"] == 1

    def test_only_exact_duplicates_are_rejected(self, tmp_path):
        twice = {
            "history": "page-1, page-1, page-1",
            "timestampHistory": f"{START_MS}, {START_MS}, {START_MS}",
        }
        twice |= {"numberOfClicksHistory": "1, 1, 2", "timeOnPageHistory": "9000, 9000, 9000"}
        twice |= {"scrollPercentageHistory": "5, 5, 5", "pageVisitsCountHistory": "1, 1, 1"}
        refinement = refine(tmp_path, [*(reader(n) for n in range(12)), reader(12, **twice)])
        assert assert_balanced(refinement) == {"exact duplicate": 1}
        assert refinement.quarantine.row(0)[:2] == ("treino_parte1.csv", 14)

    def test_region_and_category_come_from_the_url(self, tmp_path):
        urls = [
            "http://g1.globo.com/sp/sao-paulo/noticia/2022/06/18/a.ghtml",
            "http://g1.globo.com/economia/noticia/2022/06/18/a.ghtml",
            "http://g1.globo.com/sp/campinas-regiao/cidades/noticia/2022/06/18/a.ghtml",
            "not an address",
        ]
        items = refine(
            tmp_path, articles=[article(n, url=url) for n, url in enumerate(urls)]
        ).tables.items.filter(pl.col("url").is_not_null())
        assert items["region"].to_list() == ["sp/sao-paulo", None, "sp/campinas-regiao", None]
        assert items["category"].to_list() == ["regional", "economia", "cidades", None]

    def test_modification_time_is_ignored(self, tmp_path):
        before = refine(tmp_path).tables
        after = refine(
            tmp_path, articles=[article(n, modified="2022-07-01 00:00:00+00:00") for n in range(6)]
        )
        assert after.tables.items.equals(before.items)
        assert "modified" not in before.items.columns

    def test_item_without_a_row_is_added_from_reads(self, tmp_path):
        items = refine(tmp_path, articles=[article(0)]).tables.items
        assert items["item_id"].to_list() == [f"page-{n}" for n in range(6)]
        assert items["title"].null_count() == 5


class TestLocations:
    def test_published_zip_gives_the_same_tables_as_a_folder(self, tmp_path):
        (tmp_path / "plain").mkdir()
        readers, articles = write_webmedia(tmp_path / "plain")
        with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(readers, "arquivo/files/treino/treino_parte1.csv")
            archive.write(articles, "arquivo/itens/itens/itens-parte1.csv")
        (tmp_path / "raw").mkdir()
        WebmediaSource().acquire((tmp_path / "all.zip").as_uri(), 1.0, tmp_path / "raw")
        packed, plain = WebmediaSource().refine(tmp_path / "raw"), WebmediaSource().refine(tmp_path / "plain")
        assert packed.tables.interactions.equals(plain.tables.interactions)
        assert packed.tables.items.equals(plain.tables.items)

    def test_empty_folder_is_an_error_with_a_remedy(self, tmp_path):
        (tmp_path / "raw").mkdir()
        with pytest.raises(InputError, match=r"there is no treino_parte1\.csv") as caught:
            WebmediaSource().acquire(str(tmp_path), 1.0, tmp_path / "raw")
        assert "whole archive" in caught.value.remedy
