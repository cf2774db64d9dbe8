"""What `pip install .` takes along: every file of the framework, not only its Python."""

from __future__ import annotations

import subprocess
import tomllib

import pytest

from tb.build import ROOT

FRAMEWORK = ROOT / "tb" / "honeyguide"
OTHERS = [
    str(path.relative_to(ROOT))
    for path in sorted(FRAMEWORK.rglob("*"))
    if path.is_file() and path.suffix not in {".py", ".pyc"}
]


def test_the_whole_folder_is_packed() -> None:
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packed = content["tool"]["hatch"]["build"]
    assert packed["only-include"] == ["tb/honeyguide"] and packed["sources"] == ["tb"]
    assert not {"include", "exclude", "targets"} & set(packed), "nothing is picked out"


def test_git_ignores_none_of_its_files_since_those_are_not_packed() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not judged: the checkout has no history, so nothing is ignored")
    assert any(name.endswith(".html") for name in OTHERS)
    words = ["git", "check-ignore", "--no-index", "--stdin"]
    asked = subprocess.run(
        words, cwd=ROOT, input="\n".join(OTHERS), capture_output=True, text=True, check=False
    )
    assert asked.returncode == 1 and asked.stdout == "", "1: none is"
