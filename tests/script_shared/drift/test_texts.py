"""Words, terms and the baseline of a text column."""

import math

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from script_shared.drift.texts.text_baseline import MAX_TERMS, MIN_TEXTS, TextColumn, count_terms, split_texts
from script_shared.drift.texts.text_comparison import compare_texts
from script_shared.drift.texts.tokens import find_words

SKILLS = ["java spring", "java angular", "python pandas", "java oracle"] * 50


def test_words_are_lower_case_without_accents_and_keep_signs_of_languages():
    assert find_words("Programação em C++, C# e .NET; SAP-MM (2 anos)") == [
        "programacao", "em", "c++", "c#", "net", "sap", "mm", "anos",
    ]  # fmt: skip


def test_terms_count_texts_once_and_leave_out_function_words():
    counts = count_terms(split_texts(["java para java", "the java", None, ""]))
    assert counts == {"java": 2}


def test_numbers_are_no_terms():
    """Years and salaries of CVs differ each year, and a telephone number is personal data."""
    assert count_terms(split_texts(["java 17 desde 2021, tel 55551234, c3po"])) == {
        "java": 1, "tel": 1, "c3po": 1,
    }  # fmt: skip


def test_column_describes_lengths_languages_and_terms():
    column = TextColumn.of(["experiência com java", "experience with java"] * 5 + [None])
    assert column.documents == 10
    assert column.terms == {"java": 10, "experience": 5, "experiencia": 5}
    assert column.languages == {"pt": 5, "en": 5, "other": 0}
    assert (column.length.rows, column.length.missing, column.length.mean) == (11, 1, 3)


def test_inverse_frequency_equals_that_of_scikit_learn():
    vectorizer = TfidfVectorizer().fit(SKILLS)
    column = TextColumn.of(SKILLS)
    for term, value in zip(vectorizer.get_feature_names_out(), vectorizer.idf_, strict=True):
        assert column.inverse_frequency(term) == pytest.approx(value)


def test_only_the_most_frequent_terms_are_listed():
    texts = [f"word{n} common" for n in range(MAX_TERMS + 500)] * MIN_TEXTS
    column = TextColumn.of(texts)
    assert len(column.terms) == MAX_TERMS
    assert column.omitted == MIN_TEXTS
    assert column.inverse_frequency("unknown") == column.inverse_frequency("word0")


def test_a_term_of_few_texts_is_neither_stored_nor_reported():
    """It may be a name: of the texts of four persons, none may be read from a baseline or a report."""
    texts = [f"java {name}" for name in ("silva", "souza") for _ in range(MIN_TEXTS - 1)]
    column = TextColumn.of(texts)
    assert (set(column.terms), column.omitted) == ({"java"}, MIN_TEXTS - 1)
    comparison = compare_texts("cv", TextColumn.of(["java"] * 100), texts)
    assert [change.term for change in comparison.terms] == ["java"]


def test_change_of_a_term_is_that_of_its_mean_tf_idf_weight():
    """Java goes from 150 to 50 of 200 texts; Kotlin is new, in 100."""
    comparison = compare_texts(
        "skills", TextColumn.of(SKILLS), ["kotlin spring", "kotlin", "java", "python"] * 50
    )
    changes = {change.term: change for change in comparison.terms}
    java = changes["java"]
    assert (java.baseline, java.current) == (0.75, 0.25)
    assert java.weight_change == pytest.approx(-0.5 * (math.log(201 / 151) + 1))
    kotlin = changes["kotlin"]
    assert (kotlin.baseline, kotlin.current) == (0.0, 0.5)
    assert kotlin.weight_change == pytest.approx(0.5 * (math.log(201) + 1))
    assert comparison.terms[0] == kotlin
    assert {finding.subject for finding in comparison.findings if finding.is_drift(1e-6)} >= {
        "skills: java",
        "skills: kotlin",
    }


def test_equal_texts_are_similar_and_have_no_changes():
    comparison = compare_texts("skills", TextColumn.of(SKILLS), SKILLS)
    assert comparison.similarity == pytest.approx(1)
    assert {change.weight_change for change in comparison.terms} == {0}
    assert [finding for finding in comparison.findings if finding.is_drift(1)] == []


def test_a_term_that_may_have_been_omitted_is_not_new():
    column = TextColumn.of([f"word{n} common" for n in range(MAX_TERMS + 500)])
    comparison = compare_texts("text", column, [f"word{MAX_TERMS + 1} common"] + ["common"] * 2_999)
    assert f"word{MAX_TERMS + 1}" not in {change.term for change in comparison.terms}


@pytest.mark.parametrize(("before", "after"), [([None, ""], ["java"]), (["java"], [None])])
def test_columns_without_texts_have_missing_texts_only(before, after):
    comparison = compare_texts("skills", TextColumn.of(before), after)
    assert comparison.terms == comparison.findings == ()
    assert [finding.test for finding in comparison.length.findings] == ["missing"]
