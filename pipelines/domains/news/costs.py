"""What is lost where a column of the refined tables is empty."""

from __future__ import annotations

from collections.abc import Mapping

COSTS: Mapping[tuple[str, str], str] = {
    ("users", "user_type"): "nobody is known to be logged in: five reads count as being so",
    ("interactions", "region"): "what is read around a reader does not count by region",
    ("interactions", "device"): "what is read around a reader does not count by device",
    ("interactions", "seconds"): "time on the page does not tell a weak read from a strong one",
    ("interactions", "scroll"): "scroll depth does not tell a weak read from a strong one",
    ("interactions", "clicks"): "clicks on the page do not tell a weak read from a strong one",
    ("interactions", "visits"): "returns to the page do not tell a weak read from a strong one",
    ("interactions", "weight"): "what a read counts is told by its measures",
    ("items", "published_at"): "age is taken from the first read",
    ("items", "title"): "answers show no title, and likeness of content knows none",
    ("items", "body"): "likeness of content goes by titles, categories and regions alone",
    ("items", "url"): "answers carry no address",
    ("items", "category"): "a reader's taste is not told by category",
    ("items", "region"): "likeness of content does not know what place an article is about",
}
