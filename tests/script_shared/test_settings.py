import pickle
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from script_shared import errors
from script_shared.domains.news.segments import NewsParameters, news_segments
from script_shared.errors import InputError, MancheteError, ReleaseCorruptedError, SettingsError
from script_shared.segments import assign_segment
from script_shared.settings import Settings
from script_shared.storage.volume import Volume
from script_shared.types import User

ERRORS = [
    error_class
    for error_class in vars(errors).values()
    if isinstance(error_class, type) and issubclass(error_class, MancheteError)
]


@pytest.mark.parametrize("error_class", ERRORS)
def test_error_text_contains_place_problem_and_remedy(error_class):
    error = error_class("it is broken", where="file x", remedy="mend it")
    assert str(error) == "file x: it is broken Remedy: mend it"
    assert str(error_class("it is broken")) == "it is broken"


@pytest.mark.parametrize("error_class", ERRORS)
def test_error_can_be_pickled(error_class):
    error = pickle.loads(pickle.dumps(error_class("broken", where="here", remedy="mend it")))  # noqa: S301
    assert type(error) is error_class
    assert (error.what, error.where, error.remedy) == ("broken", "here", "mend it")


def test_docstring_lists_every_error():
    listed = set(re.findall(r"\w+Error\b", errors.__doc__))
    assert listed == {error_class.__name__ for error_class in ERRORS}
    assert issubclass(ReleaseCorruptedError, errors.ReleaseError)


def test_input_error_names_file_row_and_field():
    error = InputError.at("not a number", file=Path("clicks.csv"), row=2, field="user_id", remedy="mend it")
    assert str(error) == "clicks.csv, row 2, field 'user_id': not a number Remedy: mend it"


def test_settings_are_read_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("ENV", "staging")
    monkeypatch.setenv("DATA_ROOT", str(tmp_path))
    settings = Settings(_env_file=None)
    assert settings.env == "staging"
    assert Volume.from_settings(settings).releases == tmp_path / "news" / "releases"


def test_unknown_environment_is_rejected(monkeypatch):
    monkeypatch.setenv("ENV", "production")
    with pytest.raises(ValidationError, match="'dev', 'staging' or 'prod'"):
        Settings(_env_file=None)


@pytest.mark.parametrize(
    ("parameters", "location"),
    [
        ({"two_stage": {"ridge": "much"}}, "two_stage.ridge"),
        ({"als": {"factor": 8}}, "als.factor"),
        ({"state": {"half_lives": 3}}, "state.half_lives"),
        ({"rule": {"logged_reads": None}}, "rule.logged_reads"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_error_names_an_invalid_parameter(parameters, location):
    with pytest.raises(ValidationError, match=re.escape(location)):
        NewsParameters.model_validate(parameters)


def test_parameters_can_be_serialized_as_json():
    parameters = NewsParameters.model_validate({"rule": {"semi_logged_reads": 3}})
    assert NewsParameters.model_validate(parameters.model_dump(mode="json")) == parameters


@pytest.mark.parametrize(
    ("user_type", "interactions", "without_login", "with_login"),
    [
        ("Logged", 0, "logged", "logged"),
        ("Logged", 9, "logged", "logged"),
        ("Non-Logged", 9, "semi_logged", "semi_logged"),
        ("Non-Logged", 1, "anonymous", "anonymous"),
        (None, 0, "anonymous", "anonymous"),
        (None, 1, "anonymous", "anonymous"),
        (None, 2, "semi_logged", "semi_logged"),
        (None, 4, "semi_logged", "semi_logged"),
        (None, 5, "logged", "semi_logged"),
    ],
)
def test_segment_depends_on_user_type_login_and_interactions(
    user_type, interactions, without_login, with_login
):
    for has_login, expected in ((False, without_login), (True, with_login)):
        segments = news_segments({"rule": {"has_login": has_login}})
        assert assign_segment(segments, User(user_type, interactions)).name == expected


@pytest.mark.parametrize(
    ("url", "folder", "address"),
    [
        ("", "data/recruiting/releases", ""),
        ("s3://bucket/some/prefix/", "data/recruiting/releases", "s3://bucket/some/prefix/recruiting"),
        ("gs://bucket", "data/recruiting/releases", "gs://bucket/recruiting"),
        ("file:///srv/all%20releases", "/srv/all releases/recruiting", ""),
    ],
)
def test_releases_of_each_domain_have_a_place_of_their_own(monkeypatch, url, folder, address):
    monkeypatch.setenv("RELEASES_URL", url)
    volume = Volume.from_settings(Settings.read(), "recruiting")
    assert (str(volume.releases), volume.releases_url) == (folder, address)
    assert volume.release_cache == Path("data/recruiting/release-cache")
    monkeypatch.setenv("RELEASES_CACHE", "/var/cache/releases")
    assert Volume.from_settings(Settings.read()).release_cache == Path("/var/cache/releases/news")


@pytest.mark.parametrize(
    "url", ["bucket", "s3://", "s3:/bucket", "http://bucket/x", "file://relative", "s3://b/../x"]
)
def test_malformed_address_of_releases_is_refused(monkeypatch, url):
    monkeypatch.setenv("RELEASES_URL", url)
    with pytest.raises(SettingsError, match=r"RELEASES_URL: .*is no address of releases"):
        Settings.read()
