import pytest
from pydantic import ValidationError

from pipelines.settings import PipelineSettings


def test_number_of_evaluation_users_is_a_setting(monkeypatch):
    assert PipelineSettings(_env_file=None).evaluation_users == 2_000
    monkeypatch.setenv("EVALUATION_USERS", "250")
    assert PipelineSettings(_env_file=None).evaluation_users == 250


@pytest.mark.parametrize("number", ["0", "-5", "many"])
def test_invalid_number_of_evaluation_users_is_rejected(monkeypatch, number):
    monkeypatch.setenv("EVALUATION_USERS", number)
    with pytest.raises(ValidationError, match="evaluation_users"):
        PipelineSettings(_env_file=None)
