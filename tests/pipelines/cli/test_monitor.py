"""`python -m pipelines monitor`."""

from typer.testing import CliRunner

import pipelines.cli.main as cli
from script_shared.errors import SettingsError


def run_monitor(volume, *arguments):
    environment = {"DATA_ROOT": str(volume.root.parent), "DOMAIN": "news"}
    return CliRunner().invoke(cli.app, ["monitor", *arguments], env=environment)


def test_domain_that_is_not_monitored_is_reported(small_volume):
    done = run_monitor(small_volume)
    assert isinstance(done.exception, SettingsError)
    assert "'news' is not monitored" in str(done.exception)
