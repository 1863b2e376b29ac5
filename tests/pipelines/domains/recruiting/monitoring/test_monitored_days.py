"""The daily report of recruiting: a real release, real logs, and the command line."""

import json
from contextlib import closing
from itertools import chain

import polars as pl
import pytest
from typer.testing import CliRunner

from pipelines.cli.main import app as cli
from pipelines.domains.recruiting.monitored.entities import read_reported_items
from pipelines.domains.recruiting.monitored.predictions import read_predictions, read_reference
from pipelines.plans.monitoring import NO_PSEUDONYMS, LogWindow
from pipelines.plans.monitoring_baselines import MonitoringBaselines
from script_shared.domains.recruiting.hire_features import HIRE_FEATURES
from script_shared.domains.recruiting.tables import select_applications
from script_shared.events.event import FORGET, ITEM, Event
from script_shared.events.factory import open_log
from script_shared.predictions.factory import open_predictions
from script_shared.predictions.prediction import Prediction
from script_shared.releases.registry import Registry
from script_shared.storage.partitions import find_partition
from script_shared.tables import Tables
from tests.pipelines.domains.recruiting.monitoring.conftest import DAY_MS, KEY, PSEUDONYMS, to_day

HOUR_MS = DAY_MS // 24
PERSONS = 240


@pytest.fixture
def persons(volume):
    """Ids of applicants of the release, and the features and scores that the baseline is made of."""
    applications = select_applications(Tables.read(find_partition(volume.refined)))
    ids = applications["applicant_id"].unique(maintain_order=True).tail(PERSONS).to_list()
    return ids, read_reference(volume, "run-1").sample(PERSONS, with_replacement=True, seed=0)


def predict(volume, persons, first_ms, classifier="predict", **changes):
    """Log a prediction about each person, ten an hour."""
    ids, frame = persons
    rows = frame.select(*HIRE_FEATURES, "score").to_dicts()
    with closing(open_predictions("", volume.events)) as log:
        predictions = [
            Prediction(
                f"{classifier}-{first_ms}-{n}",
                PSEUDONYMS.derive(person).name,
                first_ms + n * HOUR_MS // 10,
                classifier,
                "prec80",
                None,
                "a-release",
                row.pop("score"),
                False,
                row | changes,
            )
            for n, (person, row) in enumerate(zip(ids, rows, strict=True))
        ]
        log.write(predictions, first_ms)


def log_events(volume, events):
    with closing(open_log("", volume.events)) as log:
        log.append(list(events))


def decide(opening, applicant, time_ms, status):
    """Return the events of an application that becomes decided."""
    details = {"status": status, "updated_at": time_ms}
    name = f"{opening}-{applicant}-{time_ms}"
    return [
        Event(name, opening, applicant, time_ms, details=details),
        Event(f"{name}-reverse", applicant, opening, time_ms, details=details),
    ]


def report_openings(first_ms, count, **details):
    facts = {"title": "Desenvolvedor Java", "category": "opening"} | details
    names = [f"{first_ms}-{n}" for n in range(count)]
    return [
        Event(f"report-{name}", "", f"opening:new-{name}", first_ms + n, details=facts, kind=ITEM)
        for n, name in enumerate(names)
    ]


def find(report):
    return {(finding["test"], finding["subject"]) for finding in report["drift"]["drift"]}


def test_release_has_the_baselines(volume):
    baselines = MonitoringBaselines.parse(Registry(volume.releases).open().json("baseline.json"))
    assert set(baselines.predictions.features) == {*HIRE_FEATURES, "score"}
    assert set(baselines.inputs) == {"openings", "applicants", "applications", "recruiters"}
    assert baselines.outcomes is not None
    assert 0 < baselines.outcomes.positives < baselines.outcomes.rows
    assert {"client", "level"} <= set(baselines.inputs["openings"].categories)


def test_quiet_day_reports_volume_scores_and_no_drift(volume, persons, first_ms, report_on):
    predict(volume, persons, first_ms)
    report = report_on(first_ms)
    assert (report["rows"], find(report)) == (PERSONS, set())
    assert [hour["rows"] for hour in report["hours"]] == [10] * 24
    assert report["mean_score"] == pytest.approx(persons[1]["score"].mean())
    assert report["drift"]["tests"] >= len(HIRE_FEATURES)


def test_a_changed_form_is_found(volume, persons, first_ms, report_on):
    predict(volume, persons, first_ms, tem_email=0, salario_valor=None)
    assert ("rate", "tem_email") in find(report_on(first_ms))


