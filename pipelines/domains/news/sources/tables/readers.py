"""Who read: reads without a reader become anonymous, and an id that may stand for nobody is pointed out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from pipelines.domains.news.validation.quarantine import NULLS
from script_shared.anonymous import ANONYMOUS_PREFIX, is_anonymous
from script_shared.tables import Tables

#: One reader with so much of all reads is a placeholder or a crawler: no person reads a third of a site.
SUSPICIOUS_SHARE = 0.3
#: The same for ids that exports write where there is no reader.
PLACEHOLDER_SHARE = 0.05
PLACEHOLDERS = (
    *("0", "-1", "-", "?", "1970-01-01", "00000000-0000-0000-0000-000000000000"),
    *("anon", "anonymous", "anonimo", "anônimo", "guest", "unknown", "visitor", "none", "n/a", "na", "empty"),
    *("not set", "(not set)", "missing", "nobody", "default", "user", "test"),
)
_FEWEST_READS = 10
_LISTED = 5


def without_placeholders(frame: pl.DataFrame, anonymous: Sequence[str]) -> pl.DataFrame:
    """Set `user_id` to null where it is no reader: blank, a spelling of null or a declared placeholder."""
    user = pl.col("user_id")
    text = user.str.strip_chars()
    nobody = (text == "") | text.is_in([*NULLS, *anonymous])
    return frame.with_columns(pl.when(~nobody).then(user).alias("user_id"))


def name_anonymous(reads: pl.DataFrame) -> pl.DataFrame:
    """Give reads without a reader a synthetic `user_id`: one per session, or else one per read."""
    if not reads["user_id"].null_count():
        return reads
    session = pl.concat_str(pl.lit(f"{ANONYMOUS_PREFIX}session "), "session_id")
    read = pl.concat_str(pl.lit(f"{ANONYMOUS_PREFIX}read "), pl.int_range(pl.len()).cast(pl.String))
    return reads.with_columns(pl.coalesce("user_id", session, read))


def count_anonymous(reads: pl.DataFrame) -> int:
    """Return how many reads have no reader."""
    return int(reads.select(is_anonymous(pl.col("user_id")).sum()).item())


def suspicious_readers(tables: Tables) -> list[tuple[str, float]]:
    """Return ids that have an implausible share of all reads, with that share."""
    counts = tables.users.top_k(_LISTED, by="interactions").sort(
        "interactions", "user_id", descending=[True, False]
    )
    found = []
    for user_id, count in counts.select("user_id", "interactions").iter_rows():
        share, placeholder = count / len(tables.interactions), user_id.strip().lower() in PLACEHOLDERS
        least = PLACEHOLDER_SHARE if placeholder else SUSPICIOUS_SHARE
        if count >= _FEWEST_READS and share >= least:
            found.append((user_id, share))
    return found


def warn_of_readers(tables: Tables) -> Iterator[str]:
    """Give a warning for each id that has an implausible share of all reads."""
    for user_id, share in suspicious_readers(tables):
        placeholder = user_id.strip().lower() in PLACEHOLDERS
        what = "a placeholder for no reader" if placeholder else "a placeholder for no reader, or a crawler"
        yield (
            f"the reader {user_id!r} has {share:.0%} of all reads: probably {what}; "
            f'if it is nobody, declare it with --anonymous "{user_id}" or anonymous = ["{user_id}"] '
            "in manchete.toml"
        )
