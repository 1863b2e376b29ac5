"""Delay until an applicant whom one replica accepted is found by the search of the other."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from script_shared.releases.store import Release
from tests.support.processes.api_client import ITEMS_KEY
from tests.support.processes.api_process import run_api, wait_until_ready
from tests.support.processes.postgres import run_postgres
from tests.support.releases.release_copies import create_registry, publish_copy

_KEY = {"X-API-Key": ITEMS_KEY}
#: The default of EVENTS_POLL_SECONDS.
POLL_SECONDS = 0.1
#: An applicant who is not found by then is lost.
_TIMEOUT_SECONDS = 10.0
#: Words of the text of a new applicant.
_WORDS = 30


@contextmanager
def run_replicas(release: Release, folder: Path) -> Iterator[list[httpx.Client]]:
    """Run two replicas on a Postgres of their own, with the wall clock; yield a client of each.

    Args:
        release: of recruiting.
        folder: for the data root; does not exist yet.
    """
    folder.mkdir()
    publish_copy(create_registry(folder, "recruiting"), release, None, replay=False)
    with ExitStack() as stack:
        url = stack.enter_context(run_postgres()).address
        settings = {"domain": "recruiting", "events_url": url, "events_poll_seconds": POLL_SECONDS}
        clients = [
            stack.enter_context(run_api(folder, folder / f"log-{number}", **settings))[1]
            for number in range(2)
        ]
        for client in clients:
            wait_until_ready(client, 120.0)
        yield clients


def measure_delay(one: httpx.Client, other: httpx.Client, code: str, text: str) -> float:
    """Return the seconds from the accepted applicant on one replica to the search result on the other."""
    applicant = {"applicant_id": code, "title": text[:60], "body": text}
    response = one.post("/applicants", json=applicant, headers=_KEY)
    response.raise_for_status()
    start = time.perf_counter()
    while code not in _search(other, text):
        if time.perf_counter() > start + _TIMEOUT_SECONDS:
            raise RuntimeError(f"applicant {code} is not found: {response.text}")
    return time.perf_counter() - start


def _search(client: httpx.Client, text: str) -> list[str]:
    query = {"wanted": "applicants", "title": text[:60], "description": text, "num_recs": 10}
    response = client.post("/search", json=query)
    response.raise_for_status()
    return [applicant["applicant_id"] for applicant in response.json()["applicants"]]


def measure_delays(clients: Sequence[httpx.Client], texts: Sequence[str], count: int) -> list[float]:
    """Measure in alternating directions, at random moments: replicas poll the log at fixed intervals.

    Args:
        clients: of the two replicas.
        texts: a new applicant has words of letters of several.
        count: number of new applicants.
    """
    draw = random.Random(0)  # noqa: S311
    words = sorted({word for text in texts for word in text.split() if word.isalpha()})
    delays = []
    for number in range(count):
        time.sleep(draw.uniform(0, 0.1))
        one, other = clients if number % 2 else clients[::-1]
        text = " ".join(draw.sample(words, min(_WORDS, len(words))))
        delays.append(measure_delay(one, other, f"new-{number}", text))
    return delays
