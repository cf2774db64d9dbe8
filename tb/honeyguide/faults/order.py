"""Which tests a broken core is given, in the order that is likely to catch it soonest.

They are the simulation tests of `make test`, asked of pytest, so a new test takes part by itself.
Tests that only judge the bench or the tools are left out: they would pass or fail the same way.
So are those that break the core themselves (marked `breaks_core`): they edit its text, which is
another one where all faults lie in one core.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from honeyguide.cli import UserError
from honeyguide.core import core, fault_tests
from honeyguide.sim.toolchain import clean_environment

MARKS = "not fuzz and not nightly and not breaks_core"


def collect(root: Path, mark: str = "") -> list[str]:
    """Return the ids of the tests in the checkout at `root` that may catch a fault.

    With `mark` only those that are marked so.

    Raises:
        UserError: pytest can't collect them.
    """
    tests = fault_tests()
    marks = f"{mark} and {MARKS}" if mark else MARKS
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", marks, *tests.folders],
        cwd=root, env=clean_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    ids = [
        line
        for line in done.stdout.splitlines()
        if "::" in line and line.startswith(fault_tests().folders)
    ]
    ids = [name for name in ids if not re.search(fault_tests().left_out, name)]
    if done.returncode or not ids:
        last = (done.stdout.strip() or done.stderr.strip()).splitlines()[-1:]
        raise UserError(f"the simulation tests can't be collected: {' '.join(last)}")
    return ids


def ordered(ids: Sequence[str], part: str, *, first: str = "") -> list[str]:
    """Return the ids in the order for a fault in a folder of the core (`part`).

    Args:
        ids: pytest ids.
        part: the folder's name, that of all of them for the top.
        first: a part of the ids that come before all others.
    """
    tests = fault_tests()
    listed = [*tests.by_part[part], *tests.quick, f"/{core().rtl}/{part}/", *tests.slow]
    ranks = [re.compile(text) for text in listed]
    if first:
        ranks.insert(0, re.compile(re.escape(first)))

    def rank(name: str) -> int:
        return next(place for place, expression in enumerate(ranks) if expression.search(name))

    return sorted(ids, key=rank)
