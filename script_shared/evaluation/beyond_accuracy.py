"""Beyond-accuracy metrics of lists: coverage, novelty, diversity, concentration and age."""

from __future__ import annotations

import polars as pl

from script_shared.clock import MS_PER_HOUR

LIST_METRICS = ("coverage", "novelty", "diversity", "top_share", "median_age", "new_share")
#: Hours of interactions that define the available items and their popularity.
WINDOW = 24
#: Share of the window's items, at least one, that are the most popular.
TOP = 0.01
#: An item is new for so many hours after its first interaction.
NEW = 1

_LISTS = ("segment", "model")


def describe_lists(lists: pl.DataFrame, items: pl.DataFrame, interactions: pl.DataFrame) -> pl.DataFrame:
    """Describe the lists of each segment and model, cut-off by cut-off.

    - coverage: share of the last 24 hours' items that are in at least one list (Ge et al., RecSys 2010). It
      grows with the number of lists: compare it on the same users only.
    - novelty: mean −log2 of an item's share of the last 24 hours' interactions, in bits (Zhou et al., PNAS
      2010); an item without interactions counts as having one.
    - diversity: share of the pairs of a list whose categories differ (Smyth & McClave, ICCBR 2001),
      averaged over lists; items without a category are left out.
    - top_share: share of recommended items among the 1 % most popular items of the last 24 hours.
    - median_age: hours from published time to the cut-off, over all recommended items.
    - new_share: share of recommended items without an interaction until one hour before the cut-off.

    Args:
        lists: segment, model, cutoff (ms UTC), query_id, item_id.
        items: item_id, category, published_at.
        interactions: item_id, timestamp.

    Returns:
        segment, model, cutoff and the six metrics; null where a metric is undefined.
    """
    first = interactions.group_by("item_id").agg(first=pl.col("timestamp").min().dt.epoch("ms"))
    with_first = items.select("item_id", "category", "published_at").join(first, on="item_id", how="left")
    # Without lists the result is an empty table.
    parts = lists.sort("cutoff").partition_by("cutoff", maintain_order=True) or [lists]
    return pl.concat(_describe(part, with_first, interactions) for part in parts)


def _describe(lists: pl.DataFrame, items: pl.DataFrame, interactions: pl.DataFrame) -> pl.DataFrame:
    cutoff = int(lists["cutoff"][0]) if len(lists) else 0
    counts = _count_items(interactions, cutoff)
    age = (cutoff - pl.col("published_at").dt.epoch("ms")) / MS_PER_HOUR
    new = pl.col("first").fill_null(cutoff) >= cutoff - NEW * MS_PER_HOUR
    properties = items.select("item_id", "category", age=age, new=new).join(counts, on="item_id", how="left")
    # The order is maintained here and below, because sums of floats depend on it in the last digit.
    described = lists.join(properties, on="item_id", how="left", maintain_order="left")
    total = max(int(counts["interactions"].sum()), 1)
    return (
        described.group_by(_LISTS, maintain_order=True)
        .agg(
            cutoff=pl.lit(cutoff, pl.Int64),
            coverage=_counted_items() / max(len(counts), 1),
            novelty=-(pl.col("interactions").fill_null(1) / total).log(2).mean(),
            top_share=pl.col("top").fill_null(value=False).mean(),
            median_age=pl.col("age").median(),
            new_share=pl.col("new").fill_null(value=True).mean(),
        )
        .join(_diversity(described), on=_LISTS, how="left", maintain_order="left")
        .select(*_LISTS, "cutoff", *LIST_METRICS)
    )


def _count_items(interactions: pl.DataFrame, cutoff: int) -> pl.DataFrame:
    """Return the interactions of each item in the window, and whether it is among the most popular."""
    time_ms = pl.col("timestamp").dt.epoch("ms")
    recent = interactions.filter(time_ms.is_between(cutoff - WINDOW * MS_PER_HOUR, cutoff, closed="left"))
    counts = recent.group_by("item_id").agg(interactions=pl.len())
    counts = counts.sort(-pl.col("interactions").cast(pl.Int64), "item_id")
    return counts.with_row_index("rank").with_columns(top=pl.col("rank") < (TOP * pl.len()).ceil())


def _counted_items() -> pl.Expr:
    return pl.col("item_id").filter(pl.col("interactions").is_not_null()).n_unique()


def _diversity(described: pl.DataFrame) -> pl.DataFrame:
    """Return 1 − Σ n_c(n_c − 1) / n(n − 1) for a list of n items, n_c of them in category c."""
    of_list = [*_LISTS, "query_id"]
    groups = described.drop_nulls("category").group_by(*of_list, "category", maintain_order=True)
    sizes = groups.agg(n=pl.len().cast(pl.Int64))
    n, equal_pairs = pl.col("n").sum(), (pl.col("n") * (pl.col("n") - 1)).sum()
    lists = sizes.group_by(of_list, maintain_order=True).agg(n=n, different=1 - equal_pairs / (n * (n - 1)))
    with_pairs = lists.filter(pl.col("n") > 1).group_by(_LISTS, maintain_order=True)
    return with_pairs.agg(diversity=pl.col("different").mean())
