"""The real files, as far as they are known; see their README for what the counts mean."""

import polars as pl
import pytest

from pipelines.domains.recruiting.values.statuses import STATUSES
from script_shared.domains.recruiting.tables import (
    select_applicants,
    select_applications,
    select_openings,
)
from tests.support.data.balance import assert_balanced
from tests.support.data.refined_recruiting import SOURCE, day

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def refinement(real_data):
    return SOURCE.refine(real_data / "decision")


@pytest.fixture(scope="module")
def tables(refinement):
    return refinement.tables


def test_nothing_is_rejected(refinement):
    assert assert_balanced(refinement) == {}
    kept = {kind: part["kept"] for kind, part in refinement.report.items() if "kept" in part}
    assert kept == {"prospects": 14_222, "applications": 53_759, "openings": 14_081, "applicants": 39_117}


def test_applications(tables):
    applications = select_applications(tables)
    assert applications.height == 53_759
    assert applications["applicant_id"].n_unique() == 29_405
    assert applications["opening_id"].n_unique() == 11_279
    assert applications["recruiter"].n_unique() == 77
    assert applications["updated_at"].null_count() == 3_913
    assert set(applications["status"]) == set(STATUSES)
    assert (applications["status"] == "Contratado pela Decision").sum() == 2_758
    assert (applications["timestamp"].min(), applications["timestamp"].max()) == (
        day(2018, 12, 4),
        day(2025, 3, 3),
    )


def test_openings(tables):
    openings = select_openings(tables)
    described = openings.filter(pl.col("areas").is_not_null() | pl.col("client").is_not_null())
    assert described.height == 14_081
    assert described["client"].n_unique() == 112
    assert described["analyst"].n_unique() == 63
    assert (openings["is_sap"]).sum() == 693 + 3_224
    assert (openings["is_for_disabled"]).sum() == 20
    assert openings.filter(pl.col("areas") == "TI - Projetos").height == 5_065
    first = select_applications(tables).group_by("opening_id").agg(first=pl.col("timestamp").min())
    dated = first.join(openings, on="opening_id")
    assert dated.height == 11_279
    assert (dated["published_at"] == dated["first"]).all()


def test_request_dates_of_openings_without_applications_are_read(tables):
    openings = select_openings(tables)
    unasked = openings.join(select_applications(tables), on="opening_id", how="anti")
    assert unasked["published_at"].is_not_null().sum() > 2_500


def test_applicants(tables):
    applicants = select_applicants(tables)
    whole = applicants.filter("is_complete")
    assert whole.height == 622
    assert whole["body"].is_not_null().sum() == 589
    assert whole["salary"].is_not_null().sum() == 107
    assert whole["salary"].drop_nulls().is_between(500, 25_000).all()
    assert applicants.filter(~pl.col("is_complete"))["has_email"].null_count() == 38_495
    assert applicants.filter(pl.col("title").is_not_null()).height >= 27_995
    areas = applicants["areas"].drop_nulls().str.split(", ").explode().unique()
    assert areas.len() <= 26


def test_protected_attributes(tables):
    assert tables.users["sex"].is_not_null().sum() == 112
    assert tables.users["disability"].is_not_null().sum() == 102


def test_warnings_name_the_traps(refinement):
    text = " ".join(refinement.warnings)
    assert "263 openings have 25 applications and none has more" in text
    assert "38,495 of 39,117 applicants are partial records" in text
    assert refinement.report["openings"]["changed"] == {
        "body read again as UTF-8": 1,
        "is_sap set: an area is TI - SAP": 3_224,
        "skills read again as UTF-8": 1,
        "skills set to null: equal to body": 5_201,
    }
