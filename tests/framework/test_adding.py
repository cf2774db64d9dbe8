"""The worked instruction of docs/adding.md: applied to a copy of the checkout, run, taken back."""

from __future__ import annotations

import json
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


def block(head: str = "diff") -> str:
    """What the page shows in a block that begins so; by default the worked instruction."""
    page = (ROOT / "docs" / "adding.md").read_text(encoding="utf-8")
    (found,) = re.finditer(rf"^```{re.escape(head)}\n(.*?)^```$", page, re.M | re.S)
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
def plain(tmp_path: Path) -> Path:
    """A copy of the checkout."""
    root = tmp_path / "ratel"
    root.mkdir()
    for item in COPIED:
        if (ROOT / item).is_dir():
            shutil.copytree(ROOT / item, root / item, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / item, root / item)
    (root / ".venv").symlink_to(ROOT / ".venv")
    return root


@pytest.fixture
def copy(plain: Path) -> Iterator[Path]:
    """A copy with the instruction in it; afterwards all is as it was, or the test fails."""
    root = plain
    before = contents(root)
    apply_patch(block(), root)
    ends(root, "scripts.generate")
    yield root
    apply_patch(reversed_patch(block()), root)
    ends(root, "scripts.generate")
    after = contents(root)
    assert [path for path in before | after if before.get(path) != after.get(path)] == []


def ends(root: Path, module: str, *words: str, wanted: int | None = 0, typed: str = "") -> str:
    """Run a module in the copy, which ends with this code; return what it said."""
    environment = {
        name: text for name, text in os.environ.items() if not name.startswith("HONEYGUIDE_")
    }
    # Simulations of the parts that did not change are there already.
    environment |= {VARIABLE: str(root), BUILD_VARIABLE: str(BUILD)}
    done = subprocess.run(
        [sys.executable, "-m", module, *words], cwd=root, env=environment, check=False, text=True,
        input=typed, timeout=COMMANDS_S, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert wanted in (None, done.returncode), done.stdout[-4000:]
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
    touched = {hunk.path for hunk in read_patch(block())}
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


@pytest.mark.slow
def test_a_coverage_point_is_asked_for_in_the_plan(plain: Path) -> None:
    hunks = block('diff title="point.patch"')
    apply_patch(hunks[: hunks.index("--- a/spec/")], plain)
    complaint = "instruction.fence_result: "
    assert complaint in ends(plain, "scripts.testplan", wanted=1)
    apply_patch(hunks[hunks.index("--- a/spec/") :], plain)
    assert complaint not in ends(plain, "scripts.testplan", wanted=None)


@pytest.mark.sim
@pytest.mark.slow
def test_a_coverage_point_is_hit_and_on_the_page(plain: Path) -> None:
    apply_patch(block('diff title="point.patch"'), plain)
    out = plain.parent / "out"
    words = ("--n", "1", "--tests", "hazards.RandomPrograms", "--config", "4x4", "--seed", "3")
    script = (
        "import sys; from pathlib import Path; from honeyguide.regress import engine, command; "
        f"engine.BUILD = Path({str(out)!r}); sys.exit(command.main({list(words)!r}))"
    )
    (plain / "one_regression.py").write_text(script, encoding="utf-8")
    ends(plain, "one_regression")
    page = (out / "regress" / "regress.html").read_text(encoding="utf-8")
    assert "instruction.fence_result" in page
    (left,) = (out / "regress").glob("runs/*/functional.json")
    hit = json.loads(left.read_text(encoding="utf-8"))["points"]["instruction.fence_result"]
    assert sum(hit.values()) > 0


@pytest.mark.sim
@pytest.mark.slow
def test_a_network_of_ones_own_is_known_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    network(tmp_path / "public")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RATEL_MODELS", str(tmp_path))
        out = ("--results", str(tmp_path / "out"))
        said = ends(ROOT, "scripts.networks", "--only", "maximum", "--config", "4x4", *out)
        assert re.search(r"\bmaximum\b", said)
        said = ends(ROOT, "scripts.networks", "--only", "minimum", *out, wanted=1)
        assert "maximum" in said


@pytest.mark.sim
@pytest.mark.slow
def test_the_debugger_stops_inside_the_simulation(plain: Path) -> None:
    smoke = plain / "tb" / "tests" / "smoke.py"
    text = smoke.read_text(encoding="utf-8")
    line = "        await self.env.run([isa.fence()])\n"
    smoke.write_text(text.replace(line, f"        breakpoint()\n{line}"), encoding="utf-8")
    out = str(plain.parent / "out")
    words = ("--test", "smoke.FenceAlone", "--config", "4x4", "--results", out)
    said = ends(plain, "scripts.debug", *words, typed=block("pdb"))
    assert "'FenceAlone'" in said and "'4x4'" in said
    assert said.index("'4x4'") < said.index("smoke.FenceAlone: pass")
    smoke.write_text(text.replace(line, f"{line}        raise ValueError(6)\n"), encoding="utf-8")
    said = ends(plain, "scripts.debug", *words, wanted=1, typed="p 6 * 7\ncontinue\n")
    assert "(Pdb) 42" in said and "smoke.FenceAlone: fail" in said
