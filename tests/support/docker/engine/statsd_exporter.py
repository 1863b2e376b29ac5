"""A program with the options and ports of prom/statsd-exporter, based on statsd.py."""

import argparse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from statsd import Exposition, Listener, Mapping


def main():
    """Aggregate datagrams on port 9125 and serve the metrics on port 9102."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--statsd.mapping-config", dest="mapping", type=Path, required=True)
    parser.add_argument("--statsd.listen-tcp", required=True)
    exposition = Exposition(Listener("", 9125), Mapping(parser.parse_args().mapping))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = exposition.text().encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Log nothing."""

    ThreadingHTTPServer(("", 9102), Handler).serve_forever()


main()
