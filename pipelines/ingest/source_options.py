"""What can be set of a raw format: on the command line, in a DAG's parameters and in a file."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Annotated, Any

import typer

#: Beside raw files: how they are to be read.
CONFIG_FILE = "manchete.toml"

#: By name, what each option is; not every raw format has them.
SOURCE_OPTIONS: Mapping[str, str] = {
    "map": "our names of columns and the files' names of them: user_id=userId,timestamp=ts",
    "time_format": "of times: day-first, month-first or a format such as '%d/%m/%Y %H:%M'",
    "time_zone": "of times without an offset, such as America/Sao_Paulo; UTC if not set",
    "anonymous": "reader ids that stand for no reader, separated by commas",
    "separator": "between the fields of a text file: one character, or tab",
    "encoding": "of a text file, such as cp1252",
}


def given(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that have a value."""
    return {name: options[name] for name in SOURCE_OPTIONS if options.get(name)}


def with_source_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that takes SOURCE_OPTIONS on the command line, and gets them as `options`.

    Args:
        command: has a parameter `options`, a mapping of those that were given.
    """

    @wraps(command)
    def run(**arguments: Any) -> None:
        options = given({name: arguments.pop(name) for name in SOURCE_OPTIONS})
        command(**arguments, options=options)

    signature = inspect.signature(command, eval_str=True)
    own = [each for name, each in signature.parameters.items() if name != "options"]
    added = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default="",
            annotation=Annotated[str, typer.Option(f"--{name.replace('_', '-')}", help=what)],
        )
        for name, what in SOURCE_OPTIONS.items()
    ]
    parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own] + added
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run
