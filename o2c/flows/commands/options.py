"""Options and arguments that several commands have, each with what it refuses."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)

_Function = TypeVar("_Function", bound=Callable[..., Any])


def config_option(function: _Function) -> _Function:
    """`--config FILE`: settings under the variables."""
    option = click.option("--config", type=FILE, metavar="FILE", help="Settings as TOML; O2C_* variables win over it.")
    return option(function)


def time_of(text: str, context: click.Context, parameter: click.Parameter) -> int:
    """An RFC 3339 time with offset, as UTC microseconds."""
    from o2c.flows.setting_fields import parse_time  # noqa: PLC0415 -- slow to import, needed by few commands

    try:
        return parse_time(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r}: {error}", context, parameter) from None


def as_time(context: click.Context, parameter: click.Parameter, text: str | None) -> int | None:
    """The callback of an option that may be left out: `time_of`, or None."""
    return None if text is None else time_of(text, context, parameter)
