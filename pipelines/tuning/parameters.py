"""Gets, sets and suggests parameters by their path, such as `group.name`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from optuna import Trial

from pipelines.tuning.search_space import Choice, NumericRange, SearchSpace
from script_shared.domain import Parameters
from script_shared.errors import SettingsError


def get_value(parameters: Parameters, path: str) -> Any:
    """Return the value at a path.

    Raises:
        SettingsError: there is no such parameter.
    """
    value: Any = parameters
    for name in path.split("."):
        if not isinstance(value, Mapping) or name not in value:
            raise SettingsError("there is no such parameter", where=path, remedy="correct the search space")
        value = value[name]
    return value


def set_values(parameters: Parameters, values: Mapping[str, Any]) -> Parameters:
    """Return a copy of the parameters with other values at some paths."""
    for path, value in values.items():
        parameters = _set_value(parameters, path.split("."), value)
    return parameters


def _set_value(parameters: Parameters, path: Sequence[str], value: Any) -> Parameters:
    name, *rest = path
    return {**parameters, name: _set_value(parameters[name], rest, value) if rest else value}


def narrow_space(space: SearchSpace, segments: Sequence[str], prefixes: Sequence[str]) -> SearchSpace:
    """Return the part of a search space that affects the segments and starts with one of the prefixes.

    Args:
        space: the whole search space.
        segments: names of segments.
        prefixes: prefixes of paths; empty for all.

    Raises:
        SettingsError: nothing is left.
    """
    narrowed = {
        path: values
        for path, values in space.items()
        if (not values.segments or set(values.segments) & set(segments))
        and path.startswith(tuple(prefixes) or "")
    }
    if not narrowed:
        raise SettingsError("there is nothing to search", remedy="name parameters of the search space")
    return narrowed


def encode_defaults(space: SearchSpace, parameters: Parameters) -> dict[str, Any]:
    """Return the parameters as the values of a trial.

    Raises:
        SettingsError: a path of the space does not exist, or the space does not contain its value.
    """
    values = {path: get_value(parameters, path) for path in space}
    for path, value in values.items():
        if not space[path].contains(value):
            remedy = "widen the search space: the default is always tried"
            raise SettingsError(f"the default {value} is not in the search space", where=path, remedy=remedy)
    texts = {path: json.dumps(values[path]) for path, choice in space.items() if isinstance(choice, Choice)}
    return values | texts


def suggest_values(trial: Trial, space: SearchSpace) -> dict[str, Any]:
    """Return the values of a trial by path."""
    return {path: _suggest(trial, path, values) for path, values in space.items()}


def _suggest(trial: Trial, path: str, values: NumericRange | Choice) -> Any:
    if isinstance(values, Choice):
        return json.loads(trial.suggest_categorical(path, values.texts))
    if values.integer:
        return trial.suggest_int(path, int(values.low), int(values.high), log=values.log)
    return trial.suggest_float(path, values.low, values.high, log=values.log)
