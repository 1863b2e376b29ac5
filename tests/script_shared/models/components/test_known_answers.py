"""The features of components on small data sets, against values computed by hand."""

from math import log

import numpy as np
import pytest

from script_shared.domains.news.segments import news_segments
from script_shared.domains.news.tables import CONTEXT
from script_shared.models.components.als import Als, AlsParameters
from script_shared.models.components.audience_affinity import PRIOR_INTERACTIONS as AUDIENCE_PRIOR
from script_shared.models.components.audience_affinity import AudienceAffinity
from script_shared.models.components.category_affinity import CategoryAffinity
from script_shared.models.components.category_transitions import PRIOR_TRANSITIONS, CategoryTransitions
from script_shared.models.components.clusters import ClusterParameters, Clusters
from script_shared.models.components.co_occurrence import MIN_SHARE, CoOccurrence
from script_shared.models.components.context_popularity import PRIOR_INTERACTIONS, ContextPopularity
from script_shared.models.components.popularity import SMOOTHING, MostPopular, MostPopularEver, Popularity
from script_shared.models.components.recency import Recency
from script_shared.models.components.session_continuation import PRIOR_INTERACTIONS as SESSION_PRIOR
from script_shared.models.components.session_continuation import SessionContinuation
from script_shared.models.components.texts.content import Content, ContentParameters
from script_shared.state.state import State, StateParameters
from tests.support.small_datasets import (
    CHECKERBOARD_TITLES,
    checkerboard_interactions,
    item_ids,
    make_dataset,
    make_query,
)

STATE = StateParameters()


@pytest.fixture(scope="module")
def checkerboard():
    dataset = make_dataset(checkerboard_interactions(), hours=30, titles=CHECKERBOARD_TITLES)
    return dataset, State.from_dataset(dataset, STATE)


def ranks_same_half_first(dataset, component, state, query):
    """Return whether all unseen items of the user's half score higher than all items of the other half."""
    items = np.setdiff1d(np.arange(len(dataset.items), dtype=np.int32), query.history)
    is_same_half = items % 2 == query.history[0] % 2
    scores = component.features(query, state, items)[:, -1]
    return scores[is_same_half].min() > scores[~is_same_half].max()


@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize(
    "component",
    [
        Als(AlsParameters(factors=4, iterations=15)),
        Content(ContentParameters()),
        CoOccurrence("co_occurrence", STATE.co_occurrence.half_lives, depth=8, fade=0.7, prior=0.3),
    ],
    ids=lambda component: component.name,
)
def test_items_of_the_users_half_of_a_checkerboard_are_ranked_first(checkerboard, component, half):
    dataset, state = checkerboard
    component.fit(dataset, state)
    history = [f"i{half + 2 * step:02}" for step in range(6)]
    query = make_query(dataset, history, hour=30, hours=[27, 27.5, 28, 28.5, 29, 29.5])
    assert ranks_same_half_first(dataset, component, state, query)


def test_two_stage_recommender_learns_a_checkerboard():
    dataset = make_dataset(checkerboard_interactions(users=80, items=60, hours=140), hours=140)
    model = news_segments({})[0].make_model()
    model.fit(dataset, lambda user: True)
    state = State.from_dataset(dataset, STATE)
    for half in (0, 1):
        query = make_query(dataset, [f"i{half + 2 * step:02}" for step in range(6)], hour=140)
        assert [scored.item % 2 for scored in model.recommend(query, state, 10)] == [half] * 10


def test_popularity_is_the_log_of_the_decayed_count():
    dataset = make_dataset([("a", "x", 0), ("b", "x", 1), ("c", "y", 2)], hours=3, items=["z"])
    features = Popularity([1.0]).features(
        make_query(dataset, hour=3),
        State.from_dataset(dataset, StateParameters(half_lives=(1.0,))),
        np.arange(3),
    )
    counts = [1 / 8 + 1 / 4, 1 / 2, 0]
    assert features[:, 0] == pytest.approx([log(count + SMOOTHING) for count in counts])


def test_most_popular_depends_on_the_time_and_most_popular_ever_does_not():
    interactions = [("a", "old", 0), ("b", "old", 0), ("c", "old", 0), ("d", "new", 9)]
    dataset = make_dataset(interactions, hours=10)
    state, query = State.from_dataset(dataset, STATE), make_query(dataset, hour=10)
    most_popular, most_popular_ever = MostPopular(STATE.find_half_life(1.0)), MostPopularEver(dataset)
    assert item_ids(dataset, [scored.item for scored in most_popular.recommend(query, state, 2)]) == [
        "new",
        "old",
    ]
    assert item_ids(dataset, [scored.item for scored in most_popular_ever.recommend(query, state, 2)]) == [
        "old",
        "new",
    ]
    assert [scored.score for scored in most_popular_ever.recommend(query, state, 2)] == [3, 1]


