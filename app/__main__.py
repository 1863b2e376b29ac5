"""`python -m app` starts the service; `python -m app --check` only checks its settings."""

from __future__ import annotations

import gc
import sys

from app.main import create_app
from app.server import logging
from app.server.run import listen
from app.settings import ApiSettings
from script_shared.errors import SettingsError

_CHECK = "--check"


def main() -> int:
    """Serve until the process is stopped; return 2 when a setting is wrong."""
    try:
        settings = ApiSettings.read()
        logging.configure(settings.api_log_level)
        app = create_app(settings)
    except SettingsError as error:
        sys.stderr.write(f"{error.text}\n")
        return 2
    if _CHECK in sys.argv[1:]:
        return 0
    # Imported modules stay in memory: scanning them for garbage stalls every request for 50 ms.
    gc.collect()
    gc.freeze()
    # A batch of events is thousands of short-lived objects: with the default threshold of 700 the collector
    # took a twelfth of their time.
    gc.set_threshold(20_000, 20, 20)
    listen(app, settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
