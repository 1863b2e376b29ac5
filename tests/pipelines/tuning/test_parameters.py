"""Parameters by path, and search spaces."""

import json

import pytest

from pipelines.domains import load
from pipelines.tuning.parameters import encode_defaults, get_value, narrow_space, set_values
from pipelines.tuning.search_space import Choice, NumericRange
from script_shared.domains.news.segments import NewsParameters
from script_shared.errors import SettingsError

PARAMETERS = {"a": {"x": 1, "deep": {"y": [1.0, 2.0]}}, "b": {"z": 0.5}}
NEWS = load("news")
EXTREMES = [
    (path, value)
    for path, entry in NEWS.search_space.items()
    for value in (entry.options if isinstance(entry, Choice) else (entry.low, entry.high))
]


def test_set_values_changes_only_the_given_paths():
    changed = set_values(PARAMETERS, {"a.deep.y": [3.0], "b.z": 1.5})
    assert changed == {"a": {"x": 1, "deep": {"y": [3.0]}}, "b": {"z": 1.5}}
    assert PARAMETERS == {"a": {"x": 1, "deep": {"y": [1.0, 2.0]}}, "b": {"z": 0.5}}
    assert get_value(changed, "a.deep.y") == [3.0]


@pytest.mark.parametrize("path", ["c", "a.w", "a.x.y"])
def test_unknown_path_is_reported(path):
    with pytest.raises(SettingsError, match=path):
        get_value(PARAMETERS, path)


def test_defaults_are_encoded_like_the_options_of_the_space():
    space = {"a.x": NumericRange(0, 5, integer=True), "a.deep.y": Choice(((1.0, 2.0), (3.0,)))}
    assert encode_defaults(space, PARAMETERS) == {"a.x": 1, "a.deep.y": "[1.0, 2.0]"}


@pytest.mark.parametrize(
    "space",
    [{"b.z": NumericRange(1, 2)}, {"b.z": NumericRange(0, 1, integer=True)}, {"a.deep.y": Choice(((3.0,),))}],
    ids=["outside", "not whole", "no option"],
)
def test_space_without_the_default_is_rejected(space):
    with pytest.raises(SettingsError, match="widen the search space"):
        encode_defaults(space, PARAMETERS)


def test_narrow_space_keeps_the_given_segments_and_prefixes():
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


def test_news_search_space_contains_the_defaults():
    defaults = encode_defaults(NEWS.search_space, NewsParameters().model_dump(mode="json"))
    assert set(defaults) == set(NEWS.search_space)
    names = {entry.name for entry in NEWS.domain.segments({})}
    assert all(set(entry.segments) <= names for entry in NEWS.search_space.values())


@pytest.mark.parametrize(("path", "value"), EXTREMES, ids=[f"{p}={v}" for p, v in EXTREMES])
def test_extreme_values_of_the_search_space_are_valid_parameters(path, value):
    parameters = set_values(NewsParameters().model_dump(mode="json"), {path: value})
    assert len(NEWS.domain.segments(parameters)) == 3
    dumped = NewsParameters.model_validate(parameters).model_dump(mode="json")
    assert get_value(dumped, path) == json.loads(json.dumps(value))
