"""Pre-commit, the container and the versions say what the project does."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from honeyguide.lint.python import modules
from scripts.lint.__main__ import BASES, steps

ROOT = Path(__file__).resolve().parents[2]
# A file of each kind that a step looks at.
LOOKED_AT = {
    "ruff-rules": ("scripts/sim.py", "pyproject.toml"),
    "ruff-format": ("tests/asked.py",),
    "python-style": ("golden/numerics.py",),
    "mypy": ("sw/execution.py", "tb/typings/pyuvm/__init__.pyi", "pyproject.toml"),
    "actionlint": (".github/workflows/ci.yml",),
    "verilog-style": ("rtl/ratel_core.v", "rtl/include/ratel_isa.vh", "tb/hdl/ratel_tb.sv"),
    "verilator": ("rtl/ratel_core.v", "rtl/include/ratel_isa.vh", "spec/configs.toml"),
    "icarus": ("rtl/ratel_core.v", "spec/configs.toml"),
    "yosys": ("rtl/lib/ratel_fifo.v", "spec/configs.toml"),
}


@pytest.fixture
def hooks() -> dict[str, dict[str, Any]]:
    """The hooks of pre-commit by name."""
    content = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    (repo,) = content["repos"]
    assert repo["repo"] == "local"
    return {hook["id"]: hook for hook in repo["hooks"]}


def test_pre_commit_runs_the_steps_of_lint(hooks: dict[str, dict[str, Any]]) -> None:
    assert list(hooks) == list(steps(None))
    for name, hook in hooks.items():
        assert hook["entry"] == f"make lint ONLY={name}"
        assert hook["language"] == "system"
        assert hook["pass_filenames"] is False


def test_pre_commit_runs_a_step_for_what_it_looks_at(hooks: dict[str, dict[str, Any]]) -> None:
    assert set(LOOKED_AT) == set(hooks)
    for name, paths in LOOKED_AT.items():
        for path in paths:
            assert (ROOT / path).is_file(), path
            assert re.search(hooks[name]["files"], path), f"{name}: {path}"
        assert not re.search(hooks[name]["files"], "docs/isa.md")


def test_the_container_has_what_the_checks_want() -> None:
    settings = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    recipe = (ROOT / ".devcontainer" / settings["build"]["dockerfile"]).read_text("utf-8")
    assert settings["postCreateCommand"] == "make env-dev"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    least = project["requires-python"].removeprefix(">=")
    assert re.match(rf"FROM python:{re.escape(least)}-\w+$", recipe.splitlines()[1])
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    test = workflow["jobs"]["test"]["steps"]
    (python,) = [step for step in test if "setup-python" in step.get("uses", "")]
    assert python["with"]["python-version"] == least
    (install,) = [step["run"] for step in test if "apt-get" in step.get("run", "")]
    assert packages(install) <= packages(recipe)
    for needed in ("make", "g++", "perl"):
        assert needed in packages(recipe)


def packages(text: str) -> set[str]:
    """What a script installs with apt-get."""
    (words,) = re.findall(r"install --yes --no-install-recommends((?:\\\n|[^&\n\\])*)", text)
    return {word for word in words.split() if word != "\\"}


def test_the_newest_change_is_of_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    versions = re.findall(r"^## (\S+?),? ", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert versions and versions[0] == project["version"]
    ordered = [tuple(map(int, version.split("."))) for version in versions]
    assert ordered == sorted(ordered, reverse=True)


def test_the_core_says_the_version_of_the_changes() -> None:
    version = re.findall(r"^## (\d+)\.(\d+)\.(\d+)", (ROOT / "CHANGELOG.md").read_text(), re.M)[0]
    registers = (ROOT / "docs" / "registers.md").read_text("utf-8")
    (word,) = re.findall(r"\| \[VERSION\].*?(0x[0-9a-f]{8})", registers)
    major, minor, patch = (int(part) for part in version)
    assert int(word, 16) == major << 24 | minor << 16 | patch


def test_what_contributing_names_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    for name in re.findall(r"`([\w./-]+\.(?:toml|yaml|md|py))`", text):
        assert (ROOT / name).is_file(), name
    tracked = subprocess.run(
        ["git", "ls-files", "SECURITY.md", "CHANGELOG.md", ".devcontainer/devcontainer.json"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if tracked.returncode == 0:  # a copy without its history has nothing to ask
        assert len(tracked.stdout.split()) == 3


def test_types_are_checked_of_every_file() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        files = [str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("*.py")]
    else:
        files = [path for path in listed.stdout.split("\n") if path and (ROOT / path).is_file()]
    checked = set(modules(ROOT, BASES))
    assert len(files) > 150
    for path in files:
        name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        names = {name, name.removeprefix("tb."), name.removeprefix("examples.accumulator.")}
        assert names & checked, path


def test_types_are_strict_and_no_library_is_ignored_that_is_not_named() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]
    assert settings["strict"] is True
    assert "ignore-without-code" in settings["enable_error_code"]
    weaker = {key for key, value in settings.items() if value is False}
    assert not weaker
    assert not {"ignore_errors", "ignore_missing_imports", "exclude", "follow_imports"} & set(
        settings
    )
    for part in settings["overrides"]:
        names = part["module"]
        if names == ["models.mnist.train"]:  # derives from torch, which is not installed
            assert set(part) == {"module", "disallow_subclassing_any"}
            continue
        assert set(part) - {"follow_imports"} == {"module", "ignore_missing_imports"}
        for name in names:
            library = name.removesuffix(".*")
            assert library != "*" and not list(ROOT.glob(f"{library}*")), name
            assert not list((ROOT / "tb").glob(f"{library}*")), name
