"""Items removed from the catalogue file are withdrawn; the newer of file and reported event is used."""

import os
from pathlib import Path

import polars as pl
import pytest

from pipelines.domains import load
from pipelines.feedback.catalogue_file import CatalogueFile
from pipelines.feedback.erasure import ForgottenUsers
from pipelines.feedback.merge import CollectedEvents, merge_events
from pipelines.feedback.removal import Removal, find_removed_items
from pipelines.plans.plan import Refinement
from pipelines.settings import RefineOptions
from pipelines.stages.download import download
from pipelines.stages.refine import refine
from script_shared.domains.news.tables import ITEMS
from script_shared.releases.manifest import Facts
from script_shared.releases.registry import Registry
from script_shared.releases.store import write_release
from script_shared.storage.volume import Volume
from tests.pipelines.feedback.test_merge import HOUR, PLAN, START, item_frame, make_item_event

DAY = 24 * HOUR


def make_catalogue(rows, before=None, written=START + DAY):
    """Return items with rows of item, title and hour of publication, and their catalogue file."""
    schema = {"item_id": pl.String, "title": pl.String, "published_at": pl.Int64}
    items = pl.DataFrame(
        [(item, title, None if hour is None else START + hour * HOUR) for item, title, hour in rows],
        schema,
        orient="row",
    )
    items = items.with_columns(pl.col("published_at").cast(pl.Datetime("ms", "UTC")))
    return items, CatalogueFile.compare(items, before, written)


def make_tables(items, interactions):
    """Return the tables of a file's items and of interactions of item and hour."""
    frame = pl.DataFrame(
        [("u", item, START + hour * HOUR) for item, hour in interactions],
        {"user_id": pl.String, "item_id": pl.String, "timestamp": pl.Int64},
        orient="row",
    ).with_columns(pl.col("timestamp").cast(pl.Datetime("ms", "UTC")))
    return PLAN.build_tables(frame, ITEMS.conform(items), None)


INTERACTIONS = [("a", 1), ("b", 1), ("c", 5)]


def test_item_of_an_earlier_file_is_removed():
    _, first = make_catalogue([("a", "A", 0), ("b", "B", 0), ("c", "C", 4)])
    items, second = make_catalogue([("a", "A", 0), ("b", "B", 0)], first.rows)
    assert find_removed_items(second, make_tables(items, INTERACTIONS), {}) == ["c"]
    # It stays removed until a later file contains it.
    items, third = make_catalogue([("a", "A", 0), ("b", "B", 0)], second.rows)
    assert find_removed_items(third, make_tables(items, INTERACTIONS), {}) == ["c"]
    items, fourth = make_catalogue([("a", "A", 0), ("b", "B", 0), ("c", "C", 4)], third.rows)
    assert find_removed_items(fourth, make_tables(items, INTERACTIONS), {}) == []


def test_missing_item_is_removed_only_if_older_than_the_newest_publication():
    items, file = make_catalogue([("a", "A", 0), ("z", "Z", 3)])
    assert find_removed_items(file, make_tables(items, INTERACTIONS), {}) == ["b"]
    items, undated = make_catalogue([("a", "A", None), ("z", "Z", None)])
    assert find_removed_items(undated, make_tables(items, INTERACTIONS), {}) == []
    # An item with a publication time in the future does not remove older items.
    items, embargo = make_catalogue([("a", "A", 0), ("z", "Z", 48)])
    assert find_removed_items(embargo, make_tables(items, INTERACTIONS), {}) == []


def test_item_reported_after_the_file_was_written_is_kept():
    _, first = make_catalogue([("a", "A", 0), ("b", "B", 0), ("c", "C", 4)])
    items, file = make_catalogue([("a", "A", 0), ("z", "Z", 3)], first.rows)
    tables = make_tables(items, [*INTERACTIONS, ("new", 1)])
    reports = {"c": START + DAY - 1, "b": START + DAY, "new": START}
    assert find_removed_items(file, tables, reports) == ["c"]


