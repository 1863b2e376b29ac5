"""Worlds so plain that the right answer can be worked out by hand."""

from math import log

import numpy as np
import pytest

from script_shared.domains.news.segments import news_segments
from script_shared.domains.news.tables import CONTEXT
from script_shared.models.components.als import Als, AlsParameters
from script_shared.models.components.audience_affinity import PRIOR_READS as PRIOR_VISITS
from script_shared.models.components.audience_affinity import AudienceAffinity
from script_shared.models.components.category_affinity import CategoryAffinity
from script_shared.models.components.category_transitions import PRIOR_STEPS, CategoryTransitions
from script_shared.models.components.clusters import ClusterParameters, Clusters
from script_shared.models.components.co_occurrence import LEAST_SHARE, CoOccurrence
from script_shared.models.components.content import Content, ContentParameters
from script_shared.models.components.context_popularity import PRIOR_READS, ContextPopularity
from script_shared.models.components.popularity import SMOOTHING, MostPopular, MostPopularEver, Popularity
from script_shared.models.components.recency import Recency
from script_shared.models.components.session_continuation import PRIOR_READS as PRIOR_VISITED
from script_shared.models.components.session_continuation import SessionContinuation
from script_shared.models.ranking.conditional_logit import fit_logit
from script_shared.state.state import State, StateParameters
from tests.support.worlds import ask, names, two_tastes, world

STATE = StateParameters()
HALVES = {
    f"i{item:02}": f"{'bola estadio' if item % 2 else 'congresso votacao'} {item}" for item in range(20)
}


@pytest.fixture(scope="module")
def checkerboard():
    dataset = world(two_tastes(), hours=30, titles=HALVES)
    return dataset, State.of(dataset, STATE)


def own_half_first(dataset, component, state, query):
    """Tell whether every unread item of the reader's half beats every one of the other half."""
    items = np.setdiff1d(np.arange(len(dataset.items), dtype=np.int32), query.history)
    own = items % 2 == query.history[0] % 2
    scores = component.features(query, state, items)[:, -1]
    return scores[own].min() > scores[~own].max()


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
def test_of_two_tastes_the_readers_own_comes_first(checkerboard, component, half):
    dataset, state = checkerboard
    component.fit(dataset, state)
    read = [f"i{half + 2 * step:02}" for step in range(6)]
    query = ask(dataset, read, hour=30, hours=[27, 27.5, 28, 28.5, 29, 29.5])
    assert own_half_first(dataset, component, state, query)


def test_the_blend_of_logged_readers_learns_two_tastes():
    dataset = world(two_tastes(users=80, items=60, hours=140), hours=140)
    model = news_segments({})[0].make_model()
    model.fit(dataset, lambda reader: True)
    state = State.of(dataset, STATE)
    for half in (0, 1):
        query = ask(dataset, [f"i{half + 2 * step:02}" for step in range(6)], hour=140)
        assert [x.item % 2 for x in model.recommend(query, state, 10)] == [half] * 10


def test_popularity_is_the_logarithm_of_reads_halved_with_each_half_life():
    dataset = world([("a", "x", 0), ("b", "x", 1), ("c", "y", 2)], hours=3, items=["z"])
    features = Popularity([1.0]).features(
        ask(dataset, hour=3), State.of(dataset, StateParameters(half_lives=(1.0,))), np.arange(3)
    )
    counts = [1 / 8 + 1 / 4, 1 / 2, 0]
    assert features[:, 0] == pytest.approx([log(count + SMOOTHING) for count in counts])


def test_most_read_follows_the_clock_and_most_popular_ever_does_not():
    reads = [("a", "old", 0), ("b", "old", 0), ("c", "old", 0), ("d", "new", 9)]
    dataset = world(reads, hours=10)
    state, query = State.of(dataset, STATE), ask(dataset, hour=10)
    now, ever = MostPopular(STATE.nearest(1.0)), MostPopularEver(dataset)
    assert names(dataset, [x.item for x in now.recommend(query, state, 2)]) == ["new", "old"]
    assert names(dataset, [x.item for x in ever.recommend(query, state, 2)]) == ["old", "new"]
    assert [x.score for x in ever.recommend(query, state, 2)] == [3, 1]


def test_where_the_reader_is_the_regions_own_article_stands_out():
    reads = [(f"r{n}", "north" if n % 2 else "south", 1, str(n % 2)) for n in range(100)]
    dataset = world(reads, hours=2)
    state = State.of(dataset, STATE)
    part = ContextPopularity(CONTEXT, STATE.key_half_lives)
    north, south = (part.features(ask(dataset, hour=2, region=r), state, np.arange(2)) for r in "10")
    assert names(dataset, part.retrieve(ask(dataset, hour=2, region="1"), state, 1)) == ["north"]
    assert (north[0, :2] > 0).all()
    assert (north[1, :2] < 0).all()
    assert north[::-1] == pytest.approx(south, abs=1e-5)
    assert not north[:, 2:].any(), "no device was given"


