"""How much of the project a `make run` executes, and that it compiles a network once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tb.build import ROOT

MNIST = ROOT / "models" / "mnist" / "mnist.tflite"
# Python files of the project that a run of MNIST imports, in all its processes; no bar but a lid.
MOST_FILES = 270


def test_a_simulation_imports_no_importer_and_no_compiler() -> None:
    """So what was compiled by the command is what runs."""
    code = """
import sys, tb.tests.network, tb.soc.network
print([name for name in sys.modules if name.startswith(("sw.importer", "sw.compiler.compile"))])
"""
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert said.strip() == "[]"


@pytest.mark.sim
def test_a_run_executes_few_files(tmp_path: Path) -> None:
    """Each process leaves byte code of what it imports in a folder, all but its first file."""
    cache = tmp_path / "cache"
    environment = {
        name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    } | {"PYTHONPYCACHEPREFIX": str(cache)}
    words = ["--model", str(MNIST), "--config", "4x4", "--results", str(tmp_path / "results")]
    done = subprocess.run(
        [sys.executable, "-m", "scripts.run", *words], cwd=ROOT, env=environment, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    ours = set()
    for path in cache.rglob("*.pyc"):
        source = Path("/", path.relative_to(cache)).with_name(path.name.split(".")[0] + ".py")
        real = source.resolve()
        if real.is_relative_to(ROOT) and ".venv" not in real.relative_to(ROOT).parts:
            ours.add(real)
    assert ROOT / "sw" / "importer" / "model.py" in ours  # it is measured at all
    assert ROOT / "tb" / "tests" / "network.py" in ours  # and so is the simulation
    assert len(ours) <= MOST_FILES, len(ours)
