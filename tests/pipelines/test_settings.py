import pytest
from pydantic import ValidationError

from pipelines.settings import PipelineSettings


def test_the_size_of_the_evaluation_is_a_setting(monkeypatch):
    assert PipelineSettings(_env_file=None).evaluation_users == 2_000
    monkeypatch.setenv("EVALUATION_USERS", "250")
    assert PipelineSettings(_env_file=None).evaluation_users == 250


@pytest.mark.parametrize("number", ["0", "-5", "many"])
def test_a_number_of_readers_that_makes_no_sense_is_refused(monkeypatch, number):
    monkeypatch.setenv("EVALUATION_USERS", number)
    with pytest.raises(ValidationError, match="evaluation_users"):
        PipelineSettings(_env_file=None)
