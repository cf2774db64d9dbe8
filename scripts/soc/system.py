"""The system under the firmware: the CPU's package, and the simulation that is built with it."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import time
from importlib import invalidate_caches, metadata
from pathlib import Path

from golden.config import CoreConfig
from honeyguide import cli
from honeyguide.project import BUILD
from honeyguide.sim import SimBuild, build
from tb.build import ROOT
from tb.soc.build import CPU_PACKAGE, cpu_folder, soc_build

REQUIREMENTS = ROOT / "requirements-soc.txt"


def ensure_cpu() -> None:
    """Install the CPU's package (1 MB) into this environment if it is not there.

    Raises:
        UserError: it could not be installed.
    """
    pinned = REQUIREMENTS.read_text(encoding="utf-8").strip().splitlines()[-1]
    lock = BUILD / "cpu.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            if f"{CPU_PACKAGE}=={metadata.version(CPU_PACKAGE)}" == pinned:
                return
        except metadata.PackageNotFoundError:
            pass
        print(f"installing the CPU, {pinned} (once)", flush=True)
        words = [
            sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet",
            "--no-deps", "--only-binary", ":all:", "-r", str(REQUIREMENTS),
        ]  # fmt: skip
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise cli.UserError(f"installing {pinned} failed: {lines[-1] if lines else 'see pip'}")
    invalidate_caches()


def built_system(core: CoreConfig) -> Path:
    """Return the folder of the built system, and say what it is made of."""
    ensure_cpu()
    print(f"CPU         CV32E40X of {CPU_PACKAGE} {metadata.version(CPU_PACKAGE)}")
    cpu_folder()
    started = time.monotonic()
    print(f"system with {core.name}: ", end="", flush=True)
    folder = build(SimBuild(**soc_build(core.name)))
    seconds = time.monotonic() - started
    print(f"built in {seconds:.0f} s" if seconds > 1.0 else "already built", flush=True)
    return folder