def test_context_popularity_is_high_for_the_item_of_the_users_region():
    interactions = [(f"r{n}", "north" if n % 2 else "south", 1, str(n % 2)) for n in range(100)]
    dataset = make_dataset(interactions, hours=2)
    state = State.from_dataset(dataset, STATE)
    component = ContextPopularity(CONTEXT, STATE.key_half_lives)
    north, south = (
        component.features(make_query(dataset, hour=2, region=r), state, np.arange(2)) for r in "10"
    )
    assert item_ids(dataset, component.retrieve(make_query(dataset, hour=2, region="1"), state, 1)) == [
        "north"
    ]
    assert (north[0, :2] > 0).all()
    assert (north[1, :2] < 0).all()
    assert north[::-1] == pytest.approx(south, abs=1e-5)
    assert not north[:, 2:].any(), "the query has no device"


def test_context_popularity_is_the_count_over_the_expected_count():
    parameters = StateParameters(half_lives=(1.0,), key_half_lives=(1.0,))
    dataset = make_dataset(
        [(f"r{n}", "x" if n < 30 else "y", 1, "1" if n < 20 else "2") for n in range(100)], hours=1.001
    )
    state = State.from_dataset(dataset, parameters)
    features = ContextPopularity(CONTEXT, (1.0,)).features(
        make_query(dataset, hour=1, region="1"), state, np.array([0])
    )
    share = 30 / 100
    expected = log((20 + PRIOR_INTERACTIONS) / (20 * share + PRIOR_INTERACTIONS))
    assert features[0, 0] == pytest.approx(expected, rel=0.03), "up to the smoothing of the share"


def test_recency_is_the_log_age_and_whether_the_item_is_new_to_the_user():
    dataset = make_dataset([("a", "x", 0), ("a", "y", 5), ("b", "x", 6)], hours=8)
    state = State.from_dataset(dataset, STATE)
    features = Recency().features(make_query(dataset, ["x"], hour=8, hours=[3]), state, np.arange(2))
    assert features == pytest.approx(np.array([[log(8.1), 0], [log(3.1), 1]]))
    assert not Recency().features(make_query(dataset, hour=8), state, np.arange(2))[:, 1].any()


def test_category_affinity_is_the_users_share_over_the_share_of_all_users():
    interactions = [(f"r{n}", f"i{n % 4}", 1) for n in range(40)]
    dataset = make_dataset(
        interactions, hours=2, categories={f"i{n}": ["even", "odd"][n % 2] for n in range(4)}
    )
    affinity, state = CategoryAffinity(), State.from_dataset(dataset, STATE)
    affinity.fit(dataset, state)
    features = affinity.features(make_query(dataset, ["i0"] * 3, hour=2), state, np.arange(4))[:, 0]
    same_category, other_category = (3 + 3 / 2) / (3 + 3) / (1 / 2), (3 / 2) / (3 + 3) / (1 / 2)
    assert features == pytest.approx([log(same_category), log(other_category)] * 2, rel=1e-5)


def test_audience_affinity_is_the_lift_of_categories_in_earlier_sessions():
    first_sessions = [(f"{category}{n}", category, 1) for category in ("goal", "law") for n in range(20)]
    later_sessions = [(f"goal{n}", "cup", 3) for n in range(20)] + [
        (f"law{n}", "court", 3) for n in range(20)
    ]
    dataset = make_dataset(
        [*first_sessions, *later_sessions], hours=3.001, categories={"goal": "sport", "law": "justice"}
    )
    affinity, state = AudienceAffinity(), State.from_dataset(dataset, STATE)
    affinity.fit(dataset, state)
    items = dataset.items.find_all(["cup", "court"])
    same_category, other_category = affinity.features(make_query(dataset, ["goal"], hour=3), state, items)[
        :, 0
    ]
    expected = (20 + AUDIENCE_PRIOR) / 2
    assert same_category == pytest.approx(log((20 + AUDIENCE_PRIOR / 2) / expected), rel=0.01)
    assert other_category == pytest.approx(log(AUDIENCE_PRIOR / 2 / expected), rel=0.01)


