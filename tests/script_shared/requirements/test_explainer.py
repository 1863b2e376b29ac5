"""Assessments: met with evidence, missing only where the text is known, unknown otherwise."""

import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from script_shared.requirements.levels import LANGUAGE_LEVELS, Level
from script_shared.requirements.requirement import LEVEL, Requirement
from tests.support.contracts import contract
from tests.support.data.skills import make_explainer
from tests.support.docker.images import ROOT

CV = """desenvolvedor java na web
sem experiência em react, angular há dois anos
springboot, aws; contato: python.dev@exemplo.com
idiomas: inglês intermediário, espanhol
"""


def assess(opening, text=CV, levels=None, *, is_complete=True, structured=()):
    explainer = make_explainer()
    profile = explainer.read_profile(text, levels, is_complete=is_complete)
    return explainer.assess(explainer.read_requirements(opening, structured), profile).results


def status(*args, **options):
    return [result.status for result in assess(*args, **options)]


def test_a_mentioned_skill_is_met_with_the_quoted_line():
    [result] = assess("Java")
    assert result.status == "met"
    assert result.evidence.quote == "desenvolvedor java na web"
    assert CV[result.evidence.start : result.evidence.end] == "java"


def test_a_skill_that_the_text_does_not_mention_is_missing():
    [result] = assess("Kotlin")
    assert (result.status, result.evidence) == ("missing", None)


def test_without_text_all_is_unknown_and_nothing_is_missing():
    assert status("Java, Kotlin, inglês avançado", "") == ["unknown"] * 3
    assert status("Java, Kotlin, inglês avançado", " \n") == ["unknown"] * 3


def test_in_a_partial_text_what_is_found_is_met_and_the_rest_unknown():
    assert status("Java, Kotlin", is_complete=False) == ["met", "unknown"]


def test_a_denied_skill_is_missing_with_the_denial_as_evidence():
    [result] = assess("React")
    assert result.status == "missing"
    assert "sem experiência em react" in result.evidence.quote


def test_a_skill_denied_once_and_claimed_once_is_met():
    assert status("Java", "sem experiência em Java web. Projetos em Java") == ["met"]


def test_a_narrower_skill_is_evidence_and_is_named():
    [result] = assess("Cloud")
    assert (result.status, result.evidence.skill) == ("met", "AWS")
    assert status("Java", "springboot") == ["met"]
    assert status("Spring Boot", "java") == ["missing"]


def test_one_of_the_alternatives_is_enough():
    assert status("Kotlin ou Java") == ["met"]
    assert status("Kotlin ou Docker") == ["missing"]


def test_a_term_in_an_address_is_no_evidence():
    assert status("Python") == ["missing"]


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        ("inglês básico", "met"),
        ("inglês intermediário", "met"),
        ("inglês fluente", "missing"),
        ("inglês", "met"),
        ("espanhol", "met"),
        ("espanhol avançado", "unknown"),
    ],
)
def test_levels_of_languages_are_compared(requirement, expected):
    assert status(requirement) == [expected]


def test_a_structured_level_wins_over_the_text():
    level = LANGUAGE_LEVELS.parse("Fluente")
    [result] = assess("inglês fluente", levels={"English": level})
    assert (result.status, result.distance) == ("met", 0)
    assert result.evidence.quote == "English: Fluente"


def test_levels_of_another_scale_are_compared_and_unknown_without_both():
    needed = Requirement(LEVEL, ("Seniority",), level=Level(3, "Pleno"))
    senior = {"Seniority": Level(4, "Sênior")}
    [result] = assess("", structured=[needed], levels=senior)
    assert (result.status, result.distance) == ("met", 1)
    assert status("", structured=[needed]) == ["unknown"]


@contract
@given(st.text(), st.text(), st.booleans())
def test_any_two_texts_can_be_compared(opening, text, is_complete):
    for result in assess(opening, text, is_complete=is_complete):
        assert result.status in {"met", "missing", "unknown"}
        assert result.status != "missing" or text.strip()
        assert result.status != "met" or len(result.evidence.quote) <= 160


def test_a_long_cv_and_20_requirements_take_less_than_two_milliseconds():
    """CPU time of the best of several rounds; 3,000 characters of text with a term in every line."""
    explainer = make_explainer()
    skills = [skill.name for skill in explainer.vocabulary.skills if not skill.ambiguous_terms]
    requirements = explainer.read_requirements("\n".join(skills[:20]))
    text = ("consultor de sistemas em java, atuou com equipes e projetos na aws\n" * 45)[:3_000]
    rounds = []
    for _ in range(20):
        start = time.process_time()
        explainer.assess(requirements, explainer.read_profile(text))
        rounds.append(time.process_time() - start)
    assert len(requirements.items) == 20
    assert min(rounds) < 0.002


def test_the_service_needs_no_heavy_library():
    code = (
        "import sys, script_shared.requirements.what_if;"
        "print({'polars', 'scipy', 'sklearn', 'pandas', 'lightgbm'} & sys.modules.keys())"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert output.stdout.strip() == "set()"
