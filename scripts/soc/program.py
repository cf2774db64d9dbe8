"""One program of the firmware's own on the system, with what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from honeyguide import cli
from honeyguide.report.files import Results
from honeyguide.sim import SimRun, run
from sw.firmware.compiler import FIRMWARE, compile_firmware

FOLDER = FIRMWARE / "programs"
LIMIT_S = 1800.0
# What the others of the folder are: parts of a program, or started by another command.
PROGRAMS = ("hello", "selftest", "traps", "interrupts", "user")


def run_program(
    where: Path, name: str, *, config: str, seed: int, stall: float, results: Results
) -> dict[str, Any]:
    """Run a program, print its console, return its entry in the report.

    Args:
        where: the built system.
        name: of the program.
        config: name of the system's configuration.
        seed: root seed.
        stall: wait probability on all buses.
        results: where the simulation leaves its files.
    """
    place = results.runs / name
    firmware = compile_firmware([FOLDER / f"{name}.c", FIRMWARE / "ratel.c"], place / "firmware")
    result = run(
        SimRun(
            build=where, module="tb.soc.program", results_dir=place / "run", seed=seed,
            timeout_s=LIMIT_S,
            env={
                "RATEL_FIRMWARE": str(firmware.path),
                "RATEL_CONFIG": config,
                "RATEL_STALL": str(stall),
            },
        )
    )  # fmt: skip
    console = place / "run" / "console.txt"
    text = console.read_text(encoding="utf-8") if console.is_file() else ""
    print("".join(f"  {line}\n" for line in text.splitlines()), end="", flush=True)
    if not result.passed:
        print(f"FAIL: {name}: {result.message}; log: {result.log}", flush=True)
    return {"name": name, "pass": result.passed, "reason": result.message, "console": text}


def known_program(name: str) -> str:
    """Return the name of a program.

    Raises:
        UserError: there is none of that name; the sentence lists those there are.
    """
    if name not in PROGRAMS:
        raise cli.UserError(f"unknown program {name!r}; there are {', '.join(PROGRAMS)}")
    return name
