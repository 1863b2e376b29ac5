"""Contract tests of recommenders and components; a model's test class only says how to make one."""

from functools import cache

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from script_shared.arrays import Bundle
from script_shared.state.state import State, StateParameters
from tests.support.small_datasets import datasets, queries, random_dataset

STATE = StateParameters()

#: Many classes inherit the same test, which Hypothesis reports unless the check is suppressed.
contract = settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow, HealthCheck.data_too_large],
)
contract_of_fit = settings(contract, max_examples=6)


@cache
def dataset_and_state():
    """Return a random data set and its state."""
    dataset = random_dataset()
    return dataset, State.from_dataset(dataset, STATE)


@cache
def fitted(contract_class):
    """Return the contract's model, fitted once on the random data set."""
    return contract_class().fit(*dataset_and_state())


def state_arrays(state):
    """Return the bytes of all arrays of a state."""
    return {
        (part, name): array.tobytes()
        for part, bundle in state.snapshot().items()
        for name, array in bundle.arrays.items()
    }


def write_and_read(model, folder):
    """Return the dump of a model, written to disk and read back."""
    model.dump().write(folder / "model")
    return Bundle.read(folder / "model")


def user_queries():
    """Return one query a user of the random data set, and one of an unknown user."""
    dataset, state = dataset_and_state()
    return [state.query(user, dataset.as_of_ms, keys=(0, -1)) for user in range(-1, len(dataset.users))]


class RecommenderContract:
    """The tests of every recommender; a subclass defines how to `make` one for a data set."""

    def make(self, dataset):
        raise NotImplementedError

    def fit(self, dataset, state):
        model = self.make(dataset)
        model.fit(dataset, lambda user: True)
        return model

    @contract
    @given(st.data(), st.integers(1, 100))
    def test_a_list_contains_at_most_n_distinct_unseen_items_best_first(self, data, n):
        dataset, state = dataset_and_state()
        check_list(fitted(type(self)), data.draw(queries(dataset)), state, n, len(dataset.items))

    @contract
    @given(st.data(), st.integers(1, 100))
    def test_the_result_depends_on_the_arguments_alone(self, data, n):
        dataset, state = dataset_and_state()
        query, other = data.draw(queries(dataset)), data.draw(queries(dataset))
        model, before = fitted(type(self)), state_arrays(state)
        first = list(model.recommend(query, state, n))
        model.recommend(other, state, n)
        assert list(model.recommend(query, state, n)) == first
        assert state_arrays(state) == before

    @contract_of_fit
    @given(st.data())
    def test_any_small_data_set_can_be_fitted(self, data):
        dataset = data.draw(datasets())
        state = State.from_dataset(dataset, STATE)
        check_list(self.fit(dataset, state), data.draw(queries(dataset)), state, 10, len(dataset.items))

    def test_a_loaded_model_recommends_like_the_fitted_one(self, tmp_path):
        dataset, state = dataset_and_state()
        model, loaded = fitted(type(self)), self.make(dataset)
        loaded.load(write_and_read(model, tmp_path))
        for query in user_queries():
            assert list(loaded.recommend(query, state, 20)) == list(model.recommend(query, state, 20))

    def test_two_fits_are_equal(self):
        dataset, state = dataset_and_state()
        query = user_queries()[1]
        first, second = fitted(type(self)), self.fit(dataset, state)
        assert [scored.item for scored in first.recommend(query, state, 20)] == [
            scored.item for scored in second.recommend(query, state, 20)
        ]


def check_list(model, query, state, n, catalogue):
    ranked = model.recommend(query, state, n)
    items, scores = [scored.item for scored in ranked], [scored.score for scored in ranked]
    assert len(items) == len(set(items)) <= n
    assert not set(items) & set(query.history.tolist())
    assert all(0 <= item < catalogue for item in items)
    assert np.isfinite(scores).all()
    assert scores == sorted(scores, reverse=True)


class ComponentContract:
    """The tests of every component; a subclass defines how to `make` one."""

    def make(self):
        raise NotImplementedError

    def fit(self, dataset, state):
        component = self.make()
        component.fit(dataset, state)
        return component

    @contract
    @given(st.data())
    def test_features_are_a_finite_float32_row_an_item(self, data):
        dataset, state = dataset_and_state()
        check_features(fitted(type(self)), data.draw(queries(dataset)), state, np.arange(len(dataset.items)))

    @contract
    @given(st.data(), st.integers(1, 100))
    def test_at_most_n_distinct_items_are_retrieved(self, data, n):
        dataset, state = dataset_and_state()
        check_retrieved(fitted(type(self)), data.draw(queries(dataset)), state, n, len(dataset.items))

    @contract
    @given(st.data())
    def test_the_features_of_an_item_do_not_depend_on_the_other_items(self, data):
        dataset, state = dataset_and_state()
        query, component = data.draw(queries(dataset)), fitted(type(self))
        items = np.array(data.draw(st.lists(st.integers(0, len(dataset.items) - 1))), np.int32)
        of_all = component.features(query, state, np.arange(len(dataset.items), dtype=np.int32))
        of_some = component.features(query, state, items)
        assert of_some.shape == (len(items), len(component.feature_names))
        np.testing.assert_allclose(of_some, of_all[items], rtol=1e-4, atol=1e-5)

    @contract
    @given(st.data())
    def test_queries_change_neither_the_state_nor_later_results(self, data):
        dataset, state = dataset_and_state()
        query, other = data.draw(queries(dataset)), data.draw(queries(dataset))
        component, items = fitted(type(self)), np.arange(len(dataset.items), dtype=np.int32)
        items.flags.writeable = False
        before = state_arrays(state)
        first = component.features(query, state, items).tolist(), component.retrieve(query, state, 9).tolist()
        component.retrieve(other, state, 9)
        again = component.features(query, state, items).tolist(), component.retrieve(query, state, 9).tolist()
        assert again == first
        assert state_arrays(state) == before

    @contract_of_fit
    @given(st.data())
    def test_any_small_data_set_can_be_fitted(self, data):
        dataset = data.draw(datasets())
        state = State.from_dataset(dataset, STATE)
        component, query = self.fit(dataset, state), data.draw(queries(dataset))
        check_features(component, query, state, np.arange(len(dataset.items), dtype=np.int32))
        check_retrieved(component, query, state, 10, len(dataset.items))

    def test_a_loaded_component_behaves_like_the_fitted_one(self, tmp_path):
        dataset, state = dataset_and_state()
        component, loaded = fitted(type(self)), self.make()
        loaded.load(write_and_read(component, tmp_path))
        items = np.arange(len(dataset.items), dtype=np.int32)
        for query in user_queries():
            first, second = (model.features(query, state, items) for model in (component, loaded))
            assert np.array_equal(first, second)
            first, second = (model.retrieve(query, state, 10) for model in (component, loaded))
            assert np.array_equal(first, second)


def check_features(component, query, state, items):
    for some in (items, items[:1], items[:0]):
        features = component.features(query, state, some)
        assert features.shape == (len(some), len(component.feature_names))
        assert features.dtype == np.float32
        assert np.isfinite(features).all()


def check_retrieved(component, query, state, n, catalogue):
    items = component.retrieve(query, state, n).tolist()
    assert len(items) == len(set(items)) <= n
    assert all(0 <= item < catalogue for item in items)
