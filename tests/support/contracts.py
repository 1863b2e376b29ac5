"""What every recommender and every component promises; a model's own test names how to make it."""

from functools import cache

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from script_shared.arrays import Bundle
from script_shared.state.state import State, StateParameters
from tests.support.worlds import drawn_world, queries, worlds

STATE = StateParameters()

#: The same promise is kept by many classes: Hypothesis is told that this is meant.
promise = settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow, HealthCheck.data_too_large],
)
promise_of_a_fit = settings(promise, max_examples=6)


@cache
def drawn():
    """Return a data set and the state that is its fold."""
    dataset = drawn_world()
    return dataset, State.from_dataset(dataset, STATE)


@cache
def fitted(contract):
    """Return the contract's model, fitted once on the drawn world."""
    return contract().fit(*drawn())


def contents(state):
    """Return everything that a state remembers, to be compared."""
    return {
        (part, name): array.tobytes()
        for part, bundle in state.snapshot().items()
        for name, array in bundle.arrays.items()
    }


def reread(model, folder):
    """Return what a model dumps, written to disk and read back."""
    model.dump().write(folder / "model")
    return Bundle.read(folder / "model")


def some_queries():
    """Return one query a reader of the drawn world."""
    dataset, state = drawn()
    return [state.query(user, dataset.as_of_ms, keys=(0, -1)) for user in range(-1, len(dataset.users))]


class RecommenderContract:
    """Every recommender; a subclass says how to `make` one for a data set."""

    def make(self, dataset):
        raise NotImplementedError

    def fit(self, dataset, state):
        model = self.make(dataset)
        model.fit(dataset, lambda reader: True)
        return model

    @promise
    @given(st.data(), st.integers(1, 100))
    def test_a_list_holds_at_most_n_distinct_unread_items_best_first(self, data, n):
        dataset, state = drawn()
        check_list(fitted(type(self)), data.draw(queries(dataset)), state, n, len(dataset.items))

    @promise
    @given(st.data(), st.integers(1, 100))
    def test_the_answer_depends_on_the_arguments_alone(self, data, n):
        dataset, state = drawn()
        query, other = data.draw(queries(dataset)), data.draw(queries(dataset))
        model, before = fitted(type(self)), contents(state)
        first = list(model.recommend(query, state, n))
        model.recommend(other, state, n)
        assert list(model.recommend(query, state, n)) == first
        assert contents(state) == before

    @promise_of_a_fit
    @given(st.data())
    def test_any_world_however_small_can_be_fitted_and_asked(self, data):
        dataset = data.draw(worlds())
        state = State.from_dataset(dataset, STATE)
        check_list(self.fit(dataset, state), data.draw(queries(dataset)), state, 10, len(dataset.items))

    def test_what_was_dumped_answers_as_what_was_fitted(self, tmp_path):
        dataset, state = drawn()
        model, again = fitted(type(self)), self.make(dataset)
        again.load(reread(model, tmp_path))
        for query in some_queries():
            assert list(again.recommend(query, state, 20)) == list(model.recommend(query, state, 20))

    def test_two_fits_are_alike(self):
        dataset, state = drawn()
        query = some_queries()[1]
        one, other = fitted(type(self)), self.fit(dataset, state)
        assert [x.item for x in one.recommend(query, state, 20)] == [
            x.item for x in other.recommend(query, state, 20)
        ]


def check_list(model, query, state, n, catalogue):
    ranked = model.recommend(query, state, n)
    items, scores = [x.item for x in ranked], [x.score for x in ranked]
    assert len(items) == len(set(items)) <= n
    assert not set(items) & set(query.history.tolist())
    assert all(0 <= item < catalogue for item in items)
    assert np.isfinite(scores).all()
    assert scores == sorted(scores, reverse=True)


class ComponentContract:
    """Every component; a subclass says how to `make` one."""

    def make(self):
        raise NotImplementedError

    def fit(self, dataset, state):
        component = self.make()
        component.fit(dataset, state)
        return component

    @promise
    @given(st.data())
    def test_features_are_a_finite_row_of_float32_for_each_item(self, data):
        dataset, state = drawn()
        check_features(fitted(type(self)), data.draw(queries(dataset)), state, np.arange(len(dataset.items)))

    @promise
    @given(st.data(), st.integers(1, 100))
    def test_at_most_n_distinct_items_are_retrieved(self, data, n):
        dataset, state = drawn()
        check_retrieved(fitted(type(self)), data.draw(queries(dataset)), state, n, len(dataset.items))

    @promise
    @given(st.data())
    def test_an_item_is_described_alike_alone_and_among_others(self, data):
        dataset, state = drawn()
        query, component = data.draw(queries(dataset)), fitted(type(self))
        items = np.array(data.draw(st.lists(st.integers(0, len(dataset.items) - 1))), np.int32)
        everything = component.features(query, state, np.arange(len(dataset.items), dtype=np.int32))
        some = component.features(query, state, items)
        assert some.shape == (len(items), len(component.feature_names))
        np.testing.assert_allclose(some, everything[items], rtol=1e-4, atol=1e-5)

    @promise
    @given(st.data())
    def test_asking_changes_nothing(self, data):
        dataset, state = drawn()
        query, other = data.draw(queries(dataset)), data.draw(queries(dataset))
        component, items = fitted(type(self)), np.arange(len(dataset.items), dtype=np.int32)
        items.flags.writeable = False
        before = contents(state)
        first = component.features(query, state, items).tolist(), component.retrieve(query, state, 9).tolist()
        component.retrieve(other, state, 9)
        again = component.features(query, state, items).tolist(), component.retrieve(query, state, 9).tolist()
        assert again == first
        assert contents(state) == before

    @promise_of_a_fit
    @given(st.data())
    def test_any_world_however_small_can_be_fitted_and_asked(self, data):
        dataset = data.draw(worlds())
        state = State.from_dataset(dataset, STATE)
        component, query = self.fit(dataset, state), data.draw(queries(dataset))
        check_features(component, query, state, np.arange(len(dataset.items), dtype=np.int32))
        check_retrieved(component, query, state, 10, len(dataset.items))

    def test_what_was_dumped_describes_as_what_was_fitted(self, tmp_path):
        dataset, state = drawn()
        component, again = fitted(type(self)), self.make()
        again.load(reread(component, tmp_path))
        items = np.arange(len(dataset.items), dtype=np.int32)
        for query in some_queries():
            one, other = (each.features(query, state, items) for each in (component, again))
            assert np.array_equal(one, other)
            one, other = (each.retrieve(query, state, 10) for each in (component, again))
            assert np.array_equal(one, other)


def check_features(component, query, state, items):
    for asked in (items, items[:1], items[:0]):
        features = component.features(query, state, asked)
        assert features.shape == (len(asked), len(component.feature_names))
        assert features.dtype == np.float32
        assert np.isfinite(features).all()


def check_retrieved(component, query, state, n, catalogue):
    items = component.retrieve(query, state, n).tolist()
    assert len(items) == len(set(items)) <= n
    assert all(0 <= item < catalogue for item in items)