@pytest.mark.parametrize(("row_count", "is_partial"), [(3, False), (2, True)])
def test_partial_catalogue_removes_no_items(row_count, is_partial):
    rows = [(str(at), "T", 0) for at in range(6)]
    _, first = make_catalogue(rows)
    items, file = make_catalogue(rows[:row_count], first.rows)
    tables = make_tables(items, [(str(at), 1) for at in range(6)])
    removal = Removal.find(file, tables, None, keep=False)
    assert (removal.is_partial, len(removal.dropped)) == (is_partial, 0 if is_partial else 3)
    assert Removal.find(file, tables, None, keep=True).dropped == ()


def merge(rows, before, written, *events):
    items, file = make_catalogue(rows, before, written)
    refined = Refinement(make_tables(items, INTERACTIONS), pl.DataFrame(), START + DAY, {"reads": {}})
    return merge_events(
        PLAN,
        refined,
        CollectedEvents(item_frame(*events), len(events), ForgottenUsers(Path("nowhere"))),
        START + DAY,
        file,
    )


def get_titles(result):
    return dict(result.tables.items.select("item_id", "title").iter_rows())


REPORT = make_item_event(1, "a", ms=START + HOUR, title="Reported", category="sport")


@pytest.mark.parametrize(
    ("written", "title"), [(START, "Reported"), (START + HOUR - 1, "Reported"), (START + HOUR, "A")]
)
def test_newer_of_file_and_report_is_used(written, title):
    result = merge([("a", "A", 0)], None, written, REPORT)
    assert get_titles(result)["a"] == title
    # A field that the newer source omits keeps the value of the older one.
    assert result.tables.items.row(by_predicate=pl.col("item_id") == "a", named=True)["category"] == "sport"


def test_unchanged_row_of_a_newer_file_does_not_override_a_report():
    _, first = make_catalogue([("a", "A", 0), ("b", "B", 0)], None, START)
    same = merge([("a", "A", 0), ("b", "B", 0)], first.rows, START + DAY, REPORT)
    assert get_titles(same)["a"] == "Reported"
    changed = merge([("a", "A corrected", 0), ("b", "B", 0)], first.rows, START + DAY, REPORT)
    assert get_titles(changed)["a"] == "A corrected"


class TestStage:
    """Runs of the refine stage after a run that is served."""

    INTERACTIONS = "user_id,item_id,timestamp\n" + "".join(
        f"u{n % 7},{n % 4},{START + n * 60_000}\n" for n in range(120)
    )

    @pytest.fixture
    def run(self, tmp_path):
        volume, raw = Volume(tmp_path / "data"), tmp_path / "raw"
        raw.mkdir()
        (raw / "interactions.csv").write_text(self.INTERACTIONS)

        def run(name, items, **options):
            # The file is replaced, not overwritten: an earlier run contains a hard link to it.
            (raw / "items.csv").unlink(missing_ok=True)
            (raw / "items.csv").write_text("item_id,title\n" + "".join(f"{item},T{item}\n" for item in items))
            os.utime(raw / "items.csv", (START / 1000, START / 1000))
            download(load("news"), volume, name, "tables", str(raw), 1.0)
            return refine(load("news"), volume, name, "tables", RefineOptions(**options))

        run("run-1", "0123")
        facts = Facts(domain="news", run="run-1", as_of_ms=START)
        release = write_release(volume.releases, facts, lambda folder: (folder / "file").write_text(""))
        Registry(volume.releases).publish(release.id)
        Registry(volume.releases).promote()
        return run

    def test_removed_item_is_withdrawn_in_the_release_and_counted(self, run):
        for name in ("run-2", "run-3"):
            report = run(name, "012")
            assert report["withdrawn"] == ["3"]
            assert report["removed_items"] == {"catalogue": 3, "removed": 1, "dropped": 1}
        assert run("run-3", "0123")["withdrawn"] == []

    def test_setting_keeps_removed_items(self, run):
        report = run("run-2", "012", removed_items="keep")
        assert (report["withdrawn"], report["removed_items"]["removed"]) == ([], 1)

    def test_partial_or_missing_catalogue_removes_no_items(self, run, capsys):
        report = run("run-2", "0")
        assert report["withdrawn"] == []
        assert report["removed_items"] == {"catalogue": 1, "removed": 3, "dropped": 0}
        assert "the catalogue file is probably incomplete" in "".join(capsys.readouterr())
        assert run("run-3", "")["removed_items"] == {"catalogue": 0, "removed": 0, "dropped": 0}
