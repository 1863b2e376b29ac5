import pytest

from tests.support.data.generated_decision import refine_generated_decision


@pytest.fixture(scope="session")
def decision(tmp_path_factory):
    """A tenth of the data, refined."""
    return refine_generated_decision(tmp_path_factory.mktemp("decision"))
