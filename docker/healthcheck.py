"""Ends with 0 when a service says that it is well; needs nothing but Python.

python docker/healthcheck.py URL [part of Airflow, e.g. dag_processor]
"""

from __future__ import annotations

import json
import sys
import urllib.request


def main(url: str, part: str | None = None) -> int:
    """Ask; with a part, look for `healthy` in what Airflow says of it."""
    try:
        with urllib.request.urlopen(url, timeout=4) as answer:  # noqa: S310 - our own addresses
            told = json.load(answer)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{url}: {error}\n")
        return 1
    if part is not None and told[part]["status"] != "healthy":
        sys.stderr.write(f"{part}: {told[part]}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