def test_the_lift_of_a_region_is_its_reads_against_those_expected():
    parameters = StateParameters(half_lives=(1.0,), key_half_lives=(1.0,))
    dataset = world(
        [(f"r{n}", "x" if n < 30 else "y", 1, "1" if n < 20 else "2") for n in range(100)], hours=1.001
    )
    state = State.of(dataset, parameters)
    found = ContextPopularity(CONTEXT, (1.0,)).features(
        ask(dataset, hour=1, region="1"), state, np.array([0])
    )
    share = 30 / 100
    expected = log((20 + PRIOR_READS) / (20 * share + PRIOR_READS))
    assert found[0, 0] == pytest.approx(expected, rel=0.03), "but for the smoothing of the share"


def test_recency_tells_the_hours_since_the_first_read_and_what_is_new_to_the_reader():
    dataset = world([("a", "x", 0), ("a", "y", 5), ("b", "x", 6)], hours=8)
    state = State.of(dataset, STATE)
    features = Recency().features(ask(dataset, ["x"], hour=8, hours=[3]), state, np.arange(2))
    assert features == pytest.approx(np.array([[log(8.1), 0], [log(3.1), 1]]))
    assert not Recency().features(ask(dataset, hour=8), state, np.arange(2))[:, 1].any()


def test_taste_prefers_the_category_that_the_reader_reads_more_than_others_do():
    reads = [(f"r{n}", f"i{n % 4}", 1) for n in range(40)]
    dataset = world(reads, hours=2, categories={f"i{n}": ["even", "odd"][n % 2] for n in range(4)})
    taste, state = CategoryAffinity(), State.of(dataset, STATE)
    taste.fit(dataset, state)
    found = taste.features(ask(dataset, ["i0"] * 3, hour=2), state, np.arange(4))[:, 0]
    own, other = (3 + 3 / 2) / (3 + 3) / (1 / 2), (3 / 2) / (3 + 3) / (1 / 2)
    assert found == pytest.approx([log(own), log(other)] * 2, rel=1e-5)


def test_the_audience_of_an_item_is_what_its_readers_read_on_earlier_visits():
    earlier = [(f"{kind}{n}", kind, 1) for kind in ("goal", "law") for n in range(20)]
    later = [(f"goal{n}", "cup", 3) for n in range(20)] + [(f"law{n}", "court", 3) for n in range(20)]
    dataset = world([*earlier, *later], hours=3.001, categories={"goal": "sport", "law": "justice"})
    audience, state = AudienceAffinity(), State.of(dataset, STATE)
    audience.fit(dataset, state)
    items = dataset.items.find_all(["cup", "court"])
    own, other = audience.features(ask(dataset, ["goal"], hour=3), state, items)[:, 0]
    expected = (20 + PRIOR_VISITS) / 2
    assert own == pytest.approx(log((20 + PRIOR_VISITS / 2) / expected), rel=0.01)
    assert other == pytest.approx(log(PRIOR_VISITS / 2 / expected), rel=0.01)


def test_shares_are_those_of_what_followed_each_read_the_newest_counting_most():
    """After a, three went on to c and one to d; after b, two to d. Half lives leave shares as they are."""
    steps = [
        ("1", "a", "c"),
        ("2", "a", "c"),
        ("3", "a", "c"),
        ("4", "a", "d"),
        ("5", "b", "d"),
        ("6", "b", "d"),
    ]
    reads = [(who, item, 1 + place / 100) for who, *path in steps for place, item in enumerate(path)]
    dataset = world(reads, hours=2)
    co_occurrence = CoOccurrence(
        "co_occurrence", STATE.co_occurrence.half_lives, depth=8, fade=0.5, prior=1.0
    )
    co_occurrence.fit(dataset, state := State.of(dataset, STATE))
    items = dataset.items.find_all(["c", "d"])
    found = co_occurrence.features(ask(dataset, ["a", "b"], hour=2), state, items)[:, -1]
    # The newest read is b: it says d; a, a step back, counts half.
    assert found[0] == pytest.approx(log(LEAST_SHARE + 0.5 * 3 / 4 / 1.5), rel=1e-4)
    assert found[1] == pytest.approx(log(LEAST_SHARE + (1 + 0.5 / 4) / 1.5), rel=1e-4)


