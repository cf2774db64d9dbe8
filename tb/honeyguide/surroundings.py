"""What of the shell's environment reaches a command, a build and a simulation.

What was asked for is what runs: variables that the tools below know by themselves (make, Python,
Verilator, cocotb, the compiler's flags) are taken away, whoever set them, and the launcher sets
those that it wants. Only the standard library is used: the bootstrap reads this file as well.
"""

from __future__ import annotations

import os
from collections.abc import Container, Mapping

PREFIXES = (
    "COCOTB_", "GPI_", "PYGPI_", "VERILATOR_", "PYTHON", "VM_", "CFG_", "OPT_", "USER_CPPFLAGS",
    "USER_LDLIBS", "PYTEST_",
)  # fmt: skip
NAMES = frozenset((
    "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MAKEFILES", "GNUMAKEFLAGS",
    "MAKE_TERMOUT", "MAKE_TERMERR", "WAVES", "GUI", "SIM", "TOPLEVEL", "TOPLEVEL_LANG",
    "MODULE", "TESTCASE", "RANDOM_SEED", "EXTRA_ARGS", "PLUSARGS", "CFLAGS", "CXXFLAGS",
    "CPPFLAGS", "LDFLAGS", "LDLIBS", "LOADLIBES", "TARGET_ARCH", "OBJCACHE", "CDPATH",
    "BASH_ENV", "ENV", "LIBPYTHON_LOC", "VIRTUAL_ENV", "CONDA_PYTHON_EXE",
    "__PYVENV_LAUNCHER__",
))  # fmt: skip
# These change where byte code is kept and nothing else.
HARMLESS = frozenset({"PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"})
ALWAYS = {"PYTHONUTF8": "1"}  # the same texts in every locale


def is_foreign(name: str) -> bool:
    """Tell whether a variable would change a build or a run behind the caller's back."""
    return name not in HARMLESS and (name in NAMES or name.startswith(PREFIXES))


def cleaned(
    environment: Mapping[str, str], *, own: str = "", allowed: Container[str] = ()
) -> dict[str, str]:
    """Return an environment without what is foreign, and without variables that begin with `own`.

    Args:
        environment: the shell's.
        own: prefix of the project's own variables, which only a launcher may set; none if empty.
        allowed: those of them that a shell may set as well.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if not is_foreign(name) and (name in allowed or not own or not name.startswith(own))
    }
    return {**kept, **ALWAYS}


_in_force: dict[str, str] = {}


def settle(own: str, allowed: Container[str]) -> tuple[dict[str, str], list[str]]:
    """Take from this process's environment what must not decide what a command does.

    Args:
        own: prefix of the project's own variables.
        allowed: those of them that a shell may set.

    Returns:
        Those that are in force, and the names of those that were taken away.
    """
    mine = {name: text for name, text in os.environ.items() if own and name.startswith(own)}
    taken = sorted(name for name in mine if name not in allowed)
    for name in taken:
        del os.environ[name]
    _in_force.clear()
    _in_force.update({name: mine[name] for name in sorted(mine) if name in allowed})
    return in_force(), taken


def in_force() -> dict[str, str]:
    """Return the variables of the shell that this command goes by, for its report."""
    return dict(_in_force)
