"""Runs a failing test once more with the core of a commit, and says where the two cores part.

Two runs with waves, of the cycles up to the first difference, on simulations that begin alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from honeyguide.cli import UserError
from honeyguide.commits import commit_named, git, take_out
from honeyguide.core import core
from honeyguide.project import ROOT
from honeyguide.sim import run
from honeyguide.sim.launcher import built_description, waves_name
from honeyguide.waves.builds import built
from honeyguide.waves.parting import Parting, first_parting
from honeyguide.waves.repeat import AFTER, LONGEST, Repeat, sim_run
from honeyguide.waves.save_file import CLOCK_PS

MOST = 5 * LONGEST  # cycles that are compared, up to the difference


def compared(wanted: Repeat, base: str, difference: Mapping[str, Any] | None) -> str:
    """Say where the core parts from that of a commit.

    Args:
        wanted: what is repeated.
        base: the commit.
        difference: what was found, if anything: nothing after it matters.

    Raises:
        UserError: git knows no such commit, or its core is the same.
        HdlError: a simulation can't be built.
    """
    commit = commit_named(base)
    place = wanted.folder / "former"
    take_out(commit, place)
    rtl = place / core().rtl
    if same(rtl, wanted.rtl or ROOT / core().rtl):
        raise UserError(f"the core is as it was at {base}: there is nothing to compare")
    last = MOST if difference is None else int(difference.get("cycle", 0)) + AFTER
    first, last = wanted.window or (max(last - MOST, 1), last)
    files = [
        recorded(replace(wanted, rtl=folder, build=None), f"former-{name}", first, last)
        for name, folder in (("then", rtl), ("now", wanted.rtl))
    ]
    parting = first_parting(files[0], files[1], core().top)
    for file in files:
        file.unlink()
    since = git("log", "-1", "--format=%h (%s)", commit).strip()
    return told(parting, since, first, last)


def told(parting: Parting | None, since: str, first: int, last: int) -> str:
    """What came of it, in words."""
    if parting is None:
        return f"in cycles {first} to {last} every signal is as in the core of {since}"
    looked = f"; looked at from cycle {first} on" if first > 1 else ""
    return parting.sentences(parting.time // CLOCK_PS, since) + looked


def recorded(wanted: Repeat, part: str, first: int, last: int) -> Path:
    """Run with waves from one cycle to another; return the file."""
    build = built(wanted.config, traced=True, rtl=wanted.rtl)
    target = wanted.folder.resolve() / f"{part}-{waves_name(built_description(build))}"
    target.unlink(missing_ok=True)
    plusargs = [
        f"+honeyguide_waves={target}", f"+honeyguide_waves_from={first}",
        f"+honeyguide_waves_to={last}",
    ]  # fmt: skip
    result = run(sim_run(wanted, build, part, {}, plusargs))
    if not target.is_file():
        raise UserError(f"no waves were recorded: {result.message}")
    return target


def same(one: Path, other: Path) -> bool:
    """Whether two folders have the same Verilog."""
    texts = [
        {path.relative_to(folder): path.read_bytes() for path in folder.glob("**/*.v*")}
        for folder in (one, other)
    ]
    return texts[0] == texts[1]
