"""The effect of each empty column of the refined tables on recommendations."""

from __future__ import annotations

from collections.abc import Mapping

MISSING_COLUMN_EFFECTS: Mapping[tuple[str, str], str] = {
    ("users", "user_type"): "no login state: readers with five reads count as logged in",
    ("interactions", "region"): "popularity around a reader does not depend on the region",
    ("interactions", "device"): "popularity around a reader does not depend on the device",
    ("interactions", "seconds"): "time on the page does not weight reads",
    ("interactions", "scroll"): "scroll depth does not weight reads",
    ("interactions", "clicks"): "clicks on the page do not weight reads",
    ("interactions", "visits"): "returns to the page do not weight reads",
    ("interactions", "weight"): "the weight of a read is computed from its measures",
    ("items", "published_at"): "the age of an article counts from its first read",
    ("items", "title"): "responses contain no title, and content similarity does not use titles",
    ("items", "body"): "content similarity uses titles, categories and regions only",
    ("items", "url"): "responses contain no URL",
    ("items", "category"): "there is no category affinity",
    ("items", "region"): "content similarity does not use the region of an article",
}
