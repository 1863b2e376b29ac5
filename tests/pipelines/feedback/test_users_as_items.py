"""Events of a domain whose users are items: the next release contains them, and none of an erased user."""

import polars as pl
import pytest

from pipelines.domains import load
from pipelines.stages.collect import collect
from pipelines.stages.download import download
from pipelines.stages.refine import refine
from script_shared.events.factory import open_log
from script_shared.storage.partitions import find_partition
from script_shared.storage.volume import Volume
from script_shared.tables import Tables
from tests.support.data.events import make_event
from tests.support.data.recruiting import write_decision_files

DAY_MS = 86_400_000
NOVEMBER_MS = 1_730_419_200_000
OPENING, APPLICANT = "opening:179", "applicant:1020"


@pytest.fixture
def volume(tmp_path):
    write_decision_files(tmp_path / "raw")
    return Volume(tmp_path / "data" / "recruiting")


@pytest.fixture
def append(volume):
    log = open_log("", volume.events)
    yield lambda *events: log.append(events)
    log.close()


@pytest.fixture
def run(volume, tmp_path):
    plan = load("recruiting")

    def run(name):
        download(plan, volume, name, "decision", str(tmp_path / "raw"), 1.0)
        collect(plan, volume, name)
        refine(plan, volume, name, "decision")
        return Tables.read(find_partition(volume.refined, name))

    return run


def make_application(name, status="Prospect", day=0, **details):
    time_ms = NOVEMBER_MS + day * DAY_MS
    fields = {"status": status, **details}
    forward = make_event(name, OPENING, APPLICANT, time_ms, user_type="opening", details=fields)
    return forward, forward._replace(event_id=f"{name} reverse", user_id=APPLICANT, item_id=OPENING)


def find_pair(tables, user, item):
    pair = (pl.col("user_id") == user) & (pl.col("item_id") == item)
    return tables.interactions.filter(pair).to_dicts()


def test_application_and_its_outcome_are_one_interaction_in_each_direction(run, append):
    hired = {"status": "Contratado pela Decision", "updated_at": NOVEMBER_MS + DAY_MS}
    append(*make_application("a", recruiter="R9"), *make_application("b", day=1, **hired))
    tables = run("run-1")
    for user, item in ((OPENING, APPLICANT), (APPLICANT, OPENING)):
        [row] = find_pair(tables, user, item)
        assert (row["status"], row["recruiter"]) == ("Contratado pela Decision", "R9")
        assert row["timestamp"].timestamp() * 1000 == NOVEMBER_MS
        assert row["updated_at"].timestamp() * 1000 == NOVEMBER_MS + DAY_MS


def test_reported_applicant_is_an_item_with_its_columns(run, append):
    details = {"title": "Java", "salary": 9_000, "has_email": True, "category": "applicant"}
    details |= {"published_ms": NOVEMBER_MS}
    append(
        *make_application("a"),
        make_event("b", "", "applicant:9000", NOVEMBER_MS, kind="item", details=details),
    )
    tables = run("run-1")
    [row] = tables.items.filter(pl.col("item_id") == "applicant:9000").to_dicts()
    assert (row["title"], row["salary"], row["has_email"], row["category"]) == (
        "Java",
        9_000,
        True,
        "applicant",
    )
    [user] = tables.users.filter(pl.col("user_id") == "applicant:9000").to_dicts()
    assert (user["user_type"], user["interactions"]) == ("applicant", 0)


def test_erased_applicant_of_the_files_is_in_no_table(run, append):
    before = run("run-1")
    erased = next(row["item_id"] for row in before.interactions.to_dicts() if row["user_id"] == "opening:100")
    append(*make_application("a"), make_event("b", erased, "", NOVEMBER_MS, kind="forget"))
    after = run("run-2")
    assert before.items.filter(pl.col("item_id") == erased).height == 1
    for frame in (after.items, after.interactions, after.users):
        ids = {value for column in ("user_id", "item_id") if column in frame for value in frame[column]}
        assert erased not in ids
    assert after.items.height == before.items.height - 1


def find_sex(tables, person):
    return tables.users.filter(pl.col("user_id") == person)["sex"].to_list()


def test_events_leave_the_protected_attributes_for_the_audit(run, append):
    before = run("run-1")
    append(*make_application("a"))
    after = run("run-2")
    assert after.interactions.height > before.interactions.height
    assert before.users["sex"].null_count() < before.users.height
    assert after.users.select("user_id", "sex", "disability").equals(
        before.users.select("user_id", "sex", "disability")
    )


def test_applicant_who_comes_back_after_an_erasure_has_no_attributes_of_the_files(run, append):
    assert find_sex(run("run-1"), APPLICANT) == ["Feminino"]
    details = {"title": "Java", "category": "applicant", "published_ms": NOVEMBER_MS}
    append(
        *make_application("a"),
        make_event("b", APPLICANT, "", NOVEMBER_MS, kind="forget"),
        make_event("c", "", APPLICANT, NOVEMBER_MS, kind="item", details=details),
    )
    assert find_sex(run("run-2"), APPLICANT) == [None]
