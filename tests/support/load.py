"""Readers who ask for lists while a test does something to the service."""

import threading
from contextlib import contextmanager

import httpx

READERS = ("anyone", "ana", "one more")
PAUSE_SECONDS = 0.03


class _Asking:
    """One thread that asks until it is stopped, and keeps the answers that were no lists."""

    def __init__(self, address):
        self.failures, self.count = [], 0
        self._address, self._stopped = address, threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        with httpx.Client(base_url=self._address, timeout=30) as client:
            while not self._stopped.wait(PAUSE_SECONDS):
                self._ask(client, READERS[self.count % len(READERS)])

    def _ask(self, client, reader):
        self.count += 1
        try:
            answer = client.get("/recommendations", params={"user_id": reader})
        except httpx.TransportError as error:
            self.failures.append(repr(error))
            return
        if answer.status_code != 200 or len(answer.json()["items"]) != 10:
            self.failures.append(answer.text)

    def stop(self):
        self._stopped.set()
        self._thread.join()


@contextmanager
def load(address):
    """Ask some 30 times a second; give the answers that were not ten items."""
    asking = _Asking(address)
    try:
        yield asking.failures
    finally:
        asking.stop()
    assert asking.count > 20
