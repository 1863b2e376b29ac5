"""Pseudonyms depend only on the user and the key."""

import hashlib
import hmac
import math

import pytest

from script_shared.impressions.pseudonyms import Pseudonyms


def test_name_is_the_hmac_of_the_standard_library():
    digest = hmac.new(b"a key", "leitora-é".encode(), hashlib.sha256)
    assert Pseudonyms(["a key"]).derive("leitora-é").name == digest.hexdigest()[:32]


def test_names_differ_by_key_and_are_derived_from_older_keys_too():
    old, new = Pseudonyms(["old"]), Pseudonyms(["new", "old"])
    assert new.derive("u1").name != old.derive("u1").name
    assert new.derive_names("u1") == [new.derive("u1").name, old.derive("u1").name]


def test_pseudonyms_are_false_without_a_key():
    assert not Pseudonyms([])
    assert Pseudonyms(["a"])


@pytest.mark.parametrize("share", [0.01, 0.2, 0.7])
def test_sampling_values_are_uniform_and_do_not_change(share):
    pseudonyms = Pseudonyms(["a key"])
    values = [pseudonyms.derive(f"u{number}").sampling_value for number in range(10_000)]
    assert all(0 <= value < 1 for value in values)
    assert values[:9] == [
        Pseudonyms(["a key", "b"]).derive(f"u{number}").sampling_value for number in range(9)
    ]
    count = sum(value < share for value in values)
    assert abs(count - share * 10_000) < 5 * math.sqrt(share * (1 - share) * 10_000)
