"""`GET /openings`, `GET /openings/{id}`, `GET /applicants/{id}`, and `explain` of the lists."""

from dataclasses import replace

import polars as pl
import pytest

from app.domains.recruiting.api import RECRUITING_API
from script_shared.storage.partitions import find_partition
from tests.app.middleware.test_problems import check_problem
from tests.support.processes.api_client import USERS_KEY, make_client
from tests.support.processes.recruiting_client import (
    ITEMS,
    find_secrets,
    get_json,
    list_applicants,
    list_openings,
    post,
)
from tests.support.releases.release_copies import create_registry, publish_copy

OPENING, APPLICANT = "140", "1020"
EVERY_OPENING = [str(code) for code in range(100, 180)]


@pytest.fixture(scope="module")
def items(recruiting_volume):
    """The opening rows of the refined items, by code."""
    table = pl.read_parquet(find_partition(recruiting_volume.refined) / "items.parquet")
    rows = table.filter(pl.col("category") == "opening").to_dicts()
    return {row["item_id"].partition(":")[2]: row for row in rows}


def get_openings(client, **params):
    return get_json(client, "/openings", **params)["openings"]


class TestOpenings:
    def test_are_newest_first(self, shared_client, items):
        found = get_openings(shared_client, num_recs=100)
        dates = [opening["published_at"] for opening in found]
        assert dates == sorted(dates, reverse=True)
        assert sorted(opening["opening_id"] for opening in found) == EVERY_OPENING
        assert len(set(dates)) > 10
        newest = max(items.values(), key=lambda row: row["published_at"])
        assert items[found[0]["opening_id"]]["published_at"] == newest["published_at"]

    def test_pages_continue_the_list(self, shared_client):
        everything = get_openings(shared_client, num_recs=30)
        assert get_openings(shared_client, num_recs=10, offset=20) == everything[20:]
        assert get_openings(shared_client, num_recs=10, offset=500) == []

    def test_total_counts_all_that_pass_the_filters(self, shared_client, items):
        body = get_json(shared_client, "/openings", num_recs=1, city="Recife")
        assert body["total"] == sum(row["city"] == "Recife" for row in items.values()) == 20
        assert get_json(shared_client, "/openings", num_recs=1)["total"] == 80
        assert get_json(shared_client, "/openings", state="Acre")["total"] == 0

    @pytest.mark.parametrize(
        ("column", "value"),
        [("level", "Sênior"), ("state", "Paraná"), ("contract", "CLT Full"), ("is_for_disabled", True)],
    )
    def test_filter_keeps_the_openings_with_the_value(self, shared_client, items, column, value):
        found = get_openings(shared_client, num_recs=100, **{column: value})
        expected = {code for code, row in items.items() if row[column] == value}
        assert {opening["opening_id"] for opening in found} == expected
        assert expected

    def test_have_the_number_of_their_applications(self, shared_client, recruiting_volume):
        table = pl.read_parquet(find_partition(recruiting_volume.refined) / "interactions.parquet")
        counts = dict(table.group_by("user_id").len().iter_rows())
        for opening in get_openings(shared_client, num_recs=100):
            assert opening["applications"] == counts.get(f"opening:{opening['opening_id']}", 0)

    def test_withdrawn_opening_is_neither_listed_nor_counted(self, client):
        assert client.delete(f"/openings/{OPENING}", headers=ITEMS).status_code == 204
        body = get_json(client, "/openings", num_recs=100)
        assert body["total"] == 79
        assert OPENING not in [opening["opening_id"] for opening in body["openings"]]

    def test_reported_opening_is_listed_first(self, client):
        post(client, "/openings", {"opening_id": "900", "title": "Desenvolvedor Java"})
        first = get_openings(client, num_recs=1)[0]
        assert (first["opening_id"], first["title"], first["applications"]) == (
            "900",
            "Desenvolvedor Java",
            0,
        )

    @pytest.mark.parametrize("params", [{"num_recs": 0}, {"num_recs": 101}, {"offset": 501}, {"city": ""}])
    def test_parameters_out_of_bounds_are_refused(self, shared_client, params):
        check_problem(shared_client.get("/openings", params=params), 422)


class TestOpening:
    def test_has_its_text_and_its_requirements(self, shared_client, items):
        opening = get_json(shared_client, f"/openings/{OPENING}")
        row = items[OPENING]
        assert [opening[name] for name in ("title", "skills", "body", "city")] == [
            row[name] for name in ("title", "skills", "body", "city")
        ]
        names = {requirement["requirement"] for requirement in opening["requirements"]}
        assert {"SAP MM", "ABAP", "SAP HANA"} <= names
        for requirement in opening["requirements"]:
            assert requirement["kind"] in {"skill", "language", "level"}
            assert requirement["phrase"]

    def test_language_has_the_level_that_is_needed(self, shared_client):
        fluent = get_openings(shared_client, num_recs=1, english="Fluente")[0]["opening_id"]
        [english] = [
            requirement
            for requirement in get_json(shared_client, f"/openings/{fluent}")["requirements"]
            if requirement["requirement"] == "English"
        ]
        assert (english["kind"], english["level"], english["is_optional"]) == ("language", "Fluente", False)

    def test_reported_opening_has_its_requirements_at_once(self, client):
        post(client, "/openings", {"opening_id": "900", "title": "Desenvolvedor", "skills": "Java e Docker"})
        opening = get_json(client, "/openings/900")
        names = {requirement["requirement"] for requirement in opening["requirements"]}
        assert names == {"Java", "Docker"}
        assert opening["skills"] == "Java e Docker"

    def test_withdrawn_opening_is_not_found(self, client):
        client.delete(f"/openings/{OPENING}", headers=ITEMS)
        check_problem(client.get(f"/openings/{OPENING}"), 404)

    @pytest.mark.parametrize(
        "path", ["/openings/unheard-of", "/openings/1020", "/applicants/unheard-of", "/applicants/140"]
    )
    def test_unknown_entity_is_not_found(self, shared_client, path):
        check_problem(shared_client.get(path), 404)


