"""Two kinds of users who are items: openings get applicants, applicants get openings."""

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domains.recruiting.tables import assemble_tables, to_interactions
from pipelines.encoding.item_vectors import TextRules, add_vectors, vectorize_items
from script_shared.dataset import encode_tables
from script_shared.domains.recruiting.domain import RECRUITING
from script_shared.domains.recruiting.segments import recruiting_segments
from script_shared.domains.recruiting.tables import APPLICANT, OPENING
from script_shared.models.base import Recommender
from script_shared.models.components.texts.own_texts import OwnTexts
from script_shared.models.components.texts.projection import ProjectionParameters
from script_shared.models.components.texts.similar_users import SimilarUsersParameters
from script_shared.models.components.texts.user_pool import PoolParameters
from script_shared.models.ranking.state_replay import StateReplay
from script_shared.models.ranking.training_samples import Period, draw_arrival_samples
from script_shared.state.state import State
from script_shared.vocabulary import UNKNOWN

DAY_MS = 24 * 3_600_000
START = datetime(2024, 1, 1, tzinfo=UTC)
SKILLS = ("programador java", "consultor sap", "analista financeiro", "redes cisco")
OPENINGS, APPLICANTS, DAYS = 60, 120, 120


def make_dataset():
    """Each opening and each applicant has one of four skills; applicants apply for their skill only.

    A new opening every second day gets three applications on its first day.
    """
    rng = np.random.default_rng(1)
    rows = []
    for opening in range(OPENINGS):
        day = 2 * opening
        same_skill = [a for a in range(APPLICANTS) if a % 4 == opening % 4]
        rows += [(opening, int(a), day) for a in rng.choice(same_skill, 3, replace=False)]
    applications = pl.DataFrame(rows, ["opening", "applicant", "day"], orient="row").select(
        opening_id=pl.format("opening:{}", "opening"),
        applicant_id=pl.format("applicant:{}", "applicant"),
        timestamp=pl.lit(START).cast(pl.Datetime("ms", "UTC")) + pl.duration(days="day"),
    )
    kinds = ((OPENING, OPENINGS, 2), (APPLICANT, APPLICANTS, 0))
    rows = [(f"{kind}:{n}", kind, SKILLS[n % 4], n * days) for kind, size, days in kinds for n in range(size)]
    start = pl.lit(START).cast(pl.Datetime("ms", "UTC"))
    items = pl.DataFrame(rows, ["item_id", "category", "title", "day"], orient="row")
    items = items.select(pl.exclude("day"), published_at=start + pl.duration(days="day"))
    tables = assemble_tables(to_interactions(applications), items)
    as_of_ms = int(START.timestamp() * 1000) + DAYS * DAY_MS
    dataset = encode_tables(tables, (), pl.lit(1.0), as_of_ms, users_are_items=True)
    rules = TextRules.for_domain(RECRUITING, {})
    return add_vectors(dataset, vectorize_items(dataset, tables.items, rules, None))


DATASET = make_dataset()
STATE_PARAMETERS = RECRUITING.state({})
SEGMENTS = {segment.name: segment for segment in recruiting_segments({})}


def ids(items):
    return [DATASET.items[int(item)] for item in items]


def skill(item_id):
    return int(item_id.partition(":")[2]) % 4


@pytest.fixture(scope="module")
def profile_model():
    model = SEGMENTS["profile_only"].make_model()
    model.fit(DATASET, lambda user: True)
    return model


@pytest.fixture(scope="module")
def state():
    return State.from_dataset(DATASET, STATE_PARAMETERS)


def query_of(state, item_id, kind):
    position = DATASET.items.find(item_id)
    return state.query(position, DATASET.as_of_ms, keys=(), user_type=kind)


def test_users_and_items_have_the_same_positions():
    assert list(DATASET.users) == list(DATASET.items)


@pytest.mark.parametrize(("kind", "other"), [(OPENING, APPLICANT), (APPLICANT, OPENING)])
def test_each_kind_gets_the_other_kind_of_its_own_skill(profile_model, state, kind, other):
    for code in range(8):
        item_id = f"{kind}:{code}"
        ranked = ids(
            scored.item for scored in profile_model.recommend(query_of(state, item_id, kind), state, 5)
        )
        assert len(ranked) == 5
        assert all(found.startswith(other) for found in ranked)
        assert {skill(found) for found in ranked} == {skill(item_id)}


def test_a_new_opening_without_applications_is_matched_by_its_vector_alone(profile_model, state):
    """The text of an item that is added live counts at once."""
    item = DATASET.items.find("opening:1")
    like = DATASET.items.find("opening:2")
    texts = DATASET.catalogue.vectors
    model = SEGMENTS["profile_only"].make_model()
    model.fit(DATASET, lambda user: True)
    model.add_item_vectors(np.array([item], np.int32), texts.rows[texts.row[[like]]])
    ranked = ids(scored.item for scored in model.recommend(query_of(state, "opening:1", OPENING), state, 5))
    assert {skill(found) for found in ranked} == {2}


def test_model_is_equal_after_dump_and_load(profile_model, state):
    loaded = SEGMENTS["profile_only"].make_model()
    loaded.load(profile_model.dump())
    for code in range(8):
        query = query_of(state, f"opening:{code}", OPENING)
        assert loaded.recommend(query, state, 20) == profile_model.recommend(query, state, 20)


