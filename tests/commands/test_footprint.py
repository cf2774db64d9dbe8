"""How much of the project a `make run` executes, and that it compiles a network once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import honeyguide
from scripts.runs.bench import bench, configuration
from tb.build import ROOT
from tests.commands.executed import executed, fill

MNIST = ROOT / "models" / "mnist" / "mnist.tflite"
# Python files of the project that a run of MNIST imports, in all its processes, and those of which
# the command calls a function once they are imported, where the simulation is built. No bars but
# lids. What the simulation calls is not seen: cocotb reads its modules from their sources, to write
# their assertions anew.
MOST_IMPORTED = 200
MOST_CALLED = 94


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
    told, cache = tmp_path / "told", tmp_path / "cache"
    framework = Path(honeyguide.__file__).parent  # by the path by which it is imported
    places = [(ROOT / part, ROOT / part) for part in ("golden", "sw", "scripts", "models", "tb")]
    sources = {
        seen / path.relative_to(folder): path
        for folder, seen in (*places, (ROOT / "tb" / "honeyguide", framework))
        for path in folder.rglob("*.py")
    }
    fill(cache, ROOT, sources, told)
    environment = {
        name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    } | {"PYTHONPYCACHEPREFIX": str(cache)}
    words = ["--model", str(MNIST), "--config", "4x4", "--results", str(tmp_path / "results")]
    done = subprocess.run(
        [sys.executable, "-m", "scripts.run", *words], cwd=ROOT, env=environment, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    test = [sys.executable, "-c", "import tb.tests.network"]
    subprocess.run(test, cwd=ROOT, env=environment, check=True)
    imported, called = executed(told)
    print(f"{len(imported)} files imported, {len(called)} of them called")
    assert "sw/importer/model.py" in called
    assert "tb/tests/network.py" in imported
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
    told, cache = tmp_path / "told", tmp_path / "cache"
    fill(cache, tmp_path, {path: path for path in tmp_path.glob("*.py")}, told)
    code = "import used; assert used.f() == 1; assert used.f.__doc__ == 'B.'"
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(cache), "PYTHONPATH": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=environment, cwd="/", check=True)
    assert executed(told) == ({"used.py", "idle.py"}, {"used.py"})
