"""The supported configurations of the core, by name, read from a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from honeyguide.cli import UserError


@lru_cache(maxsize=8)
def configurations(path: Path) -> Mapping[str, Mapping[str, int]]:
    """Return the core's parameters for each configuration, in the file's order.

    Raises:
        UserError: the file is missing or is not a list of configurations.
    """
    content = load(path)
    table = content.get("config")
    if not isinstance(table, dict) or not table:
        raise UserError(f"{path} names no configuration")
    for name, parameters in table.items():
        for parameter, value in parameters.items():
            if not isinstance(value, int):
                raise UserError(f"{path}: {parameter} of {name} must be a number, not {value!r}")
    return table


def default_configuration(path: Path) -> str:
    """Return the name of the configuration that is used when none is asked for."""
    name = load(path).get("default")
    if not isinstance(name, str) or name not in configurations(path):
        raise UserError(f"{path}: the default configuration {name!r} is not in the list")
    return name


def load(path: Path) -> dict[str, object]:
    """Return the file's content."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path} is missing; the clone is incomplete") from None
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path} can't be read: {error}") from None
