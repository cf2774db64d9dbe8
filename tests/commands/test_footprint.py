"""How much of the project a `make run` executes, and that it compiles a network once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.runs.bench import bench, configuration
from tb.build import ROOT
from tests.commands.executed import counting, executed

MNIST = ROOT / "models" / "mnist" / "mnist.tflite"
# Python files of the project that a run of MNIST imports, and those of which a function is called
# other than by an import, in all its processes: command, worker and simulation. No bars but lids.
MOST_IMPORTED = 181
MOST_CALLED = 128
# Runs a command's module in a process that tells.
COMMAND = """
import runpy, sys
from tests.commands.executed import start
start(sys.argv.pop(1))
runpy.run_module("scripts.run", run_name="__main__", alter_sys=True)
"""


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
    bench(configuration("4x4"))  # what builds it counts or not
    told = tmp_path / "told"
    words = ["--model", str(MNIST), "--config", "4x4", "--results", str(tmp_path / "results")]
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, str(told), *words], cwd=ROOT,
        env=counting(tmp_path / "cache", told), check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    imported, called = executed(told, ROOT)
    print(f"{len(imported)} files imported, {len(called)} of them called")
    assert "sw/importer/model.py" in called  # by the command
    assert "tb/honeyguide/sim/supervise.py" in called  # by its worker
    assert "tb/tests/network.py" in called  # by the simulation
    assert "sw/importer/recurrent.py" not in imported
    assert called <= imported
    assert len(imported) <= MOST_IMPORTED, sorted(imported)
    assert len(called) <= MOST_CALLED, sorted(called)


def test_what_is_only_called_by_an_import_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "used.py").write_text(
        '"""A."""\nfrom __future__ import annotations\nimport idle\n\n\ndef f():\n    """B."""\n'
        "    return idle.TABLE\n"
    )
    (tmp_path / "idle.py").write_text("def g():\n    return 1\n\n\nTABLE = g()\n")
    told = tmp_path / "told"
    code = f"""
from tests.commands.executed import start
start({str(told)!r})
import sys; sys.path.insert(0, {str(tmp_path)!r})
import used
assert used.f() == 1
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    assert executed(told, tmp_path.resolve()) == ({"used.py", "idle.py"}, {"used.py"})
