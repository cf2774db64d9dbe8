"""The runs of a pull request: the smallest set found that hits what the nightly hits."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.project import ROOT
from honeyguide.regress.suite import Run, Suite, chosen_configs, chosen_entries

_HEAD = """\
# The runs that a pull request makes for functional coverage: [entry, configuration, seed].
# Written by `make coverage ARGS=--keep`: the smallest set found that hits every bin that the whole
# regression hit, cheapest bins first. A change of the bench or of its sequences may make it worse;
# `make coverage ARGS=--pull-request` measures it.

"""


def kept_file() -> Path:
    """Return the core's own file of runs."""
    return ROOT / core().kept


def kept_runs(suite: Suite, path: Path | None = None) -> list[Run]:
    """Read the runs.

    Raises:
        UserError: the file can't be read, or names what the suite does not have.
    """
    path = path or kept_file()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{path} can't be read: {error}") from None
    runs = []
    for name, config, seed in content.get("runs", []):
        entry = next((item for item in chosen_entries(suite, name) if item.name == name), None)
        if entry is None:
            raise UserError(f"{path}: {name} is no entry of the suite")
        chosen_configs(suite, config)
        runs.append(Run(entry=entry, config=config, seed=seed))
    if not runs:
        raise UserError(f"{path} names no run")
    return runs


def write_kept(runs: Sequence[Run], path: Path | None = None) -> None:
    """Write the runs, the most useful first."""
    path = path or kept_file()
    rows = [f'  ["{run.entry.name}", "{run.config}", {run.seed}],' for run in runs]
    path.write_text("\n".join([f"{_HEAD}runs = [", *rows, "]", ""]), encoding="utf-8")
