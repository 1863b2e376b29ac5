"""Settings that cannot be meant stop the service before it listens."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from app.main import create_app
from app.settings import ApiSettings
from script_shared.errors import SettingsError


@pytest.mark.parametrize(
    ("name", "value"), [("api_log_level", "debug"), ("release_verify", False), ("release_poll_seconds", 0.1)]
)
def test_what_is_unsafe_in_production_is_for_machines_of_one_s_own(name, value):
    with pytest.raises(ValidationError, match=f"unsafe in production: {name.upper()}"):
        ApiSettings(**{name: value})
    assert getattr(ApiSettings(env="dev", **{name: value}), name) == value


def test_an_unknown_domain_is_refused_by_name(tmp_path):
    with pytest.raises(SettingsError, match=r"there is no domain 'films'.*use one of: news"):
        create_app(ApiSettings(data_root=tmp_path, domain="films"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_PORT", "http"),
        ("ENV", "production"),
        ("DOMAIN", "films"),
        ("EVENTS_URL", "kafka://secret"),
        ("EVENTS_URL", "postgresql://[secret"),
        ("API_KEYS_EVENTS", "a-secret\u00e9-key-of-good-length"),
    ],
)
def test_a_wrong_setting_ends_the_process_with_its_name(tmp_path, name, value):
    environment = {"DATA_ROOT": str(tmp_path), name: value}
    ended = subprocess.run(
        [sys.executable, "-m", "app"], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert f"  where:  {name}" in ended.stderr.splitlines()
    assert "  remedy: " in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "secret" not in ended.stderr


@pytest.mark.parametrize("scope", ["events", "items", "users", "admin"])
def test_a_key_that_can_be_guessed_is_unsafe_and_is_not_told(scope):
    name = f"api_keys_{scope}"
    keys = "a-key-of-more-than-16-characters, guessme"
    with pytest.raises(ValidationError, match=f"unsafe in production: {name.upper()}"):
        ApiSettings(**{name: keys})
    told = ApiSettings(env="dev", **{name: keys})
    assert told.keys(scope) == ("a-key-of-more-than-16-characters", "guessme")
    assert "guessme" not in repr(told)