def test_sections_are_those_that_follow_the_readers_own():
    """Of forty steps half go from sport to culture and half from justice to money, none the other way."""
    ways = [("goal", "book")] * 20 + [("law", "bank")] * 20
    reads = [(f"r{n}", item, 1 + place / 100) for n, way in enumerate(ways) for place, item in enumerate(way)]
    about = {"goal": "sport", "book": "culture", "law": "justice", "bank": "money", "new": "weather"}
    dataset = world(reads, hours=1.02, items=["new"], categories=about)
    # Each step counts a tenth in the other direction.
    forth, way = 20.0, 44.0
    sections, state = CategoryTransitions(), State.of(dataset, STATE)
    sections.fit(dataset, state)
    items = dataset.items.find_all(["book", "bank", "goal", "new"])
    after_last, after_visit = sections.features(ask(dataset, ["law", "goal"], hour=1.02), state, items).T
    usual = forth / way
    own = log((forth + PRIOR_STEPS * usual) / ((forth + PRIOR_STEPS) * usual))
    other = log(PRIOR_STEPS / (forth + PRIOR_STEPS))
    assert after_last == pytest.approx([own, other, other, 0], abs=0.01)
    assert after_visit == pytest.approx([(own + other) / 2, (own + other) / 2, other, 0], abs=0.01)


def test_clusters_split_two_obvious_groups_and_name_what_their_own_reads():
    sport = [(f"s{n}", f"gol{step % 6}", 26 + step * 0.5 + n * 0.01) for n in range(40) for step in range(7)]
    law = [(f"l{n}", f"lei{step % 6}", 14 + step * 2.3 + n * 0.01) for n in range(40) for step in range(7)]
    kinds = {f"{kind}{n}": kind for kind in ("gol", "lei") for n in range(6)}
    dataset = world(sport + law, hours=30, categories=kinds)
    state = State.of(dataset, STATE)
    clusters = Clusters(ClusterParameters(components=(2,), clusters=(2,)))
    clusters.fit(dataset, state)
    for reader, kind in (("s3", "gol"), ("l3", "lei")):
        query = state.query(dataset.users.find(reader), dataset.as_of_ms, keys=(-1, -1))
        assert {name[:3] for name in names(dataset, clusters.retrieve(query, state, 4))} == {kind}
        ratios = clusters.features(query, state, np.arange(len(dataset.items)))[:, 0]
        own = np.array([name.startswith(kind) for name in dataset.items])
        assert ratios[own].min() > ratios[~own].max()


@pytest.mark.parametrize("truth", [(1.5, -0.5, 0.0), (0.0, 2.0, -1.0)])
def test_the_logit_finds_the_weights_that_choices_were_made_with(truth):
    rng = np.random.default_rng(5)
    lists, length = 4_000, 8
    features = rng.normal(size=(lists * length, 3)).astype(np.float32)
    utility = (features @ np.array(truth) + rng.gumbel(size=lists * length)).reshape(lists, length)
    chosen = (utility == utility.max(axis=1, keepdims=True)).ravel()
    found = fit_logit(features, np.arange(0, lists * length, length), chosen, ridge=0.0)
    assert found == pytest.approx(truth, abs=0.1)


def test_a_constant_feature_gets_no_weight_and_a_ridge_shrinks_the_others():
    rng = np.random.default_rng(1)
    features = np.stack([rng.normal(size=400), np.full(400, 7.0)], axis=1).astype(np.float32)
    chosen = (features[:, 0].reshape(100, 4) == features[:, 0].reshape(100, 4).max(axis=1)[:, None]).ravel()
    free, bound = (fit_logit(features, np.arange(0, 400, 4), chosen, ridge) for ridge in (0.01, 1.0))
    assert abs(free[1]) < 1e-6
    assert free[0] > bound[0] > 0


def test_a_list_of_two_equal_choices_is_worth_one_reader():
    """Half of the readers prefer the feature, half its opposite, but these read twice as many items."""
    one, two = [1.0, -1.0, -1.0], [-1.0, -1.0, 1.0]
    features = np.array([*one, *two], np.float32)[:, None]
    chosen = np.array([True, False, False, True, True, False])
    found = fit_logit(features, np.array([0, 3]), chosen, ridge=1e-6)[0]
    # 1/2·[w + log P(+)] is highest where the model's expectation meets the mean of what was chosen: 0.
    assert found == pytest.approx(log(2) / 2, abs=1e-3)


def test_onward_tells_what_is_read_in_the_course_of_a_visit():
    """`b` always follows `a` within minutes; both are read alike often."""
    rows = [(f"r{n}", item, 1 + n / 60 + later) for n in range(30) for item, later in (("a", 0), ("b", 0.05))]
    dataset = world(rows, hours=2)
    onward, state = SessionContinuation((1.0,)), State.of(dataset, STATE)
    query, items = ask(dataset, hour=2), dataset.items.find_all(["a", "b"])
    counts = state.counts.at(items, query.now_ms)[STATE.nearest(1.0)]
    expected = counts * counts[1] / counts.sum()
    ratios = (np.array([0, counts[1]]) + PRIOR_VISITED) / (expected + PRIOR_VISITED)
    assert onward.features(query, state, items)[:, 0] == pytest.approx(np.log(ratios), rel=1e-5)
    assert names(dataset, onward.retrieve(query, state, 5)) == ["b"]
