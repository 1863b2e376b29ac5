from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.vocabulary import UNKNOWN, GrowingVocabulary, Vocabulary

#: Without a deadline, because the first call loads compiled code from disk.
no_deadline = settings(deadline=None)

IDS = st.sets(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=40)


@no_deadline
@given(IDS)
def test_find_returns_the_position_of_every_id(ids):
    vocabulary = Vocabulary.from_ids(ids)
    assert set(vocabulary) == ids
    assert [vocabulary.find(name) for name in vocabulary] == list(range(len(ids)))


@no_deadline
@given(IDS, st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_find_returns_unknown_for_other_ids(ids, other):
    assert (Vocabulary.from_ids(ids).find(other) == UNKNOWN) == (other not in ids)


@no_deadline
@given(st.sets(st.integers(0, 10**9), max_size=30))
def test_whole_numbers_are_in_numeric_order(numbers):
    assert [int(name) for name in Vocabulary.from_ids(map(str, numbers))] == sorted(numbers)


@no_deadline
@given(IDS)
def test_vocabulary_is_restored_from_its_arrays(ids):
    vocabulary = Vocabulary.from_ids(ids)
    assert list(Vocabulary.restore(vocabulary.arrays())) == list(vocabulary)


@no_deadline
@given(IDS, st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=10))
def test_growing_vocabulary_keeps_its_positions_and_stops_at_its_capacity(ids, others):
    known = Vocabulary.from_ids(ids)
    growing = GrowingVocabulary(known, room=3)
    positions = [growing.add(name) for name in others]
    distinct = list(dict.fromkeys(name for name in others if name not in ids))
    assert list(growing) == [*known, *distinct[:3]]
    assert [growing.find(name) for name in others] == positions
    assert all(growing.find(name) == UNKNOWN for name in distinct[3:])


def test_forgotten_id_has_no_name_and_gets_another_position_when_it_is_added_again():
    growing = GrowingVocabulary(Vocabulary.from_ids(["a", "b"]), room=2)
    assert growing[0] == "a"
    assert growing.forget("a") == 0
    assert (growing[0], growing.find("a"), growing.add("a")) == ("", UNKNOWN, 2)
    assert growing.forget("a") == 2
    assert list(growing) == ["", "b", ""]
