"""What is taken out of the catalogue file goes; of a file and the service the newer word counts."""

import os
from pathlib import Path

import polars as pl
import pytest

from pipelines.domains import load
from pipelines.feedback.catalogue_file import CatalogueFile
from pipelines.feedback.erasure import ForgottenUsers
from pipelines.feedback.merge import CollectedEvents, merge_events
from pipelines.feedback.removal import Removal, find_removed_items
from pipelines.plan import Refinement
from pipelines.settings import RefineOptions
from pipelines.stages.download import download
from pipelines.stages.refine import refine
from script_shared.domains.news.tables import ITEMS
from script_shared.releases.manifest import Facts
from script_shared.releases.registry import Registry
from script_shared.releases.store import write_release
from script_shared.storage.volume import Volume
from tests.pipelines.feedback.test_merge import HOUR, PLAN, START, about, items_told

DAY = 24 * HOUR


def catalogue_of(rows, before=None, written=START + DAY):
    """A file of rows of article, title and hour of publication."""
    schema = {"item_id": pl.String, "title": pl.String, "published_at": pl.Int64}
    items = pl.DataFrame(
        [(i, t, None if h is None else START + h * HOUR) for i, t, h in rows], schema, orient="row"
    )
    items = items.with_columns(pl.col("published_at").cast(pl.Datetime("ms", "UTC")))
    return items, CatalogueFile.compare(items, before, written)


def tables_of(items, reads):
    """Tables of a file's items and of reads of article and hour."""
    frame = pl.DataFrame(
        [("u", item, START + hour * HOUR) for item, hour in reads],
        {"user_id": pl.String, "item_id": pl.String, "timestamp": pl.Int64},
        orient="row",
    ).with_columns(pl.col("timestamp").cast(pl.Datetime("ms", "UTC")))
    return PLAN.build_tables(frame, ITEMS.conform(items), None)


READS = [("a", 1), ("b", 1), ("c", 5)]


def test_what_an_earlier_file_named_is_removed():
    _, first = catalogue_of([("a", "A", 0), ("b", "B", 0), ("c", "C", 4)])
    items, second = catalogue_of([("a", "A", 0), ("b", "B", 0)], first.rows)
    assert find_removed_items(second, tables_of(items, READS), {}) == ["c"]
    # It stays removed, and is back as soon as a file names it.
    items, third = catalogue_of([("a", "A", 0), ("b", "B", 0)], second.rows)
    assert find_removed_items(third, tables_of(items, READS), {}) == ["c"]
    items, fourth = catalogue_of([("a", "A", 0), ("b", "B", 0), ("c", "C", 4)], third.rows)
    assert find_removed_items(fourth, tables_of(items, READS), {}) == []


def test_what_was_read_before_the_newest_publication_is_removed_and_what_is_newer_is_only_missing():
    items, file = catalogue_of([("a", "A", 0), ("z", "Z", 3)])
    assert find_removed_items(file, tables_of(items, READS), {}) == ["b"]
    items, undated = catalogue_of([("a", "A", None), ("z", "Z", None)])
    assert find_removed_items(undated, tables_of(items, READS), {}) == []
    # An embargo of the file says nothing of what was published before.
    items, embargo = catalogue_of([("a", "A", 0), ("z", "Z", 48)])
    assert find_removed_items(embargo, tables_of(items, READS), {}) == []


def test_what_was_reported_since_the_file_was_written_stays():
    _, first = catalogue_of([("a", "A", 0), ("b", "B", 0), ("c", "C", 4)])
    items, file = catalogue_of([("a", "A", 0), ("z", "Z", 3)], first.rows)
    tables = tables_of(items, [*READS, ("new", 1)])
    reports = {"c": START + DAY - 1, "b": START + DAY, "new": START}
    assert find_removed_items(file, tables, reports) == ["c"]


