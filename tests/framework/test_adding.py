"""The worked instruction of docs/adding.md: applied to a copy of the checkout, run, taken back."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from honeyguide.faults.patches import apply_patch, read_patch
from honeyguide.place import BUILD_VARIABLE
from honeyguide.project import BUILD, VARIABLE
from models.tflite_writer import TfliteWriter
from scripts.generators.outputs import generated_files
from tb.build import ROOT

COPIED = (
    "docs", "golden", "models", "rtl", "scripts", "spec", "sw", "tb", "tests", "examples",
    "pyproject.toml", "Makefile", "README.md", "requirements.txt", "requirements-dev.txt",
)  # fmt: skip
MOST_FILES = 14
COMMANDS_S = 900


def patch() -> str:
    """The diff that the page shows."""
    page = (ROOT / "docs" / "adding.md").read_text(encoding="utf-8")
    (found,) = re.finditer(r"^```diff\n(.*?)^```$", page, re.M | re.S)
    return found.group(1)


def reversed_patch(text: str) -> str:
    """The diff that undoes another."""
    turned = {"+": "-", "-": "+"}
    lines = text.splitlines(keepends=True)
    heads = ("--- ", "+++ ")
    return "".join(
        line if line.startswith(heads) else turned.get(line[0], line[0]) + line[1:]
        for line in lines
    )


def contents(root: Path) -> dict[str, bytes]:
    """Every file of a checkout that is written, by its path."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for item in COPIED
        for path in ([root / item] if (root / item).is_file() else (root / item).rglob("*"))
        if path.is_file() and not {"__pycache__", "build"} & set(path.parts[len(root.parts) :])
    }


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    """A copy with the instruction in it; afterwards all is as it was, or the test fails."""
    root = tmp_path / "ratel"
    root.mkdir()
    for item in COPIED:
        if (ROOT / item).is_dir():
            shutil.copytree(ROOT / item, root / item, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / item, root / item)
    (root / ".venv").symlink_to(ROOT / ".venv")
    before = contents(root)
    apply_patch(patch(), root)
    ends(root, "scripts.generate")
    yield root
    apply_patch(reversed_patch(patch()), root)
    ends(root, "scripts.generate")
    after = contents(root)
    assert [path for path in before | after if before.get(path) != after.get(path)] == []


def ends(root: Path, module: str, *words: str, wanted: int = 0) -> str:
    """Run a module in the copy, which ends with this code; return what it said."""
    environment = {
        name: text for name, text in os.environ.items() if not name.startswith("HONEYGUIDE_")
    }
    # Simulations of the parts that did not change are there already.
    environment |= {VARIABLE: str(root), BUILD_VARIABLE: str(BUILD)}
    done = subprocess.run(
        [sys.executable, "-m", module, *words], cwd=root, env=environment, check=False, text=True,
        timeout=COMMANDS_S, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == wanted, done.stdout[-4000:]
    return done.stdout


def network(folder: Path) -> Path:
    """MAXIMUM of two tensors."""
    writer = TfliteWriter("maximum")
    shape = (1, 5, 7, 11)
    x, y, z = (writer.add_tensor(name, shape, scale=0.1, zero_point=3) for name in "xyz")
    writer.add_operator("MAXIMUM", [x, y], [z])
    path = folder / "maximum.tflite"
    path.write_bytes(writer.finish([x, y], [z]))
    return path


def test_few_files_are_written_by_hand() -> None:
    touched = {hunk.path for hunk in read_patch(patch())}
    assert len(touched) <= MOST_FILES
    assert not touched & set(generated_files(ROOT / "spec"))


@pytest.mark.slow
def test_the_instruction_generates_lints_and_compiles(copy: Path) -> None:
    ends(copy, "scripts.generate", "--check")
    steps = "ruff-rules,ruff-format,verilog-style,verilator"
    ends(copy, "scripts.lint", "--only", steps, "--config", "4x4")
    ends(copy, "pytest", "-q", "tests/golden_machine", "-k", "max", "tests/spec")
    listed = ends(copy, "scripts.compile", "--model", str(network(copy)), "--list")
    assert re.search(r"\bmax\b", listed)


@pytest.mark.sim
@pytest.mark.slow
def test_the_core_has_the_instruction_and_golden_and_the_oracle_agree(copy: Path) -> None:
    """With MAXIMUM of a network, and with what golden says of it turned round, which must fail."""
    run = ("--model", str(network(copy)), "--config", "4x4", "--results", str(copy.parent / "out"))
    assert "0 differ" in ends(copy, "scripts.run", *run)
    corner = ("--test", "corners.Places", "--config", "4x4", "--results", str(copy.parent / "sim"))
    ends(copy, "scripts.sim", *corner)
    vector = copy / "golden" / "machine" / "vector.py"
    text = vector.read_text(encoding="utf-8")
    vector.write_text(text.replace("clamp_int8(np.maximum", "clamp_int8(np.minimum"), "utf-8")
    said = ends(copy, "scripts.sim", *corner, wanted=1)
    vector.write_text(text, encoding="utf-8")
    assert re.search(r"corners\.Places +fail", said)
