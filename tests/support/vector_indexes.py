"""Contract tests of vector indexes; an index's test class only says how to make one."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from script_shared.errors import VectorIndexError
from script_shared.vector_index.exact import ExactIndex
from script_shared.vector_index.index import IndexSchema

FIELDS = {"title": 4, "place": 2}
SCHEMA = IndexSchema(FIELDS, "embedder-1", ("kind",))
EQUAL = {"title": 0.5, "place": 0.5}
KINDS = ("red", "blue")

contract = settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)


def unit(vectors):
    """Scale rows to length 1; rows of zeros stay zero."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0).astype(np.float32)


def random_vectors(rng, n, fields=None):
    """Return unit vectors of n ids, by field."""
    fields = FIELDS if fields is None else fields
    return {name: unit(rng.normal(size=(n, length))) for name, length in fields.items()}


#: For recall: vectors of three fields, of which the last has few distinct values.
CLUSTERED = IndexSchema({"title": 24, "body": 24, "place": 8}, "embedder-1")


def clustered_vectors(n):
    """Return vectors around 60 centres a field; places are 40 distinct ones."""
    rng, vectors = np.random.default_rng(0), {}
    for name, length in CLUSTERED.fields.items():
        centres = unit(rng.normal(size=(60, length)))[rng.integers(0, 60, n)]
        vectors[name] = unit(centres + 0.6 * rng.normal(size=(n, length)) / np.sqrt(length))
    vectors["place"] = vectors["place"][rng.zipf(1.5, n) % 40]
    return vectors


