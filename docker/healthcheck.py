"""Exits with status 0 if a service is healthy; uses only the standard library.

python docker/healthcheck.py URL [component of Airflow, e.g. dag_processor]
"""

from __future__ import annotations

import json
import sys
import urllib.request


def main(url: str, component: str | None = None) -> int:
    """Return 0 if the URL responds and, if given, the component of Airflow reports `healthy`."""
    try:
        with urllib.request.urlopen(url, timeout=4) as response:  # noqa: S310 - URLs of this deployment
            health = json.load(response)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{url}: {error}\n")
        return 1
    if component is not None and health[component]["status"] != "healthy":
        sys.stderr.write(f"{component}: {health[component]}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
