"""The tutorial's own files and commands, in the order in which they stand."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tb.build import ROOT

PAGE = ROOT / "docs" / "tutorial.md"
EXAMPLE = ROOT / "examples" / "accumulator"
BLOCK = re.compile(
    r"(?:^`(?P<file>[\w./]+)`:\n\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.M | re.S
)
COMMANDS_S = 900


def blocks() -> list[tuple[str, str]]:
    """File and text of each block; commands have no file."""
    found = [(told["file"] or "", told["text"]) for told in BLOCK.finditer(PAGE.read_text("utf-8"))]
    assert found
    return found


def test_the_files_of_the_page_are_those_of_the_example() -> None:
    told = {file: text for file, text in blocks() if file}
    there = {
        str(path.relative_to(EXAMPLE)): path.read_text(encoding="utf-8")
        for path in EXAMPLE.rglob("*")
        if path.is_file() and path.stat().st_size and not {"build", "__pycache__"} & {*path.parts}
    }
    assert told == there


@pytest.mark.parametrize(("folder", "suffix"), [("rtl", ".v"), ("bench", ".py")])
def test_the_example_is_short(folder: str, suffix: str) -> None:
    files = [path for path in (EXAMPLE / folder).rglob("*") if path.suffix == suffix]
    assert 0 < sum(len(path.read_text("utf-8").splitlines()) for path in files) <= 250


def test_the_example_imports_the_framework_alone() -> None:
    for path in (EXAMPLE / "bench").rglob("*.py"):
        modules = re.findall(r"^(?:from|import) (\w+)", path.read_text("utf-8"), re.M)
        assert set(modules) <= {"honeyguide", "bench", "numpy", "pyuvm", "pathlib", "typing"}, path


@pytest.mark.sim
@pytest.mark.slow
@pytest.mark.nightly
def test_the_page_works_in_an_empty_folder_with_the_framework_installed(tmp_path: Path) -> None:
    """A new environment and a copy of the checkout: nothing of this one is imported."""
    environment = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(("HONEYGUIDE_", "RATEL_", "PYTHON", "VIRTUAL_ENV"))
    }
    environment["CHECKOUT"] = str(ROOT)
    for file, text in blocks():
        if file:
            path = tmp_path / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            continue
        done = subprocess.run(
            ["sh", "-e", "-c", text], cwd=tmp_path, env=environment, check=False, text=True,
            timeout=COMMANDS_S, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-4000:]
    assert done.stdout.rstrip().endswith("PASS")
    # Where the page says they are; both are links into the folders of the runs.
    assert (tmp_path / "build" / "coverage" / "coverage.html").is_file()
    (waves,) = (tmp_path / "build" / "waves").glob("*/waves.*")
    assert waves.stat().st_size and waves.with_name("view.gtkw").is_file()
