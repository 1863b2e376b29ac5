"""Assignment of users to the challenger: deterministic, and in the configured share."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.experiments.assignment import Assignment

USERS = [f"reader-{number}" for number in range(20_000)]
#: Hashes of the experiment `default`.
HASHES = [0.9411806892718261, 0.4766482427906752, 0.20883081935564518]
IDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=256)
SHARES = st.floats(0, 1)


def test_hash_of_a_user_never_changes():
    assignment = Assignment("default", 0.5)
    # hashlib.blake2b(b"42", digest_size=8, key=b"default") must never change: other values move all users.
    assert [assignment.hash_user(user) for user in ("42", "3", "leitora-é")] == [
        pytest.approx(expected, abs=1e-12) for expected in HASHES
    ]


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("name", ["default", "spring", "a"])
def test_share_of_users_is_within_binomial_bounds(name, share):
    assigned = sum(map(Assignment(name, share).is_challenger, USERS))
    # Five standard deviations are exceeded by chance once in two million trials.
    bound = 5 * math.sqrt(share * (1 - share) * len(USERS))
    assert abs(assigned - share * len(USERS)) < bound


@given(user=IDS, smaller=SHARES, larger=SHARES)
def test_larger_share_removes_no_user(user, smaller, larger):
    smaller, larger = sorted((smaller, larger))
    assert Assignment("e", larger).is_challenger(user) or not Assignment("e", smaller).is_challenger(user)


def test_change_of_the_share_moves_only_the_difference():
    before, after = Assignment("e", 0.1), Assignment("e", 0.25)
    moved = sum(before.is_challenger(user) != after.is_challenger(user) for user in USERS)
    assert moved == sum(map(after.is_challenger, USERS)) - sum(map(before.is_challenger, USERS))


@given(user=IDS)
def test_share_of_one_assigns_all_users_and_zero_none(user):
    assert Assignment("e", 1.0).is_challenger(user)
    assert not Assignment("e", 0.0).is_challenger(user)


def test_another_experiment_assigns_users_independently():
    first, second = Assignment("first", 0.3), Assignment("second", 0.3)
    both = sum(first.is_challenger(user) and second.is_challenger(user) for user in USERS)
    expected = 0.09 * len(USERS)
    assert abs(both - expected) < 5 * math.sqrt(expected * 0.91)


def test_hashes_of_similar_ids_are_uniform():
    hashes = sorted(Assignment("e", 0.5).hash_user(str(number)) for number in range(10_000))
    # Kolmogorov-Smirnov statistic; one sample in a thousand of uniform hashes exceeds this bound.
    distance = max(abs(value - (rank + 0.5) / 10_000) for rank, value in enumerate(hashes))
    assert distance < 1.95 / 100
