"""Run a command as a user does, in a process of its own, with results in a folder of the test."""

from __future__ import annotations

import io
import json
import runpy
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from honeyguide.sim.toolchain import clean_environment
from tb.build import ROOT

MNIST = ROOT / "models" / "mnist" / "mnist.tflite"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended: exit code, both streams, and the report it wrote, if it did."""

    code: int
    out: str
    err: str
    report: dict[str, Any] | None = None


def command(name: str, *words: object, results: Path) -> Ended:
    """Run `python -m scripts.<name>` with these words."""
    line = [sys.executable, "-m", f"scripts.{name}", *map(str, words), "--results", str(results)]
    done = subprocess.run(
        line, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        env=clean_environment(), timeout=900, check=False,
    )  # fmt: skip
    report = results / "reports" / f"{name}.json"
    return Ended(
        code=done.returncode,
        out=done.stdout,
        err=done.stderr,
        report=json.loads(report.read_text()) if report.is_file() else None,
    )


def command_here(name: str, *words: object, results: Path) -> Ended:
    """The same in this process, which is faster; for what ends before anything is simulated."""
    line = [f"scripts.{name}", *map(str, words), "--results", str(results)]
    out, err = io.StringIO(), io.StringIO()
    before = sys.argv
    sys.argv = line
    try:
        with redirect_stdout(out), redirect_stderr(err):
            runpy.run_module(f"scripts.{name}", run_name="__main__")
    except SystemExit as ended:
        return Ended(code=int(ended.code or 0), out=out.getvalue(), err=err.getvalue())
    finally:
        sys.argv = before
    raise AssertionError(f"scripts.{name} has no exit code")


def is_one_sentence(ended: Ended) -> bool:
    """Tell whether a command ended with one line for a person and without a traceback."""
    lines = ended.err.splitlines()
    return (
        ended.code != 0
        and len(lines) == 1
        and lines[0].startswith("ratel: ")
        and "Traceback" not in ended.out + ended.err
    )