class TestApplicant:
    def test_has_the_displayed_columns_and_nothing_else(self, shared_client):
        applicant = get_json(shared_client, f"/applicants/{APPLICANT}")
        displayed = {"title", "published_at", "city", "state", "areas", "level", "degree"}
        displayed |= {"english", "spanish"}
        assert set(applicant) == displayed | {"applicant_id", "release", "applications"}
        assert (applicant["applicant_id"], applicant["title"]) == (APPLICANT, "Consultor SAP MM")

    def test_has_no_name_contact_or_cv(self, shared_client):
        for code in range(1000, 1200):
            applicant = get_json(shared_client, f"/applicants/{code}")
            assert find_secrets(applicant) == []
            assert not {"body", "skills", "cv"} & set(applicant)
            assert not any("experiência" in str(value) for value in applicant.values())


class TestExplain:
    def test_is_off_by_default(self, shared_client):
        found = list_applicants(shared_client, OPENING) + list_openings(shared_client, APPLICANT)
        assert {entity["requirements"] for entity in found} == {None}

    def test_applicants_have_the_requirements_of_the_opening(self, shared_client):
        required = get_json(shared_client, f"/openings/{OPENING}")["requirements"]
        for applicant in list_applicants(shared_client, OPENING, explain=True):
            results = applicant["requirements"]
            shared = [{name: result[name] for name in required[0]} for result in results]
            assert shared == required
            assert {result["status"] for result in results} <= {"met", "missing", "unknown"}

    def test_openings_have_their_own_requirements(self, shared_client):
        for opening in list_openings(shared_client, APPLICANT, explain=True, num_recs=20):
            required = get_json(shared_client, f"/openings/{opening['opening_id']}")["requirements"]
            assert [result["requirement"] for result in opening["requirements"]] == [
                requirement["requirement"] for requirement in required
            ]

    def test_both_directions_give_a_pair_the_same_results(self, shared_client):
        for opening in list_openings(shared_client, APPLICANT, explain=True, num_recs=100):
            applicants = list_applicants(shared_client, opening["opening_id"], explain=True, num_recs=100)
            same = [a for a in applicants if a["applicant_id"] == APPLICANT]
            if same:
                assert same[0]["requirements"] == opening["requirements"]
                return
        pytest.fail("no list of the openings has the applicant")

    def test_met_skill_quotes_the_line_that_shows_it(self, client):
        path, wanted = f"/openings/{OPENING}/applicants", {"explain": True, "num_recs": 50}
        headers = {"X-API-Key": USERS_KEY}
        quotes = [
            result["evidence"]
            for applicant in client.get(path, params=wanted, headers=headers).json()["applicants"]
            for result in applicant["requirements"]
            if (result["requirement"], result["status"]) == ("SAP MM", "met")
        ]
        assert quotes
        assert all("sap mm" in quote.lower() and len(quote) <= 160 for quote in quotes)

    def test_without_a_key_for_users_nothing_of_an_applicant_is_quoted(self, shared_client):
        for applicant in list_applicants(shared_client, OPENING, explain=True, num_recs=50):
            assert {result["evidence"] for result in applicant["requirements"]} <= {None}

    def test_quotes_neither_a_name_nor_a_contact(self, client):
        wanted, headers = {"explain": True, "num_recs": 100}, {"X-API-Key": USERS_KEY}
        for path in (f"/openings/{OPENING}/applicants", f"/applicants/{APPLICANT}/openings"):
            assert find_secrets(client.get(path, params=wanted, headers=headers).json()) == []

    def test_applicant_without_text_has_only_unknown_results(self, client):
        post(client, "/applicants", {"applicant_id": "9000", "title": "Consultor"})
        [opening] = list_openings(client, "9000", explain=True, num_recs=1, state="Paraná")
        assert {result["status"] for result in opening["requirements"]} == {"unknown"}


def test_release_without_a_requirement_model_has_only_unexplained_lists(release, tmp_path, clock):
    domain = replace(RECRUITING_API.domain, classifiers=lambda parameters: {})
    publish_copy(create_registry(tmp_path, "recruiting"), release, None)
    api = replace(RECRUITING_API, domain=domain)
    with make_client(tmp_path, clock, False, api, domain="recruiting") as client:
        client.app.state.release_watcher.refresh()
        assert list_applicants(client, OPENING)
        assert get_json(client, "/openings")["total"] == 80
        check_problem(client.get(f"/openings/{OPENING}"), 503)
        check_problem(client.get(f"/openings/{OPENING}/applicants", params={"explain": True}), 503)
        check_problem(client.post(f"/openings/{OPENING}/what-if", json={}), 503)
