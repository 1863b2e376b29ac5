"""Handles reads without a reader, and detects reader ids that are probably placeholders or crawlers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from pipelines.formats.raw_table import NULLS
from script_shared.anonymous import ANONYMOUS_PREFIX, is_anonymous
from script_shared.tables import Tables

#: A reader with at least this share of all reads is probably a placeholder or a crawler.
SUSPICIOUS_SHARE = 0.3
#: The same for ids that exports typically write where there is no reader.
PLACEHOLDER_SHARE = 0.05
PLACEHOLDERS = (
    *("0", "-1", "-", "?", "1970-01-01", "00000000-0000-0000-0000-000000000000"),
    *("anon", "anonymous", "anonimo", "anônimo", "guest", "unknown", "visitor", "none", "n/a", "na", "empty"),
    *("not set", "(not set)", "missing", "nobody", "default", "user", "test"),
)
#: The fewest reads of a suspicious reader.
_MIN_READS = 10
_MAX_READERS = 5


def nullify_placeholders(frame: pl.DataFrame, anonymous: Sequence[str]) -> pl.DataFrame:
    """Set `user_id` to null where it is blank, a spelling of null, or a declared placeholder."""
    user = pl.col("user_id")
    text = user.str.strip_chars()
    is_placeholder = (text == "") | text.is_in([*NULLS, *anonymous])
    return frame.with_columns(pl.when(~is_placeholder).then(user).alias("user_id"))


def fill_anonymous_ids(reads: pl.DataFrame) -> pl.DataFrame:
    """Fill missing `user_id` with a synthetic id: one per session, or one per read without a session."""
    if not reads["user_id"].null_count():
        return reads
    session = pl.concat_str(pl.lit(f"{ANONYMOUS_PREFIX}session "), "session_id")
    read = pl.concat_str(pl.lit(f"{ANONYMOUS_PREFIX}read "), pl.int_range(pl.len()).cast(pl.String))
    return reads.with_columns(pl.coalesce("user_id", session, read))


def count_anonymous(reads: pl.DataFrame) -> int:
    """Return the number of reads without a reader."""
    return int(reads.select(is_anonymous(pl.col("user_id")).sum()).item())


def find_suspicious_readers(tables: Tables) -> list[tuple[str, float]]:
    """Return the reader ids with an implausible share of all reads, and that share."""
    counts = tables.users.top_k(_MAX_READERS, by="interactions")
    counts = counts.sort("interactions", "user_id", descending=[True, False])
    readers = []
    for user_id, count in counts.select("user_id", "interactions").iter_rows():
        share = count / len(tables.interactions)
        min_share = PLACEHOLDER_SHARE if _is_typical_placeholder(user_id) else SUSPICIOUS_SHARE
        if count >= _MIN_READS and share >= min_share:
            readers.append((user_id, share))
    return readers


def warn_of_suspicious_readers(tables: Tables) -> Iterator[str]:
    """Yield a warning for each reader id with an implausible share of all reads."""
    for user_id, share in find_suspicious_readers(tables):
        cause = "a placeholder for no reader" + ("" if _is_typical_placeholder(user_id) else ", or a crawler")
        yield (
            f"the reader {user_id!r} has {share:.0%} of all reads: probably {cause}; "
            f'if it is not a reader, declare it with --anonymous "{user_id}" or anonymous = ["{user_id}"] '
            "in manchete.toml"
        )


def _is_typical_placeholder(user_id: str) -> bool:
    return user_id.strip().lower() in PLACEHOLDERS