def test_co_occurrence_shares_are_weighted_by_recency():
    """Three users click c and one clicks d after a; two click d after b. Decay does not change shares."""
    steps = [
        ("1", "a", "c"),
        ("2", "a", "c"),
        ("3", "a", "c"),
        ("4", "a", "d"),
        ("5", "b", "d"),
        ("6", "b", "d"),
    ]
    interactions = [
        (user, item, 1 + position / 100) for user, *path in steps for position, item in enumerate(path)
    ]
    dataset = make_dataset(interactions, hours=2)
    co_occurrence = CoOccurrence(
        "co_occurrence", STATE.co_occurrence.half_lives, depth=8, fade=0.5, prior=1.0
    )
    co_occurrence.fit(dataset, state := State.from_dataset(dataset, STATE))
    items = dataset.items.find_all(["c", "d"])
    features = co_occurrence.features(make_query(dataset, ["a", "b"], hour=2), state, items)[:, -1]
    # The last item is b, which is followed by d; a is one step earlier and has half the weight.
    assert features[0] == pytest.approx(log(MIN_SHARE + 0.5 * 3 / 4 / 1.5), rel=1e-4)
    assert features[1] == pytest.approx(log(MIN_SHARE + (1 + 0.5 / 4) / 1.5), rel=1e-4)


def test_category_transitions_are_the_lift_of_a_category_after_the_last_ones():
    """Twenty transitions are from sport to culture and twenty from justice to money."""
    paths = [("goal", "book")] * 20 + [("law", "bank")] * 20
    interactions = [
        (f"r{n}", item, 1 + position / 100)
        for n, path in enumerate(paths)
        for position, item in enumerate(path)
    ]
    categories = {"goal": "sport", "book": "culture", "law": "justice", "bank": "money", "new": "weather"}
    dataset = make_dataset(interactions, hours=1.02, items=["new"], categories=categories)
    # The reverse of a transition has a tenth of its weight.
    count, total = 20.0, 44.0
    transitions, state = CategoryTransitions(), State.from_dataset(dataset, STATE)
    transitions.fit(dataset, state)
    items = dataset.items.find_all(["book", "bank", "goal", "new"])
    after_last, after_visit = transitions.features(
        make_query(dataset, ["law", "goal"], hour=1.02), state, items
    ).T
    share = count / total
    same_category = log((count + PRIOR_TRANSITIONS * share) / ((count + PRIOR_TRANSITIONS) * share))
    other_category = log(PRIOR_TRANSITIONS / (count + PRIOR_TRANSITIONS))
    assert after_last == pytest.approx([same_category, other_category, other_category, 0], abs=0.01)
    assert after_visit == pytest.approx(
        [(same_category + other_category) / 2, (same_category + other_category) / 2, other_category, 0],
        abs=0.01,
    )


def test_clusters_separate_two_groups_and_retrieve_their_items():
    sport = [(f"s{n}", f"gol{step % 6}", 26 + step * 0.5 + n * 0.01) for n in range(40) for step in range(7)]
    law = [(f"l{n}", f"lei{step % 6}", 14 + step * 2.3 + n * 0.01) for n in range(40) for step in range(7)]
    categories = {f"{category}{n}": category for category in ("gol", "lei") for n in range(6)}
    dataset = make_dataset(sport + law, hours=30, categories=categories)
    state = State.from_dataset(dataset, STATE)
    clusters = Clusters(ClusterParameters(components=(2,), clusters=(2,)))
    clusters.fit(dataset, state)
    for user, category in (("s3", "gol"), ("l3", "lei")):
        query = state.query(dataset.users.find(user), dataset.as_of_ms, keys=(-1, -1))
        assert {name[:3] for name in item_ids(dataset, clusters.retrieve(query, state, 4))} == {category}
        ratios = clusters.features(query, state, np.arange(len(dataset.items)))[:, 0]
        of_group = np.array([name.startswith(category) for name in dataset.items])
        assert ratios[of_group].min() > ratios[~of_group].max()


def test_session_continuation_is_the_count_over_the_expected_count():
    """`b` always follows `a` within minutes; both have equal counts."""
    rows = [(f"r{n}", item, 1 + n / 60 + delay) for n in range(30) for item, delay in (("a", 0), ("b", 0.05))]
    dataset = make_dataset(rows, hours=2)
    continuation, state = SessionContinuation((1.0,)), State.from_dataset(dataset, STATE)
    query, items = make_query(dataset, hour=2), dataset.items.find_all(["a", "b"])
    counts = state.counts.get(items, query.now_ms)[STATE.find_half_life(1.0)]
    expected = counts * counts[1] / counts.sum()
    ratios = (np.array([0, counts[1]]) + SESSION_PRIOR) / (expected + SESSION_PRIOR)
    assert continuation.features(query, state, items)[:, 0] == pytest.approx(np.log(ratios), rel=1e-5)
    assert item_ids(dataset, continuation.retrieve(query, state, 5)) == ["b"]