@pytest.mark.parametrize(("named", "is_partial"), [(3, False), (2, True)])
def test_a_part_of_a_catalogue_removes_nothing(named, is_partial):
    rows = [(str(at), "T", 0) for at in range(6)]
    _, first = catalogue_of(rows)
    items, file = catalogue_of(rows[:named], first.rows)
    tables = tables_of(items, [(str(at), 1) for at in range(6)])
    removal = Removal.find(file, tables, None, keep=False)
    assert (removal.is_partial, len(removal.dropped)) == (is_partial, 0 if is_partial else 3)
    assert Removal.find(file, tables, None, keep=True).dropped == ()


def joined(rows, before, written, *events):
    items, file = catalogue_of(rows, before, written)
    found = Refinement(tables_of(items, READS), pl.DataFrame(), START + DAY, {"reads": {}})
    return merge_events(
        PLAN,
        found,
        CollectedEvents(items_told(*events), len(events), ForgottenUsers(Path("nowhere"))),
        START + DAY,
        file,
    )


def titles(result):
    return dict(result.tables.items.select("item_id", "title").iter_rows())


REPORT = about(1, "a", ms=START + HOUR, title="Reported", category="sport")


@pytest.mark.parametrize(
    ("written", "title"), [(START, "Reported"), (START + HOUR - 1, "Reported"), (START + HOUR, "A")]
)
def test_the_newer_of_file_and_report_counts(written, title):
    result = joined([("a", "A", 0)], None, written, REPORT)
    assert titles(result)["a"] == title
    # What the newer one does not name stays as the older one has it.
    assert result.tables.items.row(by_predicate=pl.col("item_id") == "a", named=True)["category"] == "sport"


def test_a_file_that_says_the_same_again_is_no_newer():
    _, first = catalogue_of([("a", "A", 0), ("b", "B", 0)], None, START)
    same = joined([("a", "A", 0), ("b", "B", 0)], first.rows, START + DAY, REPORT)
    assert titles(same)["a"] == "Reported"
    changed = joined([("a", "A corrected", 0), ("b", "B", 0)], first.rows, START + DAY, REPORT)
    assert titles(changed)["a"] == "A corrected"


class TestStage:
    """Two runs, the first of which is served."""

    READS = "user_id,item_id,timestamp\n" + "".join(
        f"u{n % 7},{n % 4},{START + n * 60_000}\n" for n in range(120)
    )

    @pytest.fixture
    def run(self, tmp_path):
        volume, raw = Volume(tmp_path / "data"), tmp_path / "raw"
        raw.mkdir()
        (raw / "interactions.csv").write_text(self.READS)

        def run(name, named, **options):
            # Written anew: what was linked into a run stays as it is.
            (raw / "items.csv").unlink(missing_ok=True)
            (raw / "items.csv").write_text("item_id,title\n" + "".join(f"{each},T{each}\n" for each in named))
            os.utime(raw / "items.csv", (START / 1000, START / 1000))
            download(load("news"), volume, name, "tables", str(raw), 1.0)
            return refine(load("news"), volume, name, "tables", RefineOptions(**options))

        run("run-1", "0123")
        facts = Facts(domain="news", run="run-1", as_of_ms=START)
        release = write_release(volume.releases, facts, lambda folder: (folder / "file").write_text(""))
        Registry(volume.releases).publish(release.id)
        Registry(volume.releases).promote()
        return run

    def test_a_removed_item_is_withdrawn_in_the_release_and_counted(self, run):
        for name in ("run-2", "run-3"):
            report = run(name, "012")
            assert report["withdrawn"] == ["3"]
            assert report["removed_items"] == {"catalogue": 3, "removed": 1, "dropped": 1}
        assert run("run-3", "0123")["withdrawn"] == []

    def test_the_setting_keeps_it(self, run):
        report = run("run-2", "012", removed_items="keep")
        assert (report["withdrawn"], report["removed_items"]["removed"]) == ([], 1)

    def test_a_part_of_a_catalogue_and_no_catalogue_remove_nothing(self, run, capsys):
        report = run("run-2", "0")
        assert report["withdrawn"] == []
        assert report["removed_items"] == {"catalogue": 1, "removed": 3, "dropped": 0}
        assert "the catalogue file is probably incomplete" in "".join(capsys.readouterr())
        assert run("run-3", "")["removed_items"] == {"catalogue": 0, "removed": 0, "dropped": 0}
