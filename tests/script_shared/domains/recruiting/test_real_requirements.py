"""The vocabulary on the real openings and CVs: how many have requirements and skills."""

import polars as pl
import pytest

from pipelines.domains.recruiting.sources import SOURCES
from script_shared.domains.recruiting.requirements import read_applicant, read_opening


@pytest.fixture(scope="module")
def items(real_data, tmp_path_factory):
    folder, source = tmp_path_factory.mktemp("real"), SOURCES["decision"]
    source.acquire(str(real_data / "decision"), 1.0, folder)
    return source.refine(folder).tables.items


@pytest.mark.realdata
def test_nearly_all_openings_have_a_skill_and_most_have_three(items):
    """Measured: 97.9 % have one, 74.9 % three; the median is five."""
    openings = items.filter(pl.col("category") == "opening", pl.col("body").is_not_null())
    found = [read_opening(opening).items for opening in openings.sample(1_500, seed=0).iter_rows(named=True)]
    skills = [sum(requirement.kind == "skill" for requirement in requirements) for requirements in found]
    assert sum(count >= 1 for count in skills) > 0.95 * len(skills)
    assert sum(count >= 3 for count in skills) > 0.7 * len(skills)


@pytest.mark.realdata
def test_nearly_all_cvs_have_ten_skills(items):
    """Measured: 33 skills each."""
    cvs = items.filter(pl.col("category") == "applicant", pl.col("body").str.len_chars() > 500)
    skills = [len(read_applicant(applicant).mentions) for applicant in cvs.iter_rows(named=True)]
    assert len(skills) > 500
    assert sum(count >= 10 for count in skills) > 0.85 * len(skills)