def test_a_person_counts_once_and_other_classifiers_do_not(volume, persons, first_ms, report_on):
    predict(volume, persons, first_ms)
    predict(volume, ([persons[0][0]] * PERSONS, persons[1]), first_ms + 1)
    predict(volume, persons, first_ms, classifier="match")
    assert report_on(first_ms)["rows"] == PERSONS


def test_quality_joins_predictions_with_later_outcomes(volume, persons, first_ms, report_on):
    """Of 240 persons 30 are hired and 30 refused after the prediction, 30 were refused before it."""
    predict(volume, persons, first_ms)
    times = {"Contratado pela Decision": 5 * DAY_MS, "Recusado": 6 * DAY_MS, "Desistiu": -DAY_MS}
    opening = "opening:1"
    events = [
        decide(opening, person, first_ms + delay, status)
        for position, (status, delay) in enumerate(times.items())
        for person in persons[0][30 * position : 30 * position + 30]
    ]
    log_events(volume, chain(*events))
    quality = report_on(first_ms + 10 * DAY_MS)["quality"]
    assert (quality["predictions"], quality["rows"], quality["positives"]) == (PERSONS, 60, 30)
    assert report_on(first_ms + 5 * DAY_MS)["quality"]["rows"] == 30
    assert report_on(first_ms + 10 * DAY_MS, NO_PSEUDONYMS)["quality"]["rows"] == 0


def test_fewer_hires_than_in_the_training_data_are_found(volume, persons, first_ms, report_on):
    predict(volume, persons, first_ms)
    time_ms, status = first_ms + 2 * DAY_MS, "Não Aprovado pelo RH"
    log_events(volume, chain(*(decide("opening:1", person, time_ms, status) for person in persons[0])))
    assert ("outcome", "outcome") in find(report_on(first_ms + 3 * DAY_MS))


def test_what_arrives_is_compared_although_nothing_is_predicted(volume, first_ms, report_on):
    log_events(volume, report_openings(first_ms, 60, client="Cliente Inédito", level="Pleno"))
    report = report_on(first_ms)
    assert (report["rows"], report["inputs"]["openings"]) == (0, 60)
    assert ("category", "openings.client: Cliente Inédito") in find(report)
    page = (volume.monitoring / report["day"] / "report.html").read_text()
    assert ">60</data> openings" in page
    assert "Cliente Inédito" in page


def test_a_report_of_one_field_keeps_the_others(volume, first_ms):
    items = Tables.read(find_partition(volume.refined)).items.filter(pl.col("category") == "opening")
    known = items.row(0, named=True)
    details = {"level": "Especialista", "category": "opening"}
    log_events(volume, [Event("change", "", known["item_id"], first_ms, details=details, kind=ITEM)])
    [row] = read_reported_items(LogWindow(volume, "", first_ms, first_ms + DAY_MS)).to_dicts()
    assert row == known | {"level": "Especialista"}


def test_an_erased_person_is_in_no_outcome(volume, persons, first_ms):
    predict(volume, persons, first_ms)
    person = persons[0][0]
    log_events(volume, decide("opening:1", person, first_ms + DAY_MS, "Contratado pela Decision"))
    window = LogWindow(volume, "", first_ms, first_ms + 2 * DAY_MS, PSEUDONYMS)
    assert read_predictions(window)["outcome"].sum() == 1
    log_events(volume, [Event("forget", person, "", first_ms + DAY_MS, kind=FORGET)])
    assert read_predictions(window)["outcome"].sum() == 0


def test_the_command_reports_the_day(volume, persons, first_ms):
    predict(volume, persons, first_ms)
    day = to_day(first_ms)
    environment = {
        "DOMAIN": "recruiting", "DATA_ROOT": str(volume.root.parent), "INFERENCE_LOG_KEYS": f" {KEY}, older",
    }  # fmt: skip
    done = CliRunner().invoke(cli, ["monitor", "--day", day], env=environment)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout.splitlines()[-1]) == {"day": day, "rows": PERSONS, "drift": 0}
    assert "Quality where outcomes are known" in (volume.monitoring / day / "report.html").read_text()


def test_what_arrives_in_four_weeks_is_compared(volume, first_ms, report_on):
    """Eleven openings a day are too few for a comparison."""
    for day in range(0, 40, 10):
        log_events(volume, report_openings(first_ms + day * DAY_MS, 11, client="Cliente Inédito"))
    report = report_on(first_ms + 30 * DAY_MS)
    assert (report["inputs"]["openings"], report["input_days"]["openings"]) == (33, 28)
    assert ("category", "openings.client: Cliente Inédito") in find(report)
    assert "openings in 28 days" in (volume.monitoring / report["day"] / "report.html").read_text()
