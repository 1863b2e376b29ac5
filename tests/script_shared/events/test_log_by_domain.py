"""Each domain of a deployment has an event log of its own."""

from contextlib import closing
from pathlib import Path

import pytest

from script_shared.errors import SettingsError
from script_shared.events.factory import find_log_url, open_log
from script_shared.impressions.erasure import Erasure
from script_shared.impressions.factory import open_impressions
from script_shared.predictions.factory import open_predictions
from script_shared.settings import Settings
from tests.support.data.events import make_events, read_events
from tests.support.data.impressions import make_impression
from tests.support.processes.postgres import create_events_database, execute, postgres_url

POSTGRES = "postgresql://events:secret@host:5432/events"


def find_url(url, domain=""):
    return find_log_url(Settings(_env_file=None, events_url=url), domain)


@pytest.mark.parametrize("url", ["", POSTGRES, "sqlite:///data/log.sqlite3"])
def test_log_of_the_default_domain_is_at_the_url_itself(url):
    assert find_url(url) == find_url(url, "news") == url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", ""),
        (POSTGRES, f"{POSTGRES}?schema=mentoring"),
        (f"{POSTGRES}?sslmode=require", f"{POSTGRES}?sslmode=require&schema=mentoring"),
        (f"{POSTGRES}?schema=own", f"{POSTGRES}?schema=own"),
        ("sqlite:///data/log.sqlite3", "sqlite:///data/log.mentoring.sqlite3"),
        ("sqlite:///a%20b/log", "sqlite:///a%20b/log.mentoring"),
    ],
)
def test_log_of_another_domain_is_beside(url, expected):
    assert find_url(url, "mentoring") == expected


def test_domain_of_the_settings_is_the_default():
    settings = Settings(_env_file=None, events_url=POSTGRES, domain="mentoring")
    assert find_log_url(settings) == f"{POSTGRES}?schema=mentoring"


def test_unknown_url_scheme_is_rejected():
    with pytest.raises(SettingsError, match="EVENTS_URL"):
        find_url("kafka://host", "mentoring")


class SeparateLogs:
    """Tests of two domains at one address; a subclass defines the fixture `url`."""

    @pytest.fixture
    def urls(self, url):
        return [find_url(url, domain) for domain in ("news", "mentoring")]

    def test_events_of_one_domain_are_not_read_by_another(self, urls, tmp_path):
        for url, names in zip(urls, ("abc", "ad"), strict=True):
            with closing(open_log(url, tmp_path)) as log:
                assert log.append(make_events(names)).start == 1
        for url, names in zip(urls, ("abc", "ad"), strict=True):
            with closing(open_log(url, tmp_path)) as log:
                assert [event.event_id for _, event in read_events(log)] == list(names)

    def test_logs_of_answers_are_separate(self, urls, tmp_path):
        first, second = (open_impressions(url, tmp_path) for url in urls)
        with closing(first), closing(second), closing(open_predictions(urls[1], tmp_path)) as predictions:
            first.write([make_impression(1)], 1)
            assert list(second.newest(9)) == []
            assert second.forget(Erasure(["r1"])) == 0
            assert predictions.prune(2) == 0


class TestSqlite(SeparateLogs):
    @pytest.fixture
    def url(self, tmp_path):
        return f"sqlite://{tmp_path}/events/log.sqlite3"


@pytest.mark.integration
@pytest.mark.tools("initdb")
class TestPostgres(SeparateLogs):
    @pytest.fixture(scope="class")
    @staticmethod
    def server():
        with postgres_url() as url:
            yield create_events_database(url)

    @pytest.fixture
    def url(self, server):
        execute(server, "DROP SCHEMA IF EXISTS mentoring CASCADE")
        execute(server, "DROP TABLE IF EXISTS events, ends, impressions, follows, followed")
        return server

    def test_schema_needs_no_other_right_than_the_database(self, urls):
        with closing(open_log(urls[1], Path("/nowhere"))) as log:
            assert log.end_offset() == 0
