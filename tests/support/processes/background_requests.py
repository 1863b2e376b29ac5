"""Requests for recommendations in the background of a test."""

import threading
from contextlib import contextmanager

import httpx

USERS = ("anyone", "ana", "one more")
PAUSE_SECONDS = 0.03


class _RequestThread:
    """A thread that sends requests until it is stopped, and records the responses without a full list."""

    def __init__(self, base_url):
        self.failures, self.count = [], 0
        self._base_url, self._stopped = base_url, threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        with httpx.Client(base_url=self._base_url, timeout=30) as client:
            while not self._stopped.wait(PAUSE_SECONDS):
                self._send(client, USERS[self.count % len(USERS)])

    def _send(self, client, user):
        self.count += 1
        try:
            response = client.get("/recommendations", params={"user_id": user})
        except httpx.TransportError as error:
            self.failures.append(repr(error))
            return
        if response.status_code != 200 or len(response.json()["items"]) != 10:
            self.failures.append(response.text)

    def stop(self):
        self._stopped.set()
        self._thread.join()


@contextmanager
def send_requests(base_url):
    """Send some 30 requests per second; yield the list of responses without ten items."""
    thread = _RequestThread(base_url)
    try:
        yield thread.failures
    finally:
        thread.stop()
    assert thread.count > 20
