"""Who gets the challenger: the same everywhere and always, in the share that is set."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.experiments.assignment import Assignment

USERS = [f"reader-{number}" for number in range(20_000)]
#: Of the experiment `default`.
PLACES = [0.9411806892718261, 0.4766482427906752, 0.20883081935564518]
IDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=256)
SHARES = st.floats(0, 1)


def test_hash_of_a_user_never_changes():
    split = Assignment("default", 0.5)
    # hashlib.blake2b(b"42", digest_size=8, key=b"default") is fixed for good: other values move all users.
    assert [split.hash_user(each) for each in ("42", "3", "leitora-é")] == [
        pytest.approx(each, abs=1e-12) for each in PLACES
    ]


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("name", ["default", "spring", "a"])
def test_share_of_users_is_within_binomial_bounds(name, share):
    picked = sum(map(Assignment(name, share).is_challenger, USERS))
    # Five standard deviations: by chance once in two million.
    bound = 5 * math.sqrt(share * (1 - share) * len(USERS))
    assert abs(picked - share * len(USERS)) < bound


@given(user=IDS, smaller=SHARES, larger=SHARES)
def test_larger_share_removes_no_user(user, smaller, larger):
    smaller, larger = sorted((smaller, larger))
    assert Assignment("e", larger).is_challenger(user) or not Assignment("e", smaller).is_challenger(user)


def test_change_of_the_share_moves_only_the_difference():
    before, after = Assignment("e", 0.1), Assignment("e", 0.25)
    moved = sum(before.is_challenger(each) != after.is_challenger(each) for each in USERS)
    assert moved == sum(map(after.is_challenger, USERS)) - sum(map(before.is_challenger, USERS))


@given(user=IDS)
def test_share_of_one_assigns_all_users_and_zero_none(user):
    assert Assignment("e", 1.0).is_challenger(user)
    assert not Assignment("e", 0.0).is_challenger(user)


def test_another_experiment_assigns_users_independently():
    first, second = Assignment("first", 0.3), Assignment("second", 0.3)
    both = sum(first.is_challenger(each) and second.is_challenger(each) for each in USERS)
    expected = 0.09 * len(USERS)
    assert abs(both - expected) < 5 * math.sqrt(expected * 0.91)


def test_hashes_of_similar_ids_are_uniform():
    places = sorted(Assignment("e", 0.5).hash_user(str(number)) for number in range(10_000))
    # Kolmogorov and Smirnov: the largest distance from evenly spread places; one in a thousand is larger.
    distance = max(abs(place - (rank + 0.5) / 10_000) for rank, place in enumerate(places))
    assert distance < 1.95 / 100
