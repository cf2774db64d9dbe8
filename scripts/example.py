"""Verify the second core, examples/accumulator, with the framework alone.

Regression with functional coverage, a run repeated for its waves, and ten faults which must all be
caught. What is made lies in build/example.
"""

from __future__ import annotations

import os
import subprocess
import sys

from honeyguide import cli
from honeyguide.place import BUILD_VARIABLE
from honeyguide.project import BUILD, VARIABLE
from tb.build import ROOT

PLACE = ROOT / "examples" / "accumulator"
STEPS = (
    ("coverage", "--functional", "--n", "20"),
    ("waves", "--test", "sums.Corners", "--no-view"),
    ("faults",),
)


def main(argv: list[str]) -> int:
    """Run the steps; return the code of the first that fails."""
    cli.parser("example", __doc__).parse_args(argv)
    environment = {**os.environ, VARIABLE: str(PLACE), BUILD_VARIABLE: str(BUILD / "example")}
    for words in STEPS:
        print(f"\n$ python -m honeyguide {' '.join(words)}", flush=True)
        command = [sys.executable, "-m", "honeyguide", *words]
        done = subprocess.run(command, cwd=PLACE, env=environment, check=False)
        if done.returncode:
            print(f"FAIL: examples/accumulator: {words[0]}")
            return done.returncode
    print("\nPASS: examples/accumulator")
    return 0


if __name__ == "__main__":
    cli.run_command(main)
