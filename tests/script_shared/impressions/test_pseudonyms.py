"""Pseudonyms: the same for a reader and a key, and nothing of the id in them."""

import hashlib
import hmac
import math

import pytest

from script_shared.impressions.pseudonyms import Pseudonyms


def test_a_name_is_the_standard_s_hmac():
    digest = hmac.new(b"a key", "leitora-é".encode(), hashlib.sha256)
    assert Pseudonyms(["a key"]).of("leitora-é").name == digest.hexdigest()[:32]


def test_another_key_gives_another_name_and_the_older_ones_are_found():
    old, new = Pseudonyms(["old"]), Pseudonyms(["new", "old"])
    assert new.of("u1").name != old.of("u1").name
    assert new.all_of("u1") == [new.of("u1").name, old.of("u1").name]


def test_without_a_key_there_are_none():
    assert not Pseudonyms([])
    assert Pseudonyms(["a"])


@pytest.mark.parametrize("share", [0.01, 0.2, 0.7])
def test_places_are_spread_evenly_and_stay(share):
    names = Pseudonyms(["a key"])
    places = [names.of(f"u{number}").place for number in range(10_000)]
    assert all(0 <= place < 1 for place in places)
    assert places[:9] == [Pseudonyms(["a key", "b"]).of(f"u{number}").place for number in range(9)]
    below = sum(place < share for place in places)
    assert abs(below - share * 10_000) < 5 * math.sqrt(share * (1 - share) * 10_000)
