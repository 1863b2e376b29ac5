"""Options of raw formats, set on the command line, in a DAG's parameters or in a configuration file."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Annotated, Any

import typer

#: The configuration file beside raw files.
CONFIG_FILE = "manchete.toml"

#: The description of each option by name; some raw formats have no options.
SOURCE_OPTIONS: Mapping[str, str] = {
    "map": "column names of Manchete and of the files: user_id=userId,timestamp=ts",
    "time_format": "format of times: day-first, month-first or a format such as '%d/%m/%Y %H:%M'",
    "time_zone": "time zone of times without an offset, such as America/Sao_Paulo; UTC if not set",
    "anonymous": "user ids that mean an anonymous user, separated by commas",
    "separator": "separator of the fields of a text file: one character, or tab",
    "encoding": "encoding of a text file, such as cp1252",
}


def select_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the source options that have a value."""
    return {name: options[name] for name in SOURCE_OPTIONS if options.get(name)}


def with_source_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that accepts `SOURCE_OPTIONS` on the command line.

    Args:
        command: receives the options that were given as the mapping `options`.
    """

    @wraps(command)
    def run(**arguments: Any) -> None:
        options = select_options({name: arguments.pop(name) for name in SOURCE_OPTIONS})
        command(**arguments, options=options)

    signature = inspect.signature(command, eval_str=True)
    others = [argument for name, argument in signature.parameters.items() if name != "options"]
    arguments = [argument.replace(kind=inspect.Parameter.KEYWORD_ONLY) for argument in others]
    added = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default="",
            annotation=Annotated[str, typer.Option(f"--{name.replace('_', '-')}", help=description)],
        )
        for name, description in SOURCE_OPTIONS.items()
    ]
    parameters = [*arguments, *added]
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run
