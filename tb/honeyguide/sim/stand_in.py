"""The same bench around another core: its Verilog taken from a folder laid out like the core's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.project import ROOT


def stand_in(wanted: dict[str, Any], rtl: Path) -> dict[str, Any]:
    """Return arguments of SimBuild in which the folder `rtl` stands in for the core's own.

    Raises:
        UserError: there is no Verilog in it.
    """
    own, folder = (ROOT / core().rtl).resolve(), rtl.resolve()
    found = sorted(folder.glob("**/*.v"))
    if not found:
        raise UserError(f"there is no Verilog file below {rtl}")
    others = [path for path in wanted["sources"] if not Path(path).resolve().is_relative_to(own)]
    includes = [
        folder / path.relative_to(own) if path.is_relative_to(own) else path
        for path in (Path(given).resolve() for given in wanted.get("includes", ()))
    ]
    changed = {**wanted, "sources": [*found, *others], "includes": includes}
    if wanted.get("design") is not None:  # the core alone, whose mistakes are looked for
        changed["design"] = replace(
            wanted["design"],
            root=folder.parent,
            sources=[path.relative_to(folder.parent) for path in found],
            includes=[path.relative_to(folder.parent) for path in includes
                      if path.is_relative_to(folder.parent)],
        )  # fmt: skip
    return changed
