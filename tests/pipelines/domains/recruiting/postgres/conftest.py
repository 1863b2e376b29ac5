import pytest

from tests.support.processes.postgres import execute, postgres_url


@pytest.fixture(scope="session")
def server():
    with postgres_url() as address:
        yield address


@pytest.fixture
def database(server):
    """The URL of an empty database."""
    execute(server, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    return server
