"""What lists look like beyond their hits: coverage, novelty, diversity, concentration and age."""

from __future__ import annotations

import polars as pl

from script_shared.clock import MS_PER_HOUR

BEYOND = ("coverage", "novelty", "diversity", "top_share", "median_age", "new_share")
#: Hours of interactions that say what is there to recommend, and how well known it is.
WINDOW = 24
#: What is most read: this share of the items read in the window, at least one of them.
TOP = 0.01
#: An item is new while its first read lies at most so many hours back.
NEW = 1

_LISTS = ("segment", "model")


def describe_lists(
    predictions: pl.DataFrame, items: pl.DataFrame, interactions: pl.DataFrame
) -> pl.DataFrame:
    """Describe the lists of each segment and model, cut-off by cut-off.

    - coverage: share of the items read in the last 24 h that are in at least one list (Ge et al.,
      RecSys 2010). It grows with the number of lists: compare it on the same readers only.
    - novelty: mean −log2 of an item's share of the interactions of the last 24 h, in bits (Zhou et al.,
      PNAS 2010); an item that nobody read counts as read once.
    - diversity: share of the pairs of a list whose categories differ (Smyth & McClave, ICCBR 2001),
      mean over lists; items without a category are left out of it.
    - top_share: share of what was recommended that is among the 1 % most read items of the last 24 h.
    - median_age: hours from publication to the cut-off, over all that was recommended.
    - new_share: share of what was recommended that nobody had read until an hour before the cut-off.

    Args:
        predictions: segment, model, cutoff (ms UTC), query_id, item_id.
        items: item_id, category, published_at.
        interactions: item_id, timestamp.

    Returns:
        segment, model, cutoff and the six; null where nothing is known.
    """
    first = interactions.group_by("item_id").agg(first=pl.col("timestamp").min().dt.epoch("ms"))
    known = items.select("item_id", "category", "published_at").join(first, on="item_id", how="left")
    # Without a prediction there is still a table: what is known then is nothing.
    parts = predictions.sort("cutoff").partition_by("cutoff", maintain_order=True) or [predictions]
    return pl.concat(_describe(part, known, interactions) for part in parts)


def _describe(lists: pl.DataFrame, items: pl.DataFrame, interactions: pl.DataFrame) -> pl.DataFrame:
    cutoff = int(lists["cutoff"][0]) if len(lists) else 0
    counts = _reads(interactions, cutoff)
    age = (cutoff - pl.col("published_at").dt.epoch("ms")) / MS_PER_HOUR
    new = pl.col("first").fill_null(cutoff) >= cutoff - NEW * MS_PER_HOUR
    known = items.select("item_id", "category", age=age, new=new).join(counts, on="item_id", how="left")
    # In order, here and below: a sum of floats in another order differs in its last digit.
    described = lists.join(known, on="item_id", how="left", maintain_order="left")
    total = max(int(counts["interactions"].sum()), 1)
    return (
        described.group_by(_LISTS, maintain_order=True)
        .agg(
            cutoff=pl.lit(cutoff, pl.Int64),
            coverage=_known_items() / max(len(counts), 1),
            novelty=-(pl.col("interactions").fill_null(1) / total).log(2).mean(),
            top_share=pl.col("top").fill_null(value=False).mean(),
            median_age=pl.col("age").median(),
            new_share=pl.col("new").fill_null(value=True).mean(),
        )
        .join(_diversity(described), on=_LISTS, how="left", maintain_order="left")
        .select(*_LISTS, "cutoff", *BEYOND)
    )


def _reads(interactions: pl.DataFrame, cutoff: int) -> pl.DataFrame:
    """Return how often each item was read in the window, and whether it is among the most read."""
    moment = pl.col("timestamp").dt.epoch("ms")
    recent = interactions.filter(moment.is_between(cutoff - WINDOW * MS_PER_HOUR, cutoff, closed="left"))
    counts = (
        recent.group_by("item_id")
        .agg(interactions=pl.len())
        .sort(-pl.col("interactions").cast(pl.Int64), "item_id")
    )
    return counts.with_row_index("place").with_columns(top=pl.col("place") < (TOP * pl.len()).ceil())


def _known_items() -> pl.Expr:
    return pl.col("item_id").filter(pl.col("interactions").is_not_null()).n_unique()


def _diversity(described: pl.DataFrame) -> pl.DataFrame:
    """Return 1 − Σ n_c(n_c − 1) / n(n − 1), for n items of a list, n_c of them in category c."""
    of_list = [*_LISTS, "query_id"]
    known = described.drop_nulls("category").group_by(*of_list, "category", maintain_order=True)
    sizes = known.agg(n=pl.len().cast(pl.Int64))
    n, similar_items = pl.col("n").sum(), (pl.col("n") * (pl.col("n") - 1)).sum()
    lists = sizes.group_by(of_list, maintain_order=True).agg(n=n, different=1 - similar_items / (n * (n - 1)))
    some = lists.filter(pl.col("n") > 1).group_by(_LISTS, maintain_order=True)
    return some.agg(diversity=pl.col("different").mean())
