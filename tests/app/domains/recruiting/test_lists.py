"""`GET /openings/{id}/applicants` and `GET /applicants/{id}/openings`."""

import polars as pl
import pytest

from script_shared.storage.partitions import find_partition
from tests.app.middleware.test_problems import check_problem
from tests.support.processes.recruiting_client import (
    SECRETS,
    applicant_codes,
    find_secrets,
    get_json,
    list_applicants,
    list_openings,
    opening_codes,
)

OPENING, APPLICANT = "140", "1020"


@pytest.fixture(scope="session")
def applied(recruiting_volume):
    """Returns the codes of the other side of an entity's applications."""
    frame = pl.read_parquet(find_partition(recruiting_volume.refined) / "interactions.parquet")
    by_user = dict(frame.group_by("user_id").agg("item_id").iter_rows())
    return lambda user: {item.partition(":")[2] for item in by_user.get(user, ())}


def test_opening_has_a_list_of_applicants_who_did_not_apply(client, applied):
    body = get_json(client, f"/openings/{OPENING}/applicants", num_recs=20)
    codes = [applicant["applicant_id"] for applicant in body["applicants"]]
    assert (body["opening_id"], body["segment"], body["variant"]) == (OPENING, "with_history", "champion")
    assert [applicant["rank"] for applicant in body["applicants"]] == list(range(1, 21))
    assert len(set(codes)) == 20
    assert not set(codes) & applied(f"opening:{OPENING}")
    assert all(int(code) >= 1000 for code in codes)


def test_applicant_has_a_list_of_openings_not_applied_to(client, applied):
    body = get_json(client, f"/applicants/{APPLICANT}/openings", num_recs=20)
    codes = [opening["opening_id"] for opening in body["openings"]]
    assert body["applicant_id"] == APPLICANT
    assert len(set(codes)) == 20
    assert not set(codes) & applied(f"applicant:{APPLICANT}")
    assert all(100 <= int(code) < 1000 for code in codes)


def test_entities_have_the_displayed_columns_of_their_kind(client):
    [applicant], [opening] = (
        list_applicants(client, OPENING, num_recs=1),
        list_openings(client, APPLICANT, num_recs=1),
    )
    shared = {"rank", "score", "title", "published_at", "city", "state", "areas", "level", "degree"}
    shared |= {"english", "spanish", "reason", "requirements"}
    assert set(applicant) == shared | {"applicant_id"}
    assert set(opening) == shared | {"opening_id", "contract", "is_for_disabled"}


def test_no_list_contains_a_name_a_contact_or_a_cv(client):
    for path in (f"/openings/{OPENING}/applicants", f"/applicants/{APPLICANT}/openings"):
        assert find_secrets(get_json(client, path, num_recs=100), (*SECRETS, "curriculo")) == []


def test_pages_continue_the_list(client):
    codes = applicant_codes(client, OPENING, num_recs=20)
    second = list_applicants(client, OPENING, num_recs=10, offset=10)
    assert [applicant["applicant_id"] for applicant in second] == codes[10:]
    assert second[0]["rank"] == 11


@pytest.mark.parametrize(
    ("column", "value"), [("level", "Sênior"), ("city", "Recife"), ("contract", "CLT Full")]
)
def test_filter_keeps_the_openings_with_the_value(client, column, value):
    found = list_openings(client, APPLICANT, num_recs=100, **{column: value})
    everything = list_openings(client, APPLICANT, num_recs=100)
    expected = [opening["opening_id"] for opening in everything if opening[column] == value]
    assert sorted(opening["opening_id"] for opening in found) == sorted(expected)
    assert expected


def test_repeated_filter_keeps_any_of_its_values_and_filters_combine(client):
    found = list_openings(client, APPLICANT, num_recs=100, level=["Júnior", "Pleno"], city="Recife")
    assert {opening["level"] for opening in found} == {"Júnior", "Pleno"}
    assert {opening["city"] for opening in found} == {"Recife"}


@pytest.mark.parametrize("wanted", [True, False])
def test_openings_for_people_with_a_disability_are_filtered(client, wanted):
    found = list_openings(client, APPLICANT, num_recs=100, is_for_disabled=wanted)
    assert {opening["is_for_disabled"] for opening in found} == {wanted}


def test_active_since_keeps_those_created_or_applied_to_since_then(client, recruiting_volume):
    tables = find_partition(recruiting_volume.refined)
    since = pl.lit("2024-09-01T00:00:00Z").str.to_datetime(time_unit="ms", time_zone="UTC")
    items = pl.read_parquet(tables / "items.parquet").filter(pl.col("published_at") >= since)
    users = pl.read_parquet(tables / "interactions.parquet").filter(pl.col("timestamp") >= since)
    active = {*items["item_id"], *users["user_id"]}
    found = applicant_codes(client, OPENING, num_recs=100, active_since="2024-09-01T00:00:00Z")
    everybody = applicant_codes(client, OPENING, num_recs=100) + applicant_codes(
        client, OPENING, num_recs=100, offset=100
    )
    assert set(found) == {code for code in everybody if f"applicant:{code}" in active}
    assert 0 < len(found) < len(everybody)


def test_active_since_may_be_in_milliseconds(client):
    iso = applicant_codes(client, OPENING, num_recs=100, active_since="2024-09-01T00:00:00Z")
    assert applicant_codes(client, OPENING, num_recs=100, active_since=1_725_148_800_000) == iso


def test_filter_without_matches_returns_an_empty_list(client):
    assert list_applicants(client, OPENING, state="Acre") == []


@pytest.mark.parametrize(
    "path",
    ["/openings/unheard-of/applicants", "/applicants/unheard-of/openings", "/openings/1020/applicants"],
)
def test_unknown_entity_is_not_found(client, path):
    check_problem(client.get(path), 404)


@pytest.mark.parametrize(
    "params",
    [
        {"num_recs": 0},
        {"num_recs": 101},
        {"offset": -1},
        {"city": ""},
        {"city": "x" * 201},
        {"level": ["x"] * 21},
        {"is_for_disabled": "perhaps"},
        {"active_since": "yesterday"},
        {"active_since": "1900-01-01T00:00:00Z"},
    ],
)
def test_parameters_out_of_bounds_are_refused(client, params):
    check_problem(client.get(f"/openings/{OPENING}/applicants", params=params), 422)


def test_reason_names_an_entity_by_its_code(client):
    reasons = {opening["reason"] for opening in list_openings(client, APPLICANT, num_recs=50)}
    assert all(":opening" not in reason and ":applicant" not in reason for reason in reasons)


def test_list_is_logged_as_an_impression(client):
    first = get_json(client, f"/openings/{OPENING}/applicants")
    assert first["impression_id"]
    assert opening_codes(client, APPLICANT, num_recs=1)
