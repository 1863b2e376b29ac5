"""A Python model of statsd-exporter for the features that the project's mapping uses.

It supports InfluxDB tags, exact and `*` matches, regular expressions, names, labels and histograms in
seconds, with the rules of the exporter (a Go program).
"""

import re
import socket
import threading

import yaml


class Listener:
    """Collects the lines that arrive on a UDP port; port 0 selects a free one."""

    def __init__(self, host="127.0.0.1", port=0):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, port))
        self._socket.settimeout(0.2)
        self._stopped = threading.Event()
        self.port = self._socket.getsockname()[1]
        self.lines = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self):
        while not self._stopped.is_set():
            try:
                self.lines += self._socket.recv(65_536).decode().splitlines()
            except TimeoutError:
                continue

    def stop(self):
        self._stopped.set()
        self._thread.join()
        self._socket.close()


def parse(line):
    """Return name, labels, value and kind of a line; None if it is malformed."""
    match = re.fullmatch(r"([^:|]+):([-+\d.e]+)\|(c|g|ms)", line)
    if match is None:
        return None
    name, *tags = match[1].split(",")
    return name, dict(tag.split("=", 1) for tag in tags), float(match[2]), match[3]


class Mapping:
    """The rules of a mapping file; globs are matched before regular expressions."""

    def __init__(self, path):
        document = yaml.safe_load(path.read_text())
        self.buckets = document["defaults"]["histogram_options"]["buckets"]
        rules = sorted(document["mappings"], key=_is_regex)
        self.rules = [(_compile(rule), rule) for rule in rules]

    def apply(self, name, labels):
        """Return the mapped name and labels of a metric."""
        for pattern, rule in self.rules:
            match = pattern.search(name)
            if match:
                rule_labels = {
                    key: match.expand(value.replace("$", "\\"))
                    for key, value in rule.get("labels", {}).items()
                }
                return rule["name"], labels | rule_labels
        return re.sub(r"[^a-zA-Z0-9_]", "_", name), labels


def _is_regex(rule):
    return rule.get("match_type", "glob") == "regex"


#: The globs that the exporter accepts: names or `*`, separated by dots.
_NAME = r"[a-zA-Z_](-?[a-zA-Z0-9_])*"
_GLOB = re.compile(rf"((\*|{_NAME})\.)+(\*|{_NAME})")


def _compile(rule):
    """Return the pattern of a rule: an anchored glob, or a regular expression that matches anywhere.

    Raises:
        ValueError: the glob is invalid; the exporter would not start.
    """
    match = rule["match"]
    if _is_regex(rule):
        return re.compile(match)
    if not _GLOB.fullmatch(match):
        raise ValueError(f"invalid match: {match}")
    parts = ("([^.]*)" if part == "*" else re.escape(part) for part in match.split("."))
    return re.compile(r"\A" + r"\.".join(parts) + r"\Z")


class Exposition:
    """The aggregated lines of a listener in Prometheus's text format."""

    def __init__(self, listener, mapping):
        self._listener, self._mapping = listener, mapping
        self._samples, self._read, self._lock = {}, 0, threading.Lock()

    def text(self):
        """Return the current values."""
        with self._lock:
            lines = self._listener.lines[self._read :]
            self._read += len(lines)
            # The exporter also ignores malformed lines.
            for sample in filter(None, map(parse, lines)):
                self._add(*sample)
            samples = self._samples.items()
            return "".join(f"{name}{_format(labels)} {value:g}\n" for (name, labels), value in samples)

    def _add(self, metric, tags, value, kind):
        name, labels = self._mapping.apply(metric, tags)
        kinds = {"c": _count, "g": _set, "ms": _observe}
        kinds[kind](self._samples, name, tuple(sorted(labels.items())), value, self._mapping.buckets)


def _format(labels):
    return "{" + ",".join(f'{key}="{value}"' for key, value in labels) + "}" if labels else ""


def _count(samples, name, labels, value, buckets):
    samples[name, labels] = samples.get((name, labels), 0) + value


def _set(samples, name, labels, value, buckets):
    samples[name, labels] = value


def _observe(samples, name, labels, milliseconds, buckets):
    seconds = milliseconds / 1000
    for bound in [*buckets, float("inf")]:
        edge = "+Inf" if bound == float("inf") else f"{bound:g}"
        _count(samples, f"{name}_bucket", (*labels, ("le", edge)), float(seconds <= bound), buckets)
    _count(samples, f"{name}_sum", labels, seconds, buckets)
    _count(samples, f"{name}_count", labels, 1, buckets)
