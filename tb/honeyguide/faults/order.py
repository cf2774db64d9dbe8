"""Which tests a broken core is given, in the order that is likely to catch it soonest.

They are the simulation tests of `make test`, asked of pytest, so a new test takes part by itself.
Tests that only judge the bench or the tools are left out: they would pass or fail the same way.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from honeyguide.cli import UserError
from honeyguide.sim.toolchain import clean_environment

FOLDERS = ("tests/sim", "tests/rtl")
MARKS = "not fuzz and not nightly"
LEFT_OUT = re.compile(
    r"test_false_pass|test_replay|test_checkers|_catches|test_axi_memory|/selftest/"
)

SMOKE = r"test_tile_level\[smoke-LoadAndStore\]"
# The first test that fits an expression of the part's list comes first; the rest after them all.
INSTRUCTIONS = [
    r"tile_level\[instructions-", r"tile_level\[doorbell-", r"tile_level\[registers-",
    r"test_corner\[",
]  # fmt: skip
PROGRAMS = [r"tile_level\[hazards-", r"tile_level\[offload-"]
LAYERS = [r"test_vector_layers\[8x8\]", r"test_mac_layers\[8x8-[0-2]\]"]
MEMORY = [r"tile_level\[memory_port-"]
PINS = [r"pin_level\[doorbell-", r"pin_level\[registers-Interrupts", r"pin_level\[smoke-"]
PARTS = {
    "control": [SMOKE, *INSTRUCTIONS, *PROGRAMS, *MEMORY, *LAYERS, *PINS],
    "compute": [SMOKE, *LAYERS, r"test_corner\[", *PROGRAMS],
    "memory": [SMOKE, *MEMORY, *PROGRAMS, *LAYERS],
    "lib": [SMOKE, *MEMORY, *LAYERS],
    "rtl": [SMOKE, *LAYERS, *PROGRAMS],
}
# Then everything else. The default core at the tile level is quick, all of it takes a minute; the
# pin level is slow, the units alone and other configurations need builds of their own.
QUICK = [r"tile_level", r"test_corner\[", *LAYERS]
SLOW = [r"pin_level", r"tests/rtl/.*\[8x8", r"tests/rtl/", r"8x8", r""]


def collect(root: Path) -> list[str]:
    """Return the ids of the tests in the checkout at `root` that may catch a fault.

    Raises:
        UserError: pytest can't collect them.
    """
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", MARKS, *FOLDERS],
        cwd=root, env=clean_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    ids = [line for line in done.stdout.splitlines() if "::" in line and line.startswith("tests/")]
    ids = [name for name in ids if not LEFT_OUT.search(name)]
    if done.returncode or not ids:
        last = (done.stdout.strip() or done.stderr.strip()).splitlines()[-1:]
        raise UserError(f"the simulation tests can't be collected: {' '.join(last)}")
    return ids


def ordered(ids: Sequence[str], part: str, *, first: str = "") -> list[str]:
    """Return the ids in the order for a fault in a folder of rtl/ (`part`).

    Args:
        ids: pytest ids.
        part: the folder's name, `rtl` for the top.
        first: a part of the ids that come before all others.
    """
    ranks = [re.compile(text) for text in [*PARTS[part], *QUICK, f"tests/rtl/{part}/", *SLOW]]
    if first:
        ranks.insert(0, re.compile(re.escape(first)))

    def rank(name: str) -> int:
        return next(place for place, expression in enumerate(ranks) if expression.search(name))

    return sorted(ids, key=rank)
