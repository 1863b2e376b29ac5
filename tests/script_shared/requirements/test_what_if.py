"""What changes when a requirement is edited."""

import numpy as np
import pytest

from script_shared.requirements.levels import LANGUAGE_LEVELS
from script_shared.requirements.requirement import LANGUAGE, Requirement
from script_shared.requirements.weights import RequirementWeights
from script_shared.requirements.what_if import compare_edit, compare_requirements, replace_requirement
from tests.support.data.skills import make_explainer

WEIGHTS = RequirementWeights(
    names=("required_skills", "English"),
    weights=np.array([2.0, 1.0]),
    means=np.array([0.5, 0.5]),
    intercept=0.0,
    cases=100,
)
TEXT = "Java e Python; inglês fluente"


def read(text):
    return make_explainer().read_requirements(text)


def find(text, name):
    return next(item for item in read(text).items if item.name == name)


def compare(edited, **texts):
    explainer = make_explainer()
    profiles = {name: explainer.read_profile(text) for name, text in texts.items()}
    return compare_edit(explainer, read(TEXT), read(edited), profiles, WEIGHTS)


def test_requirements_are_added_removed_and_changed():
    edit = compare_requirements(read(TEXT), read("Desejável Java; inglês básico; AWS"))
    assert [item.name for item in edit.added] == ["AWS"]
    assert [item.name for item in edit.removed] == ["Python"]
    assert [(before.name, after.is_optional) for before, after in edit.changed] == [
        ("Java", True),
        ("English", False),
    ]
    assert edit.changed[1][1].level.label == "Básico"


def test_equal_texts_have_no_difference():
    result = compare(TEXT, ana="java")
    assert result.edit == compare_requirements(read(TEXT), read(TEXT))
    assert (result.edit.added, result.edit.removed, result.edit.changed) == ((), (), ())
    [ana] = result.persons
    assert (ana.score_before, ana.results) == (ana.score_after, ())


def test_persons_change_places():
    """With Python replaced by AWS, the one who knows AWS overtakes the one who knows Python."""
    edited = replace_requirement(TEXT, find(TEXT, "Python"), "AWS")
    result = compare(edited, ana="java, python", rui="java, aws")
    assert [(person.name, person.rank_before, person.rank_after) for person in result.persons] == [
        ("rui", 2, 1),
        ("ana", 1, 2),
    ]
    assert [(change.requirement.name, change.status) for change in result.persons[0].results] == [
        ("AWS", "met")
    ]


def test_a_lower_level_lets_persons_meet_it():
    """ "With English Intermediário": the score of the person rises by the weight of English."""
    edited = replace_requirement(TEXT, find(TEXT, "English"), "inglês")
    [ana] = compare(edited.replace("fluente", "intermediário"), ana="inglês intermediário").persons
    assert ana.score_after - ana.score_before == pytest.approx(1.0)


def test_equal_scores_keep_the_order_given():
    assert [person.name for person in compare("AWS", b="aws", a="aws").persons] == ["b", "a"]


def test_a_removed_requirement_leaves_the_others():
    edited = replace_requirement(TEXT, find(TEXT, "Java"), "")
    assert [item.name for item in read(edited).items] == ["Python", "English"]


def test_a_structured_requirement_is_not_in_the_text():
    requirement = Requirement(LANGUAGE, ("English",), level=LANGUAGE_LEVELS.level(1))
    with pytest.raises(ValueError, match="of a field"):
        replace_requirement(TEXT, requirement, "")
