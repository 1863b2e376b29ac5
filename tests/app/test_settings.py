"""Invalid and unsafe settings stop the service before it listens."""

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
def test_unsafe_settings_are_refused_in_production_only(name, value):
    with pytest.raises(ValidationError, match=f"unsafe in production: {name.upper()}"):
        ApiSettings(**{name: value})
    assert getattr(ApiSettings(env="dev", **{name: value}), name) == value


def test_unknown_domain_is_refused(tmp_path):
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
def test_invalid_setting_ends_the_process_with_its_name(tmp_path, name, value):
    environment = {"DATA_ROOT": str(tmp_path), name: value}
    process = subprocess.run(
        [sys.executable, "-m", "app"], env=environment, capture_output=True, text=True, check=False
    )
    assert process.returncode == 2
    assert f"  where:  {name}" in process.stderr.splitlines()
    assert "  remedy: " in process.stderr
    assert "Traceback" not in process.stderr
    assert "secret" not in process.stderr


@pytest.mark.parametrize("scope", ["events", "items", "users", "admin"])
def test_short_keys_are_unsafe_and_not_printed(scope):
    name = f"api_keys_{scope}"
    keys = "a-key-of-more-than-16-characters, guessme"
    with pytest.raises(ValidationError, match=f"unsafe in production: {name.upper()}"):
        ApiSettings(**{name: keys})
    settings = ApiSettings(env="dev", **{name: keys})
    assert settings.keys(scope) == ("a-key-of-more-than-16-characters", "guessme")
    assert "guessme" not in repr(settings)
