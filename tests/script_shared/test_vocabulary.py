from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.vocabulary import UNKNOWN, GrowingVocabulary, Vocabulary

#: What is compiled is read from its file at the first call.
patient = settings(deadline=None)

IDS = st.sets(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=40)


@patient
@given(IDS)
def test_every_id_is_found_at_its_own_position(ids):
    vocabulary = Vocabulary.from_ids(ids)
    assert set(vocabulary) == ids
    assert [vocabulary.find(each) for each in vocabulary] == list(range(len(ids)))


@patient
@given(IDS, st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_an_id_that_is_not_there_is_unknown(ids, other):
    assert (Vocabulary.from_ids(ids).find(other) == UNKNOWN) == (other not in ids)


@patient
@given(st.sets(st.integers(0, 10**9), max_size=30))
def test_whole_numbers_stand_in_their_own_order(numbers):
    assert [int(each) for each in Vocabulary.from_ids(map(str, numbers))] == sorted(numbers)


@patient
@given(IDS)
def test_arrays_give_the_vocabulary_back(ids):
    vocabulary = Vocabulary.from_ids(ids)
    assert list(Vocabulary.restore(vocabulary.arrays())) == list(vocabulary)


@patient
@given(IDS, st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=10))
def test_a_growing_vocabulary_keeps_its_positions_and_ends_at_its_capacity(ids, others):
    known = Vocabulary.from_ids(ids)
    growing = GrowingVocabulary(known, room=3)
    places = [growing.add(each) for each in others]
    distinct = list(dict.fromkeys(each for each in others if each not in ids))
    assert list(growing) == [*known, *distinct[:3]]
    assert [growing.find(each) for each in others] == places
    assert all(growing.find(each) == UNKNOWN for each in distinct[3:])
