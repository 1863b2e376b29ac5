"""Each of the generator's twelve shifts is found where it happens, and quiet days are quiet."""

import pytest

from pipelines.domains.recruiting.sources.synthetic import DRIFT_SWITCHES
from tests.support.data.drifted_recruiting import find_all_drift, find_input_drift, generate_tables

#: Of each switch one finding by which a reader knows what has changed: test, and the subject's beginning.
EXPECTED = {
    "new_technology": ("term", "openings.text: generativa"),
    "new_client": ("category", "openings.client: "),
    "english_openings": ("languages", "openings.text"),
    "form_without_salary": ("rate", "applicants.names_salary"),
    "truncated_cvs": ("ks", "applicants.text length"),
    "recruiter_departure": ("category", "recruiters.recruiter: "),
    "remote_openings": ("term", "openings.text: remoto"),
    "sap_openings": ("rate", "openings.is_sap"),
    "senior_openings": ("category", "openings.level: "),
    "salary_increase": ("ks", "applicants.salary"),
    "strict_clients": ("outcome", "outcome"),
    "site_applications": ("rate", "applications.is_from_site"),
}
SMALL, LARGE = 0.06, 0.3


def has(report, test, subject):
    return any(finding.test == test and finding.subject.startswith(subject) for finding in report.drift)


def test_every_switch_has_an_expected_finding():
    assert EXPECTED.keys() | {"quiet_days"} == DRIFT_SWITCHES.keys()


@pytest.mark.parametrize("switch", ["new_client", "form_without_salary", "site_applications"])
def test_three_shifts_are_found_in_small_data(tmp_path, switch):
    report = find_input_drift(generate_tables(tmp_path, switch, SMALL))
    assert has(report, *EXPECTED[switch])


def test_quiet_days_of_small_data_are_quiet(tmp_path):
    report = find_input_drift(generate_tables(tmp_path, "quiet_days", SMALL))
    assert [finding.subject for finding in report.drift] == []
    assert report.tests > 1_000


@pytest.mark.slow
@pytest.mark.parametrize("switch", EXPECTED)
def test_every_shift_is_found(tmp_path, switch):
    report = find_all_drift(generate_tables(tmp_path, switch, LARGE))
    assert has(report, *EXPECTED[switch]), report.drift[:20]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 7))
def test_quiet_days_are_quiet(tmp_path, seed):
    report = find_all_drift(generate_tables(tmp_path, "quiet_days", LARGE, seed))
    assert report.drift == ()
