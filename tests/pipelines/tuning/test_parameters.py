"""Parameters by their place, and the spaces that are searched."""

import json

import pytest

from pipelines.domains import load
from pipelines.tuning.parameters import encode_defaults, get_value, narrow_space, set_values
from pipelines.tuning.search_space import Choice, NumericRange
from script_shared.domains.news.segments import NewsParameters
from script_shared.errors import SettingsError

PARAMETERS = {"a": {"x": 1, "deep": {"y": [1.0, 2.0]}}, "b": {"z": 0.5}}
NEWS = load("news")
ENDS = [
    (place, value)
    for place, each in NEWS.search_space.items()
    for value in (each.options if isinstance(each, Choice) else (each.low, each.high))
]


def test_a_value_is_replaced_at_its_place_and_nowhere_else():
    changed = set_values(PARAMETERS, {"a.deep.y": [3.0], "b.z": 1.5})
    assert changed == {"a": {"x": 1, "deep": {"y": [3.0]}}, "b": {"z": 1.5}}
    assert PARAMETERS == {"a": {"x": 1, "deep": {"y": [1.0, 2.0]}}, "b": {"z": 0.5}}
    assert get_value(changed, "a.deep.y") == [3.0]


@pytest.mark.parametrize("place", ["c", "a.w", "a.x.y"])
def test_a_place_that_is_not_there_is_named(place):
    with pytest.raises(SettingsError, match=place):
        get_value(PARAMETERS, place)


def test_the_default_is_told_as_the_space_writes_it():
    space = {"a.x": NumericRange(0, 5, integer=True), "a.deep.y": Choice(((1.0, 2.0), (3.0,)))}
    assert encode_defaults(space, PARAMETERS) == {"a.x": 1, "a.deep.y": "[1.0, 2.0]"}


@pytest.mark.parametrize(
    "space",
    [{"b.z": NumericRange(1, 2)}, {"b.z": NumericRange(0, 1, integer=True)}, {"a.deep.y": Choice(((3.0,),))}],
    ids=["outside", "not whole", "no option"],
)
def test_a_space_without_the_default_is_refused(space):
    with pytest.raises(SettingsError, match="widen the search space"):
        encode_defaults(space, PARAMETERS)


def test_what_concerns_other_segments_or_begins_otherwise_is_left_out():
    space = {
        "a.x": NumericRange(0, 5),
        "a.deep.y": NumericRange(0, 1, segments=("s",)),
        "b.z": NumericRange(0, 1),
    }
    assert set(narrow_space(space, ["s", "t"], [])) == set(space)
    assert set(narrow_space(space, ["t"], [])) == {"a.x", "b.z"}
    assert set(narrow_space(space, ["s"], ["a."])) == {"a.x", "a.deep.y"}
    with pytest.raises(SettingsError, match="nothing to search"):
        narrow_space(space, ["t"], ["a.deep"])


def test_news_are_searched_around_their_default():
    told = encode_defaults(NEWS.search_space, NewsParameters().model_dump(mode="json"))
    assert set(told) == set(NEWS.search_space)
    names = {each.name for each in NEWS.domain.segments({})}
    assert all(set(each.segments) <= names for each in NEWS.search_space.values())


@pytest.mark.parametrize(("place", "value"), ENDS, ids=[f"{p}={v}" for p, v in ENDS])
def test_all_that_is_searched_can_be_trained_with(place, value):
    parameters = set_values(NewsParameters().model_dump(mode="json"), {place: value})
    assert len(NEWS.domain.segments(parameters)) == 3
    dumped = NewsParameters.model_validate(parameters).model_dump(mode="json")
    assert get_value(dumped, place) == json.loads(json.dumps(value))