def test_arrival_samples_see_nothing_of_their_own_day():
    start_ms = int(START.timestamp() * 1000)
    replay = StateReplay(DATASET, STATE_PARAMETERS, start_ms + 60 * DAY_MS)
    period = Period(start_ms + 60 * DAY_MS, start_ms + 80 * DAY_MS)
    seen = []
    for sample in draw_arrival_samples(replay, period, lambda user: user.user_type == OPENING, 1_000):
        assert len(sample.query.history) == 0
        assert (replay.state.items.first_ms[sample.targets] < sample.query.now_ms).all()
        assert replay.state.histories.count(sample.query.user) == 0
        seen.append(DATASET.items[sample.query.user])
    assert set(seen) <= {f"opening:{n}" for n in range(30, 40)}
    assert seen == sorted(seen, key=lambda name: int(name.partition(":")[2]))


@given(st.integers(0, OPENINGS + APPLICANTS - 1), st.integers(1, 50))
def test_lists_contain_no_item_of_the_own_kind_or_of_the_history(profile_model, state, user, n):
    kind = DATASET.items[user].partition(":")[0]
    query = query_of(state, DATASET.items[user], kind)
    ranked = [scored.item for scored in profile_model.recommend(query, state, n)]
    assert len(ranked) == len(set(ranked)) <= n
    assert not set(ranked) & set(query.history.tolist())
    assert not any(name.startswith(kind) for name in ids(ranked))


def test_coarse_search_lists_what_exact_search_lists(profile_model, state):
    coarse = {"pools": {"exact_up_to": 0, "compared": 60, "columns": 8}}
    segments = {segment.name: segment for segment in recruiting_segments(coarse)}
    model = segments["profile_only"].make_model()
    model.load(profile_model.dump())
    for code in range(8):
        query = query_of(state, f"opening:{code}", OPENING)
        exact, found = (m.recommend(query, state, 5) for m in (profile_model, model))
        assert [scored.item for scored in found] == [scored.item for scored in exact]


def test_an_allowed_list_is_the_whole_list_without_the_others(profile_model, state):
    """The mask is applied to scores; applied to the ranked list it leaves the same items."""
    rng = np.random.default_rng(0)
    for code in range(8):
        query = query_of(state, f"opening:{code}", OPENING)
        for share in (0.02, 0.5, 1.0):
            allowed = rng.random(state.sizes.items) < share
            found = profile_model.recommend_allowed(query, state, 7, allowed)
            assert found == Recommender.recommend_allowed(profile_model, query, state, 7, allowed)
    assert found


def test_similar_users_sums_their_interactions_by_age_and_cosine(profile_model, state):
    parameters = SimilarUsersParameters()
    similar = next(c for c in profile_model.components if c.name == "similar_users")
    texts = next(c for c in profile_model.components if c.name == "text_match")._texts
    query = query_of(state, "opening:21", OPENING)
    users, cosines = texts.nearest(query, state, parameters.users)
    sums = {}
    for user, cosine in zip(users.tolist(), cosines.tolist(), strict=True):
        items, times, _ = state.histories.get(user)
        for item, time in zip(items.tolist(), times.tolist(), strict=True):
            days = (query.now_ms - time) / DAY_MS
            weight = np.exp(parameters.sharpness * (cosine - 1))
            term = weight * (days + parameters.delay) ** -parameters.decay
            sums[item] = sums.get(item, 0.0) + term
    items = np.array(sorted(sums), np.int32)
    expected = np.log1p(np.array([[sums[i]] for i in items.tolist()]) * 1e3)
    assert similar.features(query, state, items) == pytest.approx(expected, rel=1e-4)
    assert len(items) > 10


def test_undated_users_are_not_found_by_text_where_others_have_a_date():
    state = State.from_dataset(DATASET, STATE_PARAMETERS)
    state.items.published_ms = state.items.published_ms.copy()
    texts = OwnTexts(ProjectionParameters(), PoolParameters())
    texts.fit(DATASET)
    query = query_of(state, "opening:1", OPENING)
    found = texts.nearest_of_other_kinds(query, state, 100)
    state.items.published_ms[found[:5]] = UNKNOWN
    texts.fit(DATASET)
    assert set(texts.nearest_of_other_kinds(query, state, 100)) == set(found[5:])
    state.items.published_ms[:] = UNKNOWN
    texts.fit(DATASET)
    assert set(texts.nearest_of_other_kinds(query, state, 100)) == set(found)


def test_each_kind_has_a_scorer_of_its_own_where_it_has_enough_lists(profile_model, state):
    """Openings get those who are similar; the weights of one kind say nothing about the other."""
    model = SEGMENTS["profile_only"].make_model()
    model.load(profile_model.dump())
    lists = [(np.eye(len(model.feature_names), dtype=np.float32)[:2], np.array([True, False]))] * 60
    openings = [query_of(state, "opening:1", OPENING)] * 60
    applicants = [query_of(state, "applicant:1", APPLICANT)] * 20
    reverse = [(features, ~chosen) for features, chosen in lists[:20]]
    model._fit_scorer([*lists, *reverse], [*openings, *applicants], state)
    first, common = (model._scorer_of(query, state) for query in (openings[0], applicants[0]))
    assert common is model.scorer
    assert first is not common
    assert first.weights[0] - first.weights[1] > common.weights[0] - common.weights[1] > 0
    loaded = SEGMENTS["profile_only"].make_model()
    loaded.load(model.dump())
    assert loaded._scorer_of(openings[0], state).weights.tolist() == first.weights.tolist()
    assert loaded._scorer_of(applicants[0], state).weights.tolist() == common.weights.tolist()
