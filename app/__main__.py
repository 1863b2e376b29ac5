"""`python -m app` starts the service."""

from __future__ import annotations

import gc
import sys

import uvicorn

from app import logs
from app.http_heads import bounded_heads
from app.main import create_app
from app.settings import load_settings
from script_shared.errors import SettingsError


def main() -> int:
    """Serve until told to stop; 2 when a setting is wrong."""
    try:
        settings = load_settings()
        logs.configure(settings.api_log_level)
        app = create_app(settings)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    # What is imported stays: a search for garbage need not look at it, which takes 50 ms of everybody's time.
    gc.collect()
    gc.freeze()
    uvicorn.run(
        app,
        host=settings.api_host,
        port=settings.api_port,
        log_config=None,
        http=bounded_heads(settings.api_max_header_bytes, settings.api_header_seconds),
        ws="none",
        access_log=settings.api_access_log,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
