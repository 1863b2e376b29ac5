"""Colluding reader ids read one article again and again: what that does to what everybody is shown.

1, 10 and 100 ids send 5,000 reads of the highest weight, of an article of their own that few read. An id
counts once, so that the article's count is at most the number of ids times the highest weight. Then one id
reads every article within a minute.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from benchmarks.drills.outcome import Outcome
from benchmarks.drills.stand import Replica, Stand
from pipelines.settings import PipelineSettings
from script_shared.domains.news.engagement import CAP

IDS = (1, 10, 100)
_BATCH = 500
#: The longest list that can be asked for.
_LENGTH = 100
#: Lists for everybody may lag so far behind the newest read.
_LAG_SECONDS = 1.5


def run(stand: Stand, people: int = 500, reads: int = 5_000) -> Outcome:
    replica, outcome = stand.replica(), Outcome()
    popular = [item["item_id"] for item in _trending(replica)]
    readers = range(people)
    _send(replica, [_read(f"person-{n}", popular[n * n % 10]) for n in readers])
    for ids, target in zip(IDS, reversed(popular), strict=False):
        before = _place(_trending(replica), target), _place(_anonymous(replica), target)
        _send(replica, [_read(f"id-{ids}-{number % ids}", target, CAP) for number in range(reads)])
        trending = _trending(replica)
        after = _place(trending, target), _place(_anonymous(replica), target)
        count = next((item["score"] for item in trending if item["item_id"] == target), 0.0)
        outcome.facts[f"{ids}_ids_count"] = f"{count:.1f} of {reads * CAP:,.0f} sent"
        outcome.facts[f"{ids}_ids_place_among_trending"] = f"{before[0]} to {after[0]}"
        outcome.facts[f"{ids}_ids_place_for_anonymous"] = f"{before[1]} to {after[1]}"
        outcome.demand(count <= ids * CAP + 1, f"{ids} ids count {count:.1f}")
    added = _flood(replica, popular)
    limit = 2 * PipelineSettings.model_fields["user_limit"].default  # the minute may end in between
    outcome.facts["one_id_reads_all_articles_count"] = f"{added:.1f} of {len(popular) * CAP:,.0f} sent"
    outcome.demand(added <= limit, f"one id adds {added:.1f} to all counts")
    return outcome


def _flood(replica: Replica, items: Sequence[str]) -> float:
    before = sum(item["score"] for item in _trending(replica))
    _send(replica, [_read("flood", item, CAP) for item in items])
    return float(sum(item["score"] for item in _trending(replica)) - before)


def _read(user: str, item: str, weight: float = 1.0) -> dict[str, object]:
    return {"user_id": user, "item_id": item, "weight": weight}


def _send(replica: Replica, events: Sequence[dict[str, object]]) -> None:
    for start in range(0, len(events), _BATCH):
        replica.client.post("/events", json=events[start : start + _BATCH]).raise_for_status()
    time.sleep(_LAG_SECONDS)


def _trending(replica: Replica) -> list[dict[str, Any]]:
    return list(replica.client.get(f"/trending?num_recs={_LENGTH}").json()["items"])


def _anonymous(replica: Replica) -> list[dict[str, Any]]:
    return list(replica.client.get(f"/recommendations?num_recs={_LENGTH}").json()["items"])


def _place(items: Sequence[dict[str, Any]], item_id: str) -> int | str:
    """Return the place of an item in a list, from 1."""
    return next((place for place, item in enumerate(items, 1) if item["item_id"] == item_id), "none")
