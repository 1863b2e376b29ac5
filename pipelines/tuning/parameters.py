"""Parameters by their place: what a trial sets, and what they are set to where nothing is tried."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from optuna import Trial

from pipelines.tuning.search_space import Choice, NumericRange, Space
from script_shared.domain import Parameters
from script_shared.errors import SettingsError


def value_at(parameters: Parameters, place: str) -> Any:
    """Return the value at a place like `group.name`.

    Raises:
        SettingsError: there is nothing.
    """
    found: Any = parameters
    for name in place.split("."):
        if not isinstance(found, Mapping) or name not in found:
            raise SettingsError("there is no such parameter", where=place, remedy="correct the search space")
        found = found[name]
    return found


def with_values(parameters: Parameters, values: Mapping[str, Any]) -> Parameters:
    """Return parameters with the values at some places replaced."""
    for place, value in values.items():
        parameters = _put(parameters, place.split("."), value)
    return parameters


def _put(parameters: Parameters, path: Sequence[str], value: Any) -> Parameters:
    name, *rest = path
    return {**parameters, name: _put(parameters[name], rest, value) if rest else value}


def narrowed(space: Space, segments: Sequence[str], prefixes: Sequence[str]) -> Space:
    """Return what of a space concerns any of the segments and begins with any of the prefixes.

    Args:
        space: all of it.
        segments: names.
        prefixes: beginnings of places; none is all.

    Raises:
        SettingsError: nothing is left.
    """
    left = {
        place: each
        for place, each in space.items()
        if (not each.only or set(each.only) & set(segments)) and place.startswith(tuple(prefixes) or "")
    }
    if not left:
        raise SettingsError("there is nothing to search", remedy="name parameters of the search space")
    return left


def defaults(space: Space, parameters: Parameters) -> dict[str, Any]:
    """Return what a trial must be told to try the parameters as they are.

    Raises:
        SettingsError: the space has a place that they have not, or not the value that they have there.
    """
    found = {place: value_at(parameters, place) for place in space}
    for place, value in found.items():
        if not space[place].holds(value):
            remedy = "widen the search space: the default is always tried"
            raise SettingsError(f"the default {value} is not searched", where=place, remedy=remedy)
    return {place: _told(space[place], value) for place, value in found.items()}


def _told(searched: NumericRange | Choice, value: Any) -> Any:
    return json.dumps(value) if isinstance(searched, Choice) else value


def suggest(trial: Trial, space: Space) -> dict[str, Any]:
    """Return what a trial sets each parameter of a space to."""
    return {place: _suggest(trial, place, searched) for place, searched in space.items()}


def _suggest(trial: Trial, place: str, searched: NumericRange | Choice) -> Any:
    if isinstance(searched, Choice):
        return json.loads(trial.suggest_categorical(place, searched.texts))
    if searched.whole:
        return trial.suggest_int(place, int(searched.low), int(searched.high), log=searched.log)
    return trial.suggest_float(place, searched.low, searched.high, log=searched.log)
