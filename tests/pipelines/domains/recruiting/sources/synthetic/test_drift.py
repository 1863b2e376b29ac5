"""Each switch changes what it names from its first day on; quiet days change nothing."""

from datetime import date, datetime

import numpy as np
import pytest

from pipelines.domains.recruiting.sources.synthetic import DRIFT_SWITCHES, WorldOptions, generate

SCALE = 0.03
FIRST_DAY = date(2021, 9, 1)
NEW_CLIENT = 112
HIRES = ("Contratado pela Decision", "Contratado como Hunting")


def parse(text):
    return datetime.strptime(text[:10], "%d-%m-%Y").date()  # noqa: DTZ007 - a date


def by_side(pairs):
    """Return the mean of the values before the first day, and from it on."""
    before = [value for day, value in pairs if day < FIRST_DAY]
    after = [value for day, value in pairs if day >= FIRST_DAY]
    return np.array([np.mean(before), np.mean(after)])


def list_openings(data, measure):
    """Return day and measure of each opening with a record; the measure gets its number and its record."""
    numbers = {str(code): number for number, code in enumerate(data.truth["openings"]["code"])}
    return [
        (parse(record["informacoes_basicas"]["data_requicisao"]), measure(numbers[code], record))
        for code, record in data.vagas.items()
    ]


def list_applicants(data, measure):
    return [
        (parse(record["infos_basicas"]["data_criacao"]), measure(record))
        for record in data.applicants.values()
    ]


def list_applications(data, measure):
    return [(parse(row["data_candidatura"]), measure(row)) for _, row in data.applications]


def of_truth(name, test):
    return lambda data: list_openings(data, lambda number, _: test(data.truth["openings"][name][number]))


def requires_new_technology(data):
    new = next(number for number, names in enumerate(data.truth["skills"]) if names[0] == "IA generativa")
    return list_openings(data, lambda number, _: new in data.truth["openings"]["required"][number])


def tells_salary(data):
    return list_applicants(data, lambda record: record["informacoes_profissionais"]["remuneracao"] != "")


def log_salary(data):
    people = data.truth["applicants"]
    pay = {str(code): np.log(salary) for code, salary in zip(people["code"], people["salary"], strict=True)}
    return list_applicants(data, lambda record: pay[record["infos_basicas"]["codigo_profissional"]])


def is_by_busiest_recruiter(data):
    """Return whether an application is by the busiest recruiter before the first day."""
    names = [
        row["recrutador"] for _, row in data.applications
        if parse(row["data_candidatura"]) < FIRST_DAY and row["situacao_candidado"] != "Inscrito"
    ]  # fmt: skip
    busiest = max(sorted(set(names)), key=names.count)
    return list_applications(data, lambda row: row["recrutador"] == busiest)


def was_hired(data):
    return list_applications(data, lambda row: row["situacao_candidado"] in HIRES)


def came_through_site(data):
    return list_applications(data, lambda row: row["situacao_candidado"] == "Inscrito")


def is_long(data):
    return list_applicants(data, lambda record: len(record["cv_pt"]) > 500)


def is_sap(data):
    return list_openings(data, lambda _, record: "SAP" in record["perfil_vaga"]["areas_atuacao"])


#: For each switch: a measure, and a test of its mean after the first day, without and with the drift.
EFFECTS = {
    "new_technology": (requires_new_technology, lambda usual, drifted: usual == 0 and drifted > 0.2),
    "new_client": (
        of_truth("client", lambda client: client == NEW_CLIENT),
        lambda usual, drifted: usual == 0 and drifted > 0.15,
    ),
    "english_openings": (of_truth("is_english", bool), lambda usual, drifted: drifted > 1.6 * usual),
    "form_without_salary": (tells_salary, lambda usual, drifted: usual > 0.1 and drifted == 0),
    "truncated_cvs": (is_long, lambda usual, drifted: usual > 0.8 and drifted == 0),
    "recruiter_departure": (is_by_busiest_recruiter, lambda usual, drifted: usual > 0.02 and drifted == 0),
    "remote_openings": (of_truth("is_remote", bool), lambda usual, drifted: usual < 0.6 and drifted > 0.9),
    "sap_openings": (is_sap, lambda usual, drifted: drifted > usual + 0.2),
    "senior_openings": (
        of_truth("rank", lambda rank: rank in (4, 5)),
        lambda usual, drifted: drifted > usual + 0.2,
    ),
    "salary_increase": (
        log_salary,
        lambda usual, drifted: drifted == pytest.approx(usual + np.log(1.5), abs=0.05),
    ),
    "strict_clients": (was_hired, lambda usual, drifted: drifted == pytest.approx(0.4 * usual, rel=0.2)),
    "site_applications": (came_through_site, lambda usual, drifted: drifted > 2.5 * usual),
}


@pytest.fixture(scope="module")
def make_data(tmp_path_factory, decision_reader):
    def make(switch=None):
        folder = tmp_path_factory.mktemp("drift")
        generate(folder, SCALE, options=WorldOptions(drift=switch and (switch, FIRST_DAY)))
        return decision_reader(folder)

    return make


@pytest.fixture(scope="module")
def usual_data(make_data):
    return make_data()


def test_there_are_twelve_switches_and_quiet_days():
    assert DRIFT_SWITCHES.keys() == EFFECTS.keys() | {"quiet_days"}
    assert len(EFFECTS) == 12


@pytest.mark.parametrize("switch", EFFECTS)
def test_a_switch_changes_what_it_names_from_its_first_day_on(make_data, usual_data, switch):
    measure, is_changed = EFFECTS[switch]
    drifted_data = make_data(switch)
    usual, drifted = by_side(measure(usual_data)), by_side(measure(drifted_data))
    assert is_changed(usual[1], drifted[1])
    assert drifted[0] == pytest.approx(usual[0], rel=0.1, abs=0.02)
    early = [
        code
        for code, record in usual_data.vagas.items()
        if parse(record["informacoes_basicas"]["data_requicisao"]) < FIRST_DAY
    ]
    assert len(early) > 150
    assert all(usual_data.vagas[code] == drifted_data.vagas[code] for code in early)


def test_quiet_days_change_nothing(make_data, usual_data):
    quiet = make_data("quiet_days")
    assert quiet.vagas == usual_data.vagas
    assert quiet.prospects == usual_data.prospects
    assert quiet.applicants == usual_data.applicants
    assert quiet.truth["options"]["drift"] == {"switch": "quiet_days", "first_day": "2021-09-01"}
