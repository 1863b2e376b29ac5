"""The format of a vocabulary, and what its errors name."""

import pytest

from script_shared.errors import SettingsError
from script_shared.requirements.vocabulary import Vocabulary

TEXT = """
# a comment
[software]
Java: core java,
    java 17
~Go: golang
Spring Boot < Java
Spring Cloud < Spring Boot
[ignored]
Not a skill: go live
"""


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary.parse(TEXT)


def test_skill_has_a_name_a_group_terms_and_broader_skills(vocabulary):
    java, go, boot, _ = vocabulary.skills
    assert (java.name, java.group, java.terms) == ("Java", "software", ("java", "core java", "java 17"))
    assert (go.terms, go.ambiguous_terms) == (("golang",), ("go",))
    assert boot.implies == ("Java",)


def test_ignored_terms_are_no_skills(vocabulary):
    assert [skill.name for skill in vocabulary.skills] == ["Java", "Go", "Spring Boot", "Spring Cloud"]
    assert vocabulary.ignored == ("go live",)


def test_narrower_skills_imply_a_skill_directly_or_not(vocabulary):
    names = [[vocabulary.skills[n].name for n in numbers] for numbers in vocabulary.narrower]
    assert names[0] == ["Java", "Spring Boot", "Spring Cloud"]
    assert names[3] == ["Spring Cloud"]


def test_skills_may_imply_each_other_without_end():
    vocabulary = Vocabulary.parse("[a]\nFirst < Second\nSecond < First")
    assert vocabulary.narrower == [(0, 1), (1, 0)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Java", "vocabulary, line 1: a skill has no group"),
        ("[a]\nJava\nJava: jdk", "skill 'Java': the skill is defined twice"),
        ("[a]\nJava < Coffee", "it implies 'Coffee', which is not another skill"),
        ("[a]\nJava < Java", "it implies 'Java', which is not another skill"),
        ("[a]\nJava: ---", "vocabulary, line 2: the term '---' contains no word"),
    ],
)
def test_errors_name_the_line_or_the_skill(text, message):
    with pytest.raises(SettingsError) as error:
        Vocabulary.parse(text)
    assert message in str(error.value)
