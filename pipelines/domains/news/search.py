"""Which parameters of news `python -m pipelines tune` tries, and between which ends."""

from __future__ import annotations

from pipelines.ranges import Choice, Numbers, Space

_KNOWN = ("logged", "semi_logged")

SEARCH: Space = {
    "blend.retrieve.popularity": Numbers(80, 240, whole=True),
    "blend.retrieve_others": Numbers(15, 80, log=True, whole=True),
    "blend.fit_readers": Numbers(1_500, 12_000, log=True, whole=True),
    "blend.fit_others": Numbers(15, 80, log=True, whole=True),
    "blend.ranking.ridge": Numbers(3e-4, 0.1, log=True),
    "blend.ranking.head": Numbers(30, 160, log=True, whole=True),
    "blend.ranking.trees.rounds": Numbers(40, 250, log=True, whole=True),
    "blend.ranking.trees.leaves": Numbers(7, 32, log=True, whole=True),
    "blend.ranking.trees.learning_rate": Numbers(0.02, 0.2, log=True),
    "blend.ranking.trees.rows": Numbers(20, 250, log=True, whole=True),
    "blend.ranking.trees.columns": Numbers(0.3, 1.0),
    "blend.ranking.trees.sample": Numbers(0.5, 1.0),
    "blend.ranking.trees.ridge": Numbers(0.5, 50.0, log=True),
    "blend.ranking.trees.top": Numbers(6, 30, whole=True),
    # Popularity retrieves by the second of these, and one hour ranks alone where too little is known.
    "state.half_lives": Choice(
        (
            (0.1, 0.25, 1.0, 4.0, 24.0),
            (0.1, 0.25, 1.0, 4.0),
            (0.05, 0.15, 0.4, 1.0, 4.0, 24.0),
            (0.1, 0.25, 0.5, 1.0, 2.0, 8.0, 24.0),
        )
    ),
    "state.key_half_lives": Choice(((0.5, 2.0), (0.25, 1.0), (0.5, 4.0), (0.25, 1.0, 4.0))),
    "state.visit_gap": Numbers(0.25, 1.0, log=True),
    "state.coreads.half_lives": Choice(((1.0, 4.0), (0.4, 2.0), (0.4, 1.0, 4.0), (2.0, 8.0))),
    "state.coreads.fade": Numbers(0.3, 2.0),
    "state.coreads.reverse": Numbers(0.0, 0.5),
    "state.returns.half_lives": Choice(((0.7, 3.0), (0.4, 1.5), (1.0, 6.0), (0.4, 1.5, 6.0)), only=_KNOWN),
    "state.returns.fade": Numbers(0.1, 1.0, only=_KNOWN),
    "als.factors": Choice((16, 32, 64), only=("logged",)),
    "als.regularization": Numbers(0.005, 0.5, log=True, only=("logged",)),
    "als.alpha": Numbers(3.0, 50.0, log=True, only=("logged",)),
    "als.half_life": Numbers(6.0, 72.0, log=True, only=("logged",)),
    "clusters.half_life": Numbers(1.0, 12.0, log=True, only=("semi_logged",)),
    "clusters.prior_reads": Numbers(5.0, 80.0, log=True, only=("semi_logged",)),
    "clusters.window": Numbers(12.0, 48.0, log=True, only=("semi_logged",)),
}
