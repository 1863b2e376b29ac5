"""Words, terms and the baseline of a text column."""

import math

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from script_shared.drift.text_comparison import compare_texts
from script_shared.drift.texts import MAX_TERMS, TextColumn, count_terms, split_texts
from script_shared.drift.tokens import find_words

SKILLS = ["java spring", "java angular", "python pandas", "java oracle"] * 50


def test_words_are_lower_case_without_accents_and_keep_signs_of_languages():
    assert find_words("Programação em C++, C# e .NET; SAP-MM (2 anos)") == [
        "programacao", "em", "c++", "c#", "net", "sap", "mm", "anos",
    ]  # fmt: skip


def test_terms_count_texts_once_and_leave_out_function_words():
    counts = count_terms(split_texts(["java para java", "the java", None, ""]))
    assert counts == {"java": 2}


def test_column_describes_lengths_languages_and_terms():
    column = TextColumn.of(["experiência com java", "experience with java", None])
    assert column.documents == 2
    assert column.terms == {"java": 2, "experience": 1, "experiencia": 1}
    assert column.languages == {"pt": 1, "en": 1, "other": 0}
    assert (column.length.rows, column.length.missing, column.length.mean) == (3, 1, 3)


def test_inverse_frequency_equals_that_of_scikit_learn():
    vectorizer = TfidfVectorizer().fit(SKILLS)
    column = TextColumn.of(SKILLS)
    for term, value in zip(vectorizer.get_feature_names_out(), vectorizer.idf_, strict=True):
        assert column.inverse_frequency(term) == pytest.approx(value)


def test_only_the_most_frequent_terms_are_listed():
    texts = [f"word{n} common" for n in range(MAX_TERMS + 500)]
    column = TextColumn.of(texts)
    assert len(column.terms) == MAX_TERMS
    assert column.omitted == 1
    assert column.inverse_frequency("unknown") == column.inverse_frequency("word0")


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
