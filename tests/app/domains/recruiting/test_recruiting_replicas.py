"""Replicas on one event log: what one accepts, the others find, both ways."""

from contextlib import ExitStack

import pytest

from tests.support.processes.api_process import run_api, wait_for, wait_until_ready
from tests.support.processes.recruiting_client import EVENTS, ITEMS, USERS, post, search
from tests.support.releases.release_copies import create_registry, publish_copy

pytestmark = pytest.mark.integration

OPENING = {
    "opening_id": "900",
    "title": "Desenvolvedor Java",
    "skills": "java spring jpa",
    "city": "Campinas",
}
APPLICANT = {"applicant_id": "9000", "title": "Desenvolvedor Java", "body": "java spring jpa"}


@pytest.fixture(scope="module")
def replicas(release, tmp_path_factory):
    root = tmp_path_factory.mktemp("replicas")
    # Without replay, all replicas use the wall clock.
    publish_copy(create_registry(root, "recruiting"), release, None, replay=False)
    with ExitStack() as stack:
        clients = []
        for number in range(2):
            service = run_api(root, root / f"log-{number}", domain="recruiting")
            clients.append(stack.enter_context(service)[1])
        for client in clients:
            wait_until_ready(client)
        yield clients


def codes(client, path, kind):
    response = client.get(path, params={"num_recs": 100})
    return [entity[f"{kind}_id"] for entity in response.json()[f"{kind}s"]] if response.is_success else []


def test_new_entities_are_found_on_the_other_replica_by_id_and_by_text(replicas):
    first, second = replicas
    post(first, "/openings", OPENING, ITEMS)
    wait_for(lambda: codes(second, "/openings/900/applicants", "applicant"), "a list")
    post(second, "/applicants", APPLICANT, ITEMS)
    wait_for(
        lambda: "900" in codes(first, "/applicants/9000/openings", "opening"),
        "it is listed",
    )
    assert "9000" in codes(first, "/openings/900/applicants", "applicant")
    for client in replicas:
        for wanted, kind, code in (("openings", "opening", "900"), ("applicants", "applicant", "9000")):
            wait_for(
                lambda c=client, w=wanted, k=kind, e=code: (
                    e in [entity[f"{k}_id"] for entity in search(c, w, text="java spring jpa", num_recs=100)]
                ),
                f"{kind} is found by text",
            )


def test_application_counts_on_the_other_replica(replicas):
    first, second = replicas
    post(first, "/openings", OPENING, ITEMS)
    post(first, "/applicants", APPLICANT, ITEMS)
    post(first, "/applications", {"opening_id": "900", "applicant_id": "9000"}, EVENTS)
    wait_for(
        lambda: "9000" not in codes(second, "/openings/900/applicants", "applicant"),
        "it counts",
    )
    assert "900" not in codes(second, "/applicants/9000/openings", "opening")


def test_withdrawn_opening_and_erased_applicant_disappear_from_the_other_replica(replicas):
    first, second = replicas
    post(first, "/openings", OPENING, ITEMS)
    post(first, "/applicants", APPLICANT, ITEMS)
    assert second.delete("/openings/900", headers=ITEMS).status_code == 204
    assert second.delete("/applicants/9000", headers=USERS).status_code == 204
    wait_for(lambda: not codes(first, "/openings/900/applicants", "applicant"), "it is withdrawn")
    wait_for(lambda: not codes(first, "/applicants/9000/openings", "opening"), "it is erased")
    found = search(first, "applicants", text="java spring jpa", num_recs=100)
    assert "9000" not in [entity["applicant_id"] for entity in found]
