"""Impressions for tests."""

from script_shared.impressions.impression import Impression


def make_impression(name, pseudonym="r1", **fields):
    defaults = {
        "impression_id": str(name),
        "pseudonym": pseudonym,
        "time_ms": 1_700_000_000_000,
        "experiment": "e",
        "variant": "champion",
        "release": "first",
        "segment": "logged",
        "model": "hybrid",
        "items": ("a", "b"),
        "latency_us": 700,
    }
    return Impression(**defaults | fields)
