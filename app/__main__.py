"""`python -m app` starts the service; `python -m app --check` checks its settings and ends."""

from __future__ import annotations

import gc
import sys

from app.main import create_app
from app.server import logging
from app.server.run import listen
from app.settings import load_settings
from script_shared.errors import SettingsError

CHECK = "--check"


def main() -> int:
    """Serve until told to stop; 2 when a setting is wrong."""
    try:
        settings = load_settings()
        logging.configure(settings.api_log_level)
        app = create_app(settings)
    except SettingsError as error:
        sys.stderr.write(f"{error.text}\n")
        return 2
    if CHECK in sys.argv[1:]:
        return 0
    # What is imported stays: a search for garbage need not look at it, which takes 50 ms of everybody's time.
    gc.collect()
    gc.freeze()
    # Batches of events are thousands of objects that live for a moment: looking through them at each 700
    # took a twelfth of their time.
    gc.set_threshold(20_000, 20, 20)
    listen(app, settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
