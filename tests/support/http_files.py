"""A real HTTP server that gives one file, as well or as badly as a test wants."""

import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Shelf:
    """What the server gives, and what it was asked.

    Attributes:
        contents: the file.
        tag: its ETag, None for none.
        modified: its Last-Modified, None for none.
        cuts: after how many bytes to cut the connection, one for each request; then never.
        answers: statuses to answer before anything else, one for each request.
        ranges: whether parts are given.
        kind, encoding, location: headers.
        declared: the length that is told, None for the true one.
        length: whether a length is told.
        host: the address to listen at.
        asked: the headers of all requests.
    """

    def __init__(self, contents, **how):
        self.contents, self.tag, self.modified = contents, '"one"', None
        self.cuts, self.answers, self.ranges, self.length = [], [], True, True
        self.kind, self.asked, self.address, self.location = "application/zip", [], "", None
        self.encoding, self.declared, self.host = None, None, "127.0.0.1"
        for name, value in how.items():
            setattr(self, name, value)


@contextmanager
def serving(contents, **how):
    """Serve a file; give its shelf."""
    shelf = Shelf(contents, **how)
    server = ThreadingHTTPServer((shelf.host, 0), type("Handler", (_Handler,), {"shelf": shelf}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    shelf.address = f"http://{shelf.host}:{server.server_port}/clicks.zip"
    try:
        yield shelf
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    shelf: Shelf

    def do_GET(self):
        shelf = self.shelf
        shelf.asked.append(dict(self.headers))
        self.close_connection = True
        if shelf.answers:
            self._answer(shelf.answers.pop(0), b"no")
            return
        start = self._start()
        if start == len(shelf.contents) and start:
            self._answer(416, b"", {"Content-Range": f"bytes */{len(shelf.contents)}"})
            return
        part = {"Content-Range": f"bytes {start}-{len(shelf.contents) - 1}/{len(shelf.contents)}"}
        self._answer(206 if start else 200, shelf.contents[start:], part if start else {})

    def _start(self):
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        same = self.headers.get("If-Range") in (self.shelf.tag, self.shelf.modified)
        return int(wanted[1]) if wanted and self.shelf.ranges and same else 0

    def _answer(self, status, body, headers=()):
        shelf = self.shelf
        self.send_response(status)
        named = {"ETag": shelf.tag, "Last-Modified": shelf.modified, "Content-Type": shelf.kind}
        named |= {"Content-Encoding": shelf.encoding}
        named |= {"Location": shelf.location}
        named |= {"Content-Length": str(shelf.declared or len(body)) if shelf.length else None}
        for name, value in {**named, **dict(headers)}.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        cut = shelf.cuts.pop(0) if shelf.cuts and status < 400 else len(body)
        self.wfile.write(body[:cut])

    def log_message(self, *_):
        """Say nothing: tests look at what was asked."""
