"""A real HTTP server for one file, with configurable faults."""

import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ServedFile:
    """The file of a server, the faults of its responses, and a record of requests.

    Attributes:
        contents: of the file.
        tag: ETag, None for no header.
        modified: Last-Modified, None for no header.
        kind, encoding, location: Content-Type, Content-Encoding and Location, None for no header.
        cuts: for the first requests, the number of bytes after which the connection is closed.
        statuses: for the first requests, a status to send instead of the file.
        ranges: whether byte ranges are supported.
        length: whether Content-Length is sent.
        declared: value of Content-Length, None for the true one.
        host: address to listen on.
        address: URL of the file.
        requests: headers of all requests.
    """

    def __init__(self, contents, **options):
        self.contents, self.tag, self.modified = contents, '"one"', None
        self.cuts, self.statuses, self.ranges, self.length = [], [], True, True
        self.kind, self.requests, self.address, self.location = "application/zip", [], "", None
        self.encoding, self.declared, self.host = None, None, "127.0.0.1"
        for name, value in options.items():
            setattr(self, name, value)


@contextmanager
def serve_file(contents, **options):
    """Serve a file; yield it."""
    file = ServedFile(contents, **options)
    server = ThreadingHTTPServer((file.host, 0), type("Handler", (_Handler,), {"file": file}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    file.address = f"http://{file.host}:{server.server_port}/clicks.zip"
    try:
        yield file
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    file: ServedFile

    def do_GET(self):
        file = self.file
        file.requests.append(dict(self.headers))
        self.close_connection = True
        if file.statuses:
            self._respond(file.statuses.pop(0), b"no")
            return
        start, size = self._range_start(), len(file.contents)
        if start == size and start:
            self._respond(416, b"", {"Content-Range": f"bytes */{size}"})
            return
        headers = {"Content-Range": f"bytes {start}-{size - 1}/{size}"} if start else {}
        self._respond(206 if start else 200, file.contents[start:], headers)

    def _range_start(self):
        requested = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        is_same = self.headers.get("If-Range") in (self.file.tag, self.file.modified)
        return int(requested[1]) if requested and self.file.ranges and is_same else 0

    def _respond(self, status, body, headers=()):
        file = self.file
        self.send_response(status)
        all_headers = {
            "ETag": file.tag,
            "Last-Modified": file.modified,
            "Content-Type": file.kind,
            "Content-Encoding": file.encoding,
            "Location": file.location,
            "Content-Length": str(file.declared or len(body)) if file.length else None,
            **dict(headers),
        }
        for name, value in all_headers.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        cut = file.cuts.pop(0) if file.cuts and status < 400 else len(body)
        self.wfile.write(body[:cut])

    def log_message(self, *_):
        """Log nothing."""
