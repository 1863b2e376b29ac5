import re

from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from script_shared.embeddings.terms import find_character_ngrams, find_words, has_words

property_test = settings(deadline=None, derandomize=True, database=None, max_examples=200)
TEXTS = st.one_of(st.text(), st.text(st.sampled_from("ab1_ -/.#+\t\n")))


@property_test
@given(TEXTS)
def test_words_are_two_or_more_word_characters(text):
    words = re.findall(r"\w\w+", text)
    assert find_words(text) == words
    assert has_words(text) is bool(words)


@property_test
@given(TEXTS)
def test_character_ngrams_equal_those_of_scikit_learn(text):
    analyzer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), lowercase=False).build_analyzer()
    assert find_character_ngrams(text) == analyzer(text)


def test_a_short_token_is_one_ngram():
    assert find_character_ngrams("r c++") == [" r ", " c+", "c++", "++ ", " c++", "c++ ", " c++ "]
