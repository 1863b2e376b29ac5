import pytest
from pydantic import ValidationError

from pipelines.settings import DagSettings, PipelineSettings


def test_number_of_evaluation_users_is_a_setting(monkeypatch):
    assert PipelineSettings(_env_file=None).evaluation_users == 2_000
    monkeypatch.setenv("EVALUATION_USERS", "250")
    assert PipelineSettings(_env_file=None).evaluation_users == 250


@pytest.mark.parametrize("number", ["0", "-5", "many"])
def test_invalid_number_of_evaluation_users_is_rejected(monkeypatch, number):
    monkeypatch.setenv("EVALUATION_USERS", number)
    with pytest.raises(ValidationError, match="evaluation_users"):
        PipelineSettings(_env_file=None)


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("", None, None),
        ("15 * * * *", "15 * * * *", "15 * * * *"),
        ("a=15 * * * *", "15 * * * *", None),
        (" a = 15 * * * * ;b=0 4 * * *; ", "15 * * * *", "0 4 * * *"),
        ("0 4 * * *; a=@daily", "@daily", "0 4 * * *"),
    ],
)
def test_each_domain_may_have_its_own_schedule(monkeypatch, text, first, second):
    monkeypatch.setenv("PROCESS_SCHEDULE", text)
    settings = DagSettings(_env_file=None)
    assert (settings.find_schedule("a"), settings.find_schedule("b")) == (first, second)


@pytest.mark.parametrize("text", ["every day", "a=every day", "a="])
def test_invalid_schedule_is_rejected(monkeypatch, text):
    monkeypatch.setenv("PROCESS_SCHEDULE", text)
    with pytest.raises(ValidationError, match="no cron expression"):
        DagSettings(_env_file=None)
