"""What `make lint` asks of Python is found, in a small bad file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from honeyguide.lint.python import python_style, ruff_format, ruff_rules, types

ROOT = Path(__file__).resolve().parents[2]


def test_ruff_finds_rules_and_format(tmp_path: Path) -> None:
    settings = Path(__file__).resolve().parents[2] / "pyproject.toml"
    shutil.copy(settings, tmp_path)
    good = tmp_path / "good.py"
    good.write_text('"""A module."""\n\nVALUE = 1\n')
    assert ruff_rules(tmp_path).passed
    assert ruff_format(tmp_path).passed
    good.write_text('"""A module."""\nimport os\nVALUE = 1\n')
    assert any("F401" in problem for problem in ruff_rules(tmp_path).problems)
    good.write_text('"""A module."""\nVALUE   =   1\n')
    assert any("good.py" in problem for problem in ruff_format(tmp_path).problems)


UNTYPED = {
    "a wrong type": ("def f(x: int) -> str:\n    return x\n", "return-value"),
    "no type": ("def f(x):\n    return x\n", "no-untyped-def"),
    "a bare list": ("def f(x: list) -> None:\n    pass\n", "type-arg"),
    "no such module": ("import nowhere\n", "import-not-found"),
    "a blanket ignore": ("x: int = 'a'  # type: ignore\n", "ignore-without-code"),
    "a needless ignore": ("x: int = 1  # type: ignore[assignment]\n", "unused-ignore"),
}


@pytest.mark.parametrize(("text", "code"), UNTYPED.values(), ids=UNTYPED)
def test_mypy_finds(tmp_path: Path, text: str, code: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "lonely").mkdir()
    (tmp_path / "lonely" / "bad.py").write_text(text)
    outcome = types(tmp_path, cache=tmp_path / "build")
    assert len(outcome.problems) == 1, outcome.problems
    assert outcome.problems[0].startswith("lonely/bad.py:")
    assert f"[{code}]" in outcome.problems[0]


def test_mypy_passes_what_is_typed_and_knows_names(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    package = tmp_path / "tb" / "mine"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "a.py").write_text("def f(x: int) -> int:\n    return x\n")
    (tmp_path / "b.py").write_text("from mine.a import f\n\ny: int = f(1)\n")
    outcome = types(tmp_path, cache=tmp_path / "build", bases=("tb/mine",))
    assert outcome.problems == ()
    assert outcome.checked == "3 modules"
    # Of another size: mypy takes a file of the same size and second for the same.
    (tmp_path / "b.py").write_text("from mine.a import f\n\nyes: str = f(1)\n")
    assert len(types(tmp_path, cache=tmp_path / "build", bases=("tb/mine",)).problems) == 1


@pytest.mark.parametrize(
    ("call", "finding"),
    [
        ("zip(a, b, strict=True)", False),
        ("zip(a, b)", True),
        ("zip(a, b, strict=False)", True),
        ("zip(a, b, strict=bool(a))", True),
        ("zip(a, b, strict=False)  # b may be longer", False),
        ("unzip(a, b)", False),
    ],
)
def test_a_zip_says_why_it_may_end_early(tmp_path: Path, call: str, finding: bool) -> None:
    (tmp_path / "pairs.py").write_text(f"def f(a, b):\n    return {call}\n")
    outcome = python_style(tmp_path)
    assert outcome.checked == "1 files"
    assert [problem.partition(" ")[0] for problem in outcome.problems] == ["pairs.py:2:"] * finding
