"""The deliberately broken cores: faults.toml in their folder, and a patch for each."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.project import ROOT

FIELDS = frozenset({"module", "kind", "breaks"})
OPTIONAL = frozenset({"named", "alone"})


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One single fault of the RTL.

    Attributes:
        name: the patch's file name without its suffix.
        module: the module whose file it changes.
        kind: the design mistake, "off by one" or alike.
        breaks: what goes wrong, as a user of the core meets it.
        named: the acceptance's own name for it, empty for most.
        alone: set when the fault changes no expression, so that it can't share a build with
            others (see merge.py): the tests to try first.
        patch: the patch's text.
    """

    name: str
    module: str
    kind: str
    breaks: str
    patch: str
    named: str = ""
    alone: str = ""


def load_faults(folder: Path | None = None) -> list[Fault]:
    """Return all faults in the table's order.

    Raises:
        UserError: table and patches do not belong together, or an entry is incomplete.
    """
    folder = folder or ROOT / core().faults
    table_file = folder / "faults.toml"
    try:
        table = tomllib.loads(table_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{table_file} is missing; the clone is incomplete") from None
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{table_file} can't be read: {error}") from None
    patches = {path.stem for path in folder.glob("*.patch")}
    if lonely := sorted(patches ^ set(table)):
        raise UserError(f"{lonely[0]} has a table entry or a patch, but not both")
    faults = []
    for name, entry in table.items():
        if not set(entry) >= FIELDS or not set(entry) <= FIELDS | OPTIONAL:
            raise UserError(f"{table_file}: {name} must have {', '.join(sorted(FIELDS))}")
        patch = (folder / f"{name}.patch").read_text(encoding="utf-8")
        faults.append(Fault(name=name, patch=patch, **entry))
    return faults


def faults_named(words: str, faults: list[Fault]) -> list[Fault]:
    """Return the faults that words, separated by commas, name: a name or a part of names.

    Raises:
        UserError: a word names no fault.
    """
    chosen: list[Fault] = []
    for word in filter(None, (part.strip() for part in words.split(","))):
        found = [fault for fault in faults if word in fault.name or word == fault.named]
        if not found:
            raise UserError(f"no fault is named {word!r}; they are listed in {core().faults}")
        chosen += [fault for fault in found if fault not in chosen]
    if not chosen:
        raise UserError("FAULT names no fault")
    return chosen
