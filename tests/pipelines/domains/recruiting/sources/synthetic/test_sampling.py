"""Draws keep the numbers and shares that they are given, whatever the seed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.domains.recruiting.sources.synthetic.applicants.skill_sampling import sample_skills
from pipelines.domains.recruiting.sources.synthetic.applications.assignment import Pairing, replace_duplicates
from pipelines.domains.recruiting.sources.synthetic.draws import Draws, make_draws
from pipelines.domains.recruiting.sources.synthetic.options import PUBLISHED
from pipelines.domains.recruiting.sources.synthetic.vocabulary.levels import (
    APPLICANT_ENGLISH,
    sample_languages,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.professions import PROFESSIONS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import (
    make_rng,
    sample_by_row,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.skills import NO_SKILL, SKILLS, make_masks
from pipelines.domains.recruiting.sources.synthetic.vocabulary.statuses import split_count
from pipelines.domains.recruiting.sources.synthetic.world import make_world

seeds = st.integers(0, 2**32)
professions = st.integers(0, len(PROFESSIONS) - 1)
weights = st.lists(st.floats(0, 100), min_size=1, max_size=8).filter(lambda values: sum(values) > 0.01)


class TestNumbers:
    @given(total=st.integers(0, 10_000), weights=weights)
    def test_a_split_number_has_parts_in_proportion(self, total, weights):
        counts = split_count(total, np.array(weights))
        assert counts.sum() == total
        assert np.abs(counts - total * np.array(weights) / sum(weights)).max() < 1 + 1e-6

    @given(seed=seeds, rows=st.lists(st.integers(0, 3), max_size=30))
    def test_a_row_is_drawn_from_its_own_weights(self, seed, rows):
        drawn = sample_by_row(np.eye(4), np.array(rows, np.int64), make_rng(seed, "test"))
        assert drawn.tolist() == rows

    @given(n=st.integers(1, 500))
    def test_languages_have_their_shares_and_the_order_of_the_taste(self, n):
        level = sample_languages(APPLICANT_ENGLISH, np.arange(float(n)))
        assert (np.diff(level) >= 0).all()
        counts = np.bincount(level, minlength=APPLICANT_ENGLISH.size)
        assert np.abs(counts - n * APPLICANT_ENGLISH / APPLICANT_ENGLISH.sum()).max() <= 1 + 1e-9


class TestDraws:
    @given(key=st.integers(0, 2**64 - 1))
    def test_a_key_gives_the_same_numbers_alone_and_among_others(self, key):
        alone = next(make_draws(np.array([key], np.uint64), 8))
        _, among = make_draws(np.array([1, key], np.uint64), 8)
        assert [alone.number(1_000) for _ in range(20)] == [among.number(1_000) for _ in range(20)]

    def test_a_chance_has_its_share(self):
        draws = make_draws(np.arange(2_000, dtype=np.uint64), 4)
        assert np.mean([draw.chance(0.3) for draw in draws]) == pytest.approx(0.3, abs=0.03)

    def test_the_list_starts_again_with_other_numbers(self):
        draws = Draws([5, 6])
        assert [draws.number(100) for _ in range(4)] == [5, 6, (5 + 7_919) % 100, (6 + 7_919) % 100]


class TestSkills:
    @settings(max_examples=30)
    @given(
        seed=seeds,
        rows=st.lists(st.tuples(professions, st.integers(1, 14)), min_size=1, max_size=20),
    )
    def test_skills_differ_and_the_first_of_the_profession_is_among_them(self, seed, rows):
        profession, count = np.array(rows).T
        skills = sample_skills(profession, count, make_rng(seed, "test"))
        for number, expected, row in zip(profession, count, skills.tolist(), strict=True):
            known = [skill for skill in row if skill != NO_SKILL]
            assert len(set(known)) == len(known) == expected
            assert known[0] == PROFESSIONS[number].core[0]

    @given(st.lists(st.sets(st.integers(0, len(SKILLS) - 1), max_size=6), min_size=1, max_size=5))
    def test_masks_have_one_bit_for_each_skill(self, rows):
        padded = np.array([[*row, *[NO_SKILL] * (6 - len(row))] for row in rows], np.int16)
        bits = np.unpackbits(make_masks(padded).view(np.uint8), axis=1, bitorder="little")
        assert [set(np.flatnonzero(row).tolist()) for row in bits] == rows


class TestApplications:
    @pytest.mark.parametrize("seed", range(3))
    def test_every_seed_gives_different_applicants_for_each_opening(self, seed):
        world = make_world(0.005, seed, PUBLISHED)
        pairs = np.stack([world.applications.opening, world.applications.applicant])
        assert np.unique(pairs, axis=1).shape == pairs.shape
        openings = np.bincount(world.applications.opening, minlength=len(world.openings))
        assert openings.tolist() == world.openings.size.tolist()
        applicants = np.bincount(world.applications.applicant, minlength=len(world.applicants))
        assert applicants.tolist() == world.applicants.size.tolist()

    def test_who_would_apply_twice_is_replaced(self):
        world = make_world(0.005, 1, PUBLISHED)
        zeros = np.zeros(6, np.int64)
        pool = np.zeros(len(world.applicants), np.int64)
        pairing = Pairing(world.openings, world.applicants, zeros, zeros, pool, zeros > 0)
        applicant = np.array([0, 0, 1, 2, 2, 2])
        replaced = replace_duplicates(pairing, applicant, make_rng(1, "test"))
        assert np.unique(replaced).size == 6
        assert {0, 1, 2} <= set(replaced.tolist())
