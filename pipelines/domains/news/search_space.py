"""The search space of `python -m pipelines tune` for news: parameters and their ranges."""

from __future__ import annotations

from pipelines.tuning.search_space import Choice, NumericRange, SearchSpace

_WITH_HISTORY = ("logged", "semi_logged")

SEARCH_SPACE: SearchSpace = {
    "two_stage.retrieve.popularity": NumericRange(80, 240, integer=True),
    "two_stage.retrieve_others": NumericRange(15, 80, log=True, integer=True),
    "two_stage.fit_users": NumericRange(1_500, 12_000, log=True, integer=True),
    "two_stage.fit_negatives": NumericRange(15, 80, log=True, integer=True),
    "two_stage.scorer.ridge": NumericRange(3e-4, 0.1, log=True),
    "two_stage.scorer.head": NumericRange(30, 160, log=True, integer=True),
    "two_stage.scorer.trees.rounds": NumericRange(40, 250, log=True, integer=True),
    "two_stage.scorer.trees.leaves": NumericRange(7, 32, log=True, integer=True),
    "two_stage.scorer.trees.learning_rate": NumericRange(0.02, 0.2, log=True),
    "two_stage.scorer.trees.min_leaf_rows": NumericRange(20, 250, log=True, integer=True),
    "two_stage.scorer.trees.feature_fraction": NumericRange(0.3, 1.0),
    "two_stage.scorer.trees.row_fraction": NumericRange(0.5, 1.0),
    "two_stage.scorer.trees.ridge": NumericRange(0.5, 50.0, log=True),
    "two_stage.scorer.trees.truncation": NumericRange(6, 30, integer=True),
    # Popularity retrieves by the second half-life. Without enough data to fit weights, 1.0 alone ranks items.
    "state.half_lives": Choice(
        (
            (0.1, 0.25, 1.0, 4.0, 24.0),
            (0.1, 0.25, 1.0, 4.0),
            (0.05, 0.15, 0.4, 1.0, 4.0, 24.0),
            (0.1, 0.25, 0.5, 1.0, 2.0, 8.0, 24.0),
        )
    ),
    "state.key_half_lives": Choice(((0.5, 2.0), (0.25, 1.0), (0.5, 4.0), (0.25, 1.0, 4.0))),
    "state.session_gap": NumericRange(0.25, 1.0, log=True),
    "state.co_occurrence.half_lives": Choice(((1.0, 4.0), (0.4, 2.0), (0.4, 1.0, 4.0), (2.0, 8.0))),
    "state.co_occurrence.distance_decay": NumericRange(0.3, 2.0),
    "state.co_occurrence.reverse": NumericRange(0.0, 0.5),
    "state.cross_session.half_lives": Choice(
        ((0.7, 3.0), (0.4, 1.5), (1.0, 6.0), (0.4, 1.5, 6.0)), segments=_WITH_HISTORY
    ),
    "state.cross_session.distance_decay": NumericRange(0.1, 1.0, segments=_WITH_HISTORY),
    "als.factors": Choice((16, 32, 64), segments=("logged",)),
    "als.regularization": NumericRange(0.005, 0.5, log=True, segments=("logged",)),
    "als.alpha": NumericRange(3.0, 50.0, log=True, segments=("logged",)),
    "als.half_life": NumericRange(6.0, 72.0, log=True, segments=("logged",)),
    "clusters.half_life": NumericRange(1.0, 12.0, log=True, segments=("semi_logged",)),
    "clusters.prior_interactions": NumericRange(5.0, 80.0, log=True, segments=("semi_logged",)),
    "clusters.window": NumericRange(12.0, 48.0, log=True, segments=("semi_logged",)),
}
