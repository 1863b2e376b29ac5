"""The contract of the log of predictions, tested with every engine."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from script_shared.errors import EventLogError, SettingsError
from script_shared.impressions.erasure import Erasure
from script_shared.predictions.factory import open_predictions
from script_shared.predictions.prediction import Prediction
from tests.support.processes.postgres import execute, postgres_url

SUPPRESSED_CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
#: Postgres refuses numbers that a double cannot express, which JSON can.
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)
NOW = 1_800_000_000_000


def make_prediction(name, pseudonym="p1", **fields):
    defaults = {
        "prediction_id": str(name),
        "pseudonym": pseudonym,
        "time_ms": 1_700_000_000_000,
        "classifier": "predict",
        "mode": "prec80",
        "threshold": 0.4,
        "release": "first",
        "score": 0.25,
        "decision": False,
        "payload": {"cv_sap": 1.0, "salary": None},
    }
    return Prediction(**defaults | fields)


def read_ids(log, start_ms=0, end_ms=NOW):
    return [prediction.prediction_id for prediction in log.read(start_ms, end_ms)]


class PredictionsContract:
    """Tests of every engine; a subclass defines a fixture `url` of an empty event log."""

    @pytest.fixture
    def log(self, url, tmp_path):
        log = open_predictions(url, tmp_path)
        yield log
        log.close()

    def test_empty_log_has_no_rows(self, log):
        assert (read_ids(log), log.forget(Erasure(["p1"])), log.prune(NOW)) == ([], 0, 0)

    @settings(max_examples=25, deadline=None, suppress_health_check=SUPPRESSED_CHECKS)
    @given(
        texts=st.tuples(TEXT, TEXT, TEXT),
        pseudonym=st.none() | TEXT,
        numbers=st.tuples(NUMBERS, st.floats(0, 1, allow_subnormal=False)),
        decision=st.booleans(),
        payload=st.dictionaries(TEXT, NUMBERS, max_size=4),
    )
    def test_read_returns_a_prediction_as_it_was_written(
        self, log, texts, pseudonym, numbers, decision, payload
    ):
        names = dict(zip(("classifier", "mode", "release"), texts, strict=True))
        threshold, score = numbers
        fields = {"threshold": threshold, "score": score, "decision": decision, "payload": payload}
        written = make_prediction("i", pseudonym, **names, **fields)
        log.write([written], NOW)
        assert log.read(0, NOW) == [written]
        log.prune(NOW + 1)

    def test_read_returns_a_period_by_time(self, log):
        log.write([make_prediction(n, time_ms=n) for n in (30, 10, 20, 40)], NOW)
        assert read_ids(log, 10, 40) == ["10", "20", "30"]

    def test_prediction_that_is_written_again_is_left_out(self, log):
        log.write([make_prediction(1)], NOW)
        log.write([make_prediction(1, score=0.9), make_prediction(2)], NOW)
        assert [row.score for row in log.read(0, NOW)] == [0.25, 0.25]

    def test_forget_removes_the_predictions_of_a_user(self, log):
        log.write([make_prediction(1), make_prediction(2, "older name"), make_prediction(3, "p2")], NOW)
        log.write([make_prediction(4, None)], NOW)
        assert log.forget(Erasure(["p1", "older name"])) == 2
        assert read_ids(log) == ["3", "4"]

    def test_prune_removes_old_predictions(self, log):
        log.write([make_prediction(1)], NOW)
        log.write([make_prediction(2)], NOW + 1)
        assert log.prune(NOW + 1) == 1
        assert read_ids(log) == ["2"]


class TestSqlite(PredictionsContract):
    @pytest.fixture
    def url(self, tmp_path):
        return f"sqlite://{tmp_path}/events/log.sqlite3"

    def test_forgotten_user_is_in_no_file_next_to_the_event_log(self, log, tmp_path):
        log.write([make_prediction(1, "someone-to-forget"), make_prediction(2)], NOW)
        log.forget(Erasure(["someone-to-forget"]))
        files = list((tmp_path / "events").iterdir())
        assert "log.predictions.sqlite3" in {path.name for path in files}
        assert all(b"someone-to-forget" not in path.read_bytes() for path in files)


@pytest.mark.integration
@pytest.mark.tools("initdb")
class TestPostgres(PredictionsContract):
    @pytest.fixture(scope="class")
    @staticmethod
    def server():
        with postgres_url() as url:
            yield url

    @pytest.fixture
    def url(self, server):
        execute(server, "DROP TABLE IF EXISTS inference_log")
        return server

    def test_error_of_a_missing_server_does_not_contain_the_password(self):
        log = open_predictions("postgresql://events:secret@127.0.0.1:1/events", None)
        with pytest.raises(EventLogError, match="inference log on") as error_info:
            log.read(0, 1)
        assert "secret" not in str(error_info.value)


def test_unknown_url_scheme_is_rejected(tmp_path):
    with pytest.raises(SettingsError, match="EVENTS_URL"):
        open_predictions("kafka://host", tmp_path)