def measure_recall(index, n, weights, allowed):
    """Return the share of results that are among the exact 50 nearest of n clustered vectors, or equal them.

    The vectors are stored first if the index is empty.
    """
    vectors, exact = clustered_vectors(n), ExactIndex(CLUSTERED)
    for some in [exact] if len(index) else [exact, index]:
        some.upsert(np.arange(n), vectors)
    by_field, found = dict(zip(vectors, weights, strict=True)), []
    for row in range(0, n, n // 30):
        query = {name: vectors[name][row] for name in vectors}
        expected, result = (some.search(query, by_field, 50, allowed) for some in (exact, index))
        found.append((result.scores >= expected.scores[-1] - 1e-6).sum() / len(expected.scores))
    return np.mean(found)


class BruteForce:
    """What an index must return: rows in a dictionary."""

    def __init__(self):
        self.rows = {}

    def upsert(self, ids, vectors, kinds):
        for row, name in enumerate(ids):
            self.rows[name] = {field: vectors[field][row] for field in vectors}, kinds[row]

    def remove(self, ids):
        for name in ids:
            self.rows.pop(name, None)

    def score(self, query, weights):
        return {
            name: sum(weights[field] * float(row[field] @ query[field]) for field in query)
            for name, (row, _) in self.rows.items()
        }

    def kinds(self):
        return {name: kind for name, (_, kind) in self.rows.items()}


def check_result(result, expected_scores, k):
    """Check that a result is the k best of some scores, in order, whatever the order of equal ones."""
    ids = result.ids.tolist()
    assert len(ids) == len(set(ids)) == min(k, len(expected_scores))
    assert set(ids) <= set(expected_scores)
    best = sorted(expected_scores.values(), reverse=True)[: len(ids)]
    np.testing.assert_allclose(result.scores, best, atol=1e-5)
    np.testing.assert_allclose([expected_scores[name] for name in ids], result.scores, atol=1e-5)


class VectorIndexContract:
    """The tests of every index; a subclass defines how to `make` an empty one, and how to `reopen` one."""

    def make(self, schema=SCHEMA):
        raise NotImplementedError

    def reopen(self, index, schema, folder):
        """Store an index and open what was stored with a schema; the first one is not used any more."""
        raise NotImplementedError

    @pytest.fixture
    def filled(self):
        """Return an index of 40 ids, and what it must return."""
        rng, index, expected = np.random.default_rng(1), self.make(), BruteForce()
        ids, vectors = np.arange(0, 120, 3), random_vectors(rng, 40)
        kinds = [KINDS[row % 2] for row in range(40)]
        index.upsert(ids, vectors, {"kind": kinds})
        expected.upsert(ids.tolist(), vectors, kinds)
        return index, expected

    def test_an_empty_index_finds_nothing(self):
        index = self.make()
        result = index.search({"title": np.ones(4, np.float32)}, {"title": 1.0}, 5)
        assert len(index) == len(result.ids) == len(result.scores) == len(result.by_field["title"]) == 0
        index.remove(np.array([3]))
        index.upsert(np.empty(0, np.int64), random_vectors(np.random.default_rng(0), 0), {"kind": []})
        assert len(index) == 0

    @pytest.mark.parametrize("weights", [EQUAL, {"title": 0.9, "place": 0.1}, {"title": 0.0, "place": 1.0}])
    def test_scores_are_the_weighted_sums_of_the_fields(self, filled, weights):
        index, expected = filled
        query = {name: vector[0] for name, vector in random_vectors(np.random.default_rng(2), 1).items()}
        result = index.search(query, weights, 7)
        check_result(result, expected.score(query, weights), 7)
        total = sum(weights[name] * result.by_field[name] for name in query)
        np.testing.assert_allclose(total, result.scores, atol=1e-6)

    def test_a_query_may_have_some_of_the_fields(self, filled):
        index, expected = filled
        query = {"title": unit(np.array([1.0, -2, 0.5, 0]))}
        result = index.search(query, {"title": 2.0}, 100)
        check_result(result, expected.score(query, {"title": 2.0}), 100)
        assert list(result.by_field) == ["title"]

    def test_an_id_finds_itself(self, filled):
        index, expected = filled
        for name, (vectors, _) in expected.rows.items():
            assert index.search(vectors, EQUAL, 1).ids.tolist() == [name]

    def test_an_overwritten_id_has_its_new_vectors_only(self, filled):
        index, expected = filled
        vectors = random_vectors(np.random.default_rng(3), 3)
        for rows in (expected, index):
            labels = ["red"] * 3 if rows is expected else {"kind": ["red"] * 3}
            rows.upsert(np.array([6, 9, 300]), vectors, labels)
        assert len(index) == 41
        query = {name: vector[0] for name, vector in vectors.items()}
        check_result(index.search(query, EQUAL, 60), expected.score(query, EQUAL), 60)

    def test_of_repeated_ids_the_last_one_counts(self):
        index, vectors = self.make(), random_vectors(np.random.default_rng(4), 3)
        index.upsert(np.array([5, 2, 5]), vectors, {"kind": ["red", "red", "blue"]})
        last = {name: vector[2] for name, vector in vectors.items()}
        assert len(index) == 2
        assert index.search(last, EQUAL, 1).scores[0] == pytest.approx(1, abs=1e-5)
        assert index.search(last, EQUAL, 5, labels={"kind": "blue"}).ids.tolist() == [5]

    def test_removed_ids_are_not_found(self, filled):
        index, expected = filled
        removed = [0, 3, 117, 117, 1, 9_999]
        index.remove(np.array(removed))
        expected.remove(removed)
        query = {name: vector[0] for name, vector in random_vectors(np.random.default_rng(5), 1).items()}
        assert len(index) == 37
        check_result(index.search(query, EQUAL, 60), expected.score(query, EQUAL), 60)
        index.upsert(np.array([3]), random_vectors(np.random.default_rng(6), 1), {"kind": ["red"]})
        assert len(index) == 38

    @pytest.mark.parametrize("allowed", [[], [6], [6, 7, 30, 31], range(119), range(60), range(1, 120, 3)])
    def test_only_allowed_ids_are_found(self, filled, allowed):
        index, expected = filled
        mask = np.zeros(119, np.bool_)
        mask[list(allowed)] = True
        query = {name: vector[0] for name, vector in random_vectors(np.random.default_rng(7), 1).items()}
        scores = {name: score for name, score in expected.score(query, EQUAL).items() if name in set(allowed)}
        check_result(index.search(query, EQUAL, 5, mask), scores, 5)
        check_result(index.search(query, EQUAL, 100, mask), scores, 100)

    @pytest.mark.parametrize("kind", [*KINDS, "unknown"])
    def test_only_ids_with_the_labels_are_found(self, filled, kind):
        index, expected = filled
        query = {name: vector[0] for name, vector in random_vectors(np.random.default_rng(8), 1).items()}
        kinds, mask = expected.kinds(), np.arange(120) < 60
        scores = {name: score for name, score in expected.score(query, EQUAL).items() if kinds[name] == kind}
        check_result(index.search(query, EQUAL, 50, labels={"kind": kind}), scores, 50)
        scores = {name: score for name, score in scores.items() if name < 60}
        check_result(index.search(query, EQUAL, 50, mask, {"kind": kind}), scores, 50)

    def test_an_empty_field_scores_zero(self):
        index = self.make()
        vectors = random_vectors(np.random.default_rng(9), 2)
        vectors["place"][1] = 0
        index.upsert(np.array([0, 1]), vectors, {"kind": ["red", "red"]})
        query = {name: vector[1] for name, vector in vectors.items()} | {"place": vectors["place"][0]}
        result = index.search(query, EQUAL, 2)
        assert result.by_field["place"][result.ids.tolist().index(1)] == pytest.approx(0, abs=1e-6)
        assert not np.isnan(index.search(query | {"place": np.zeros(2, np.float32)}, EQUAL, 2).scores).any()

    @pytest.mark.parametrize("k", [0, -1])
    def test_no_ids_are_returned_for_no_places(self, filled, k):
        query = {"place": np.ones(2, np.float32)}
        assert len(filled[0].search(query, {"place": 1.0}, k).ids) == 0

    @contract
    @given(st.data())
    def test_any_sequence_of_changes_is_found_like_by_brute_force(self, data):
        index, expected = self.make(), BruteForce()
        ids = st.lists(st.integers(0, 15), max_size=6)
        for seed in range(data.draw(st.integers(1, 6))):
            if data.draw(st.booleans()):
                names = data.draw(ids)
                vectors = random_vectors(np.random.default_rng(seed), len(names))
                kinds = [KINDS[(name + seed) % 2] for name in names]
                index.upsert(np.array(names, np.int32), vectors, {"kind": kinds})
                expected.upsert(names, vectors, kinds)
            else:
                names = data.draw(ids)
                index.remove(np.array(names, np.int64))
                expected.remove(names)
            k = data.draw(st.integers(1, 12))
            query = {name: vector[0] for name, vector in random_vectors(np.random.default_rng(k), 1).items()}
            assert len(index) == len(expected.rows)
            check_result(index.search(query, EQUAL, k), expected.score(query, EQUAL), k)

    def test_a_reopened_index_finds_the_same(self, filled, tmp_path):
        index, expected = filled
        index.remove(np.array([0, 57]))
        expected.remove([0, 57])
        query = {name: vector[0] for name, vector in random_vectors(np.random.default_rng(10), 1).items()}
        first = [index.search(query, EQUAL, 9, labels=labels) for labels in ({}, {"kind": "red"})]
        loaded = self.reopen(index, SCHEMA, tmp_path / "index")
        second = [loaded.search(query, EQUAL, 9, labels=labels) for labels in ({}, {"kind": "red"})]
        assert len(loaded) == 38
        assert loaded.fingerprint == index.fingerprint == "embedder-1"
        for before, after in zip(first, second, strict=True):
            assert after.ids.tolist() == before.ids.tolist()
            np.testing.assert_allclose(after.scores, before.scores, atol=1e-6)
        vectors = random_vectors(np.random.default_rng(11), 2)
        loaded.upsert(np.array([3, 200]), vectors, {"kind": ["red", "blue"]})
        loaded.remove(np.array([6]))
        expected.upsert([3, 200], vectors, ["red", "blue"])
        expected.remove([6])
        check_result(loaded.search(query, EQUAL, 60), expected.score(query, EQUAL), 60)

    def test_vectors_of_another_embedder_are_refused(self, filled, tmp_path):
        other = IndexSchema(FIELDS, "embedder-2", ("kind",))
        with pytest.raises(VectorIndexError, match=r"'embedder-1'.*'embedder-2'"):
            self.reopen(filled[0], other, tmp_path / "index")

    @pytest.mark.parametrize(
        "change",
        [
            lambda vectors, labels: vectors.pop("place"),
            lambda vectors, labels: vectors.update(body=vectors["title"]),
            lambda vectors, labels: vectors.update(place=vectors["title"]),
            lambda vectors, labels: vectors.update(place=vectors["place"][:1]),
            lambda vectors, labels: vectors["place"].fill(np.nan),
            lambda vectors, labels: labels.pop("kind"),
            lambda vectors, labels: labels.update(kind=["red"]),
            lambda vectors, labels: labels.update(city=["a", "b"]),
        ],
    )
    def test_values_that_differ_from_the_schema_are_refused(self, change):
        index, vectors = self.make(), random_vectors(np.random.default_rng(12), 2)
        labels = {"kind": ["red", "blue"]}
        change(vectors, labels)
        with pytest.raises(VectorIndexError):
            index.upsert(np.array([0, 1]), vectors, labels)
        assert len(index) == 0

    def test_negative_ids_are_refused(self):
        with pytest.raises(VectorIndexError, match="negative id"):
            self.make().upsert(
                np.array([-1]), random_vectors(np.random.default_rng(13), 1), {"kind": ["red"]}
            )

    @pytest.mark.parametrize(
        ("query", "weights", "labels"),
        [
            ({"body": np.ones(4)}, {"body": 1.0}, {}),
            ({"title": np.ones(3)}, {"title": 1.0}, {}),
            ({"title": np.ones(4)}, {"place": 1.0}, {}),
            ({"title": np.ones(4)}, {"title": -1.0}, {}),
            ({"title": np.ones(4)}, {"title": 1.0}, {"city": "a"}),
        ],
    )
    def test_queries_that_differ_from_the_schema_are_refused(self, filled, query, weights, labels):
        with pytest.raises(VectorIndexError):
            filled[0].search(query, weights, 3, labels=labels)
