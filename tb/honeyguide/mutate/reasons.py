"""Why mutants survive, where somebody has looked: the table that the core's description names.

    [[survivor]]
    module = "fifo"                 as in the report, without line: lines move
    old = "count_q"                 the change, as the report writes it
    new = "count_d"                 empty if something was left out
    reason = "what makes it unseen"

A survivor that is explained stays one: it counts against the score like the others.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.project import ROOT

Key = tuple[str, str, str]  # module, old, new


def reasons() -> dict[Key, str]:
    """Return the reasons, by change.

    Raises:
        UserError: the table can't be read, or an entry lacks something.
    """
    return read(ROOT / core().survivors) if core().survivors else {}


def read(path: Path) -> dict[Key, str]:
    """Return the reasons of a table.

    Raises:
        UserError: it can't be read, or an entry lacks something.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("survivor", [])
        return {key_of(entry): str(entry["reason"]) for entry in entries}
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{path} can't be read: {error}") from None
    except KeyError as error:
        raise UserError(f"an entry of {path} says nothing of its {error.args[0]}") from None


def key_of(item: Mapping[str, Any]) -> Key:
    """Return what an entry or a survivor of a report is found by."""
    old, new = (" ".join(str(item[name]).split()) for name in ("old", "new"))
    return str(item["module"]), old, new


def explained(survivors: Sequence[Mapping[str, Any]], known: Mapping[Key, str]) -> list[Any]:
    """Return the survivors, each with its reason behind what the run says, if there is one."""
    return [
        {**item, "why": f"{item['why']}. {known[key]}" if (key := key_of(item)) in known
         else item["why"]}
        for item in survivors
    ]  # fmt: skip
