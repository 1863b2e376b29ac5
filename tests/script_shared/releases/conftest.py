import pytest

from script_shared.errors import SettingsError
from tests.support.processes.moto_server import run_moto, set_environment


@pytest.fixture(scope="module")
def s3_server(tmp_path_factory):
    """A local S3 server, which the environment names."""
    try:
        with (
            run_moto(tmp_path_factory.mktemp("moto") / "log") as server,
            set_environment(server.environment),
        ):
            yield server
    except SettingsError as error:
        pytest.skip(str(error))
