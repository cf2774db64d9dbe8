"""The environment in which a built simulation finds Python, cocotb and its test.

What cocotb's own runner sets (tests/framework/test_sim.py compares), without importing cocotb: that
takes half as long as a short test.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from importlib import util
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import find_libpython
from cocotb_tools import config

from honeyguide.sim.errors import HdlError
from honeyguide.sim.toolchain import clean_environment


def simulation_environment(*, top: str, module: str) -> dict[str, str]:
    """Return the environment of a simulation with this top module and module of tests.

    Raises:
        HdlError: Python has no shared library, or cocotb is not installed.
    """
    environment = clean_environment()
    environment["PATH"] += f"{os.pathsep}{config.libs_dir}"
    return {
        **environment,
        "PYGPI_PYTHON_BIN": sys.executable,
        "GPI_USERS": gpi_users(),
        "COCOTB_TOPLEVEL": top,
        "COCOTB_TEST_MODULES": module,
        "TOPLEVEL_LANG": "verilog",
        "COCOTB_TRUST_INERTIAL_WRITES": "1",  # of Verilator
    }


@lru_cache(maxsize=1)
def gpi_users() -> str:
    """Return the libraries that the simulation loads, and the function that starts cocotb."""
    library = find_libpython.find_libpython()
    if library is None:
        raise HdlError("this Python has no shared library, which cocotb needs")
    found = util.find_spec("cocotb")
    folder = Path("" if found is None or found.origin is None else found.origin).parent
    for suffix in EXTENSION_SUFFIXES:
        entry = folder / f"simulator{suffix}"
        if entry.is_file():
            return f"{library};{entry.resolve()},initialize"
    raise HdlError(f"cocotb is not installed for {sys.executable}; run `make env`")
