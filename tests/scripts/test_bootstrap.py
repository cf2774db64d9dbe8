"""The bootstrap installs once, survives an interrupt, and says in a sentence what is missing."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from scripts import bootstrap
from scripts.bootstrap import SetupError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with as much of the repository as the bootstrap looks at."""
    for name in ("bootstrap.sh", "bootstrap.py"):
        (tmp_path / "scripts").mkdir(exist_ok=True)
        shutil.copy(ROOT / "scripts" / name, tmp_path / "scripts")
    for name in ("place.py", "surroundings.py"):
        (tmp_path / "tb" / "honeyguide").mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "tb" / "honeyguide" / name, tmp_path / "tb" / "honeyguide")
    (tmp_path / "requirements.txt").write_text("one==1\n")
    (tmp_path / "requirements-dev.txt").write_text("two==2\n")
    (tmp_path / "requirements-docs.txt").write_text("three==3\n")
    return tmp_path


@pytest.fixture
def installs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The levels that were installed, by a bootstrap that only pretends to."""
    levels: list[str] = []

    def create(venv: Path, *_: object) -> None:
        (venv / "bin").mkdir(parents=True, exist_ok=True)
        (venv / "bin" / "python").touch()

    def install(root: Path, venv: Path, level: str, *_: object) -> None:
        assert root == venv.parent
        levels.append(level)

    monkeypatch.setattr(bootstrap, "create", create)
    monkeypatch.setattr(bootstrap, "install", install)
    monkeypatch.setattr(bootstrap, "verify", lambda *_: None)
    return levels


def tools(folder: Path, *names: str) -> dict[str, str]:
    """An environment whose PATH has these commands only."""
    folder.mkdir()
    for name in names:
        found = sys.executable if name == "python3" else shutil.which(name)
        assert found is not None, name
        (folder / name).symlink_to(found)
    return {"PATH": str(folder), "HOME": str(folder)}


def start(clone: Path, environment: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        ["/bin/sh", str(clone / "scripts" / "bootstrap.sh"), "sim"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_no_python(clone: Path) -> None:
    code, said = start(clone, tools(clone / "bin", "dirname"))
    assert code == 1
    assert said.startswith("ratel: no Python found; install Python 3.11")
    assert said.count("\n") == 1


def test_an_old_python(clone: Path) -> None:
    environment = tools(clone / "bin", "dirname")
    old = clone / "bin" / "python3"
    old.write_text('#!/bin/sh\ncase "$4" in *exit*) exit 1;; *) echo 3.9.2;; esac\n')
    old.chmod(0o755)
    code, said = start(clone, environment)
    assert code == 1
    assert "Python 3.11 or newer is needed, and python3 is 3.9.2" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("present", "sentence"),
    [
        (["dirname", "python3", "g++"], "perl is needed"),
        (["dirname", "python3", "perl"], "a C++ compiler was not found"),
    ],
)
def test_a_missing_tool(clone: Path, present: list[str], sentence: str) -> None:
    code, said = start(clone, tools(clone / "bin", *present))
    assert code == 1
    assert sentence in said
    assert said.count("\n") == 1


def test_a_wrong_cxx(clone: Path) -> None:
    code, said = start(clone, {**os.environ, "CXX": "no-such-compiler"})
    assert code == 1
    assert "the C++ compiler named by CXX (no-such-compiler) was not found" in said


def test_a_missing_venv_module(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(SetupError, match="venv module is missing"):
        bootstrap.ensure(clone, "sim")


def test_missing_requirements(clone: Path) -> None:
    (clone / "requirements.txt").unlink()
    with pytest.raises(SetupError, match=r"requirements\.txt is missing"):
        bootstrap.ensure(clone, "sim")


def test_it_installs_once(clone: Path, installs: list[str]) -> None:
    bootstrap.ensure(clone, "sim")
    bootstrap.ensure(clone, "sim")
    assert installs == ["sim"]
    bootstrap.ensure(clone, "dev")
    bootstrap.ensure(clone, "dev")
    bootstrap.ensure(clone, "sim")
    assert installs == ["sim", "dev"]


def test_dev_includes_sim(clone: Path, installs: list[str]) -> None:
    bootstrap.ensure(clone, "dev")
    bootstrap.ensure(clone, "sim")
    assert installs == ["dev"]


def test_changed_pins_install_again(clone: Path, installs: list[str]) -> None:
    bootstrap.ensure(clone, "dev")
    (clone / "requirements-dev.txt").write_text("two==3\n")
    bootstrap.ensure(clone, "sim")
    assert installs == ["dev"]
    bootstrap.ensure(clone, "dev")
    assert installs == ["dev", "dev"]


def test_an_interrupt_leaves_no_stamp(
    clone: Path, installs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            bootstrap.ensure(clone, "sim")
    assert not list((clone / ".venv").glob("*.stamp"))
    bootstrap.ensure(clone, "sim")
    assert installs == ["sim"]


def test_after_an_interrupt_packages_are_replaced(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = clone / ".venv"
    venv.mkdir()
    commands: list[list[str]] = []

    def interrupted(command: list[object], *_: object) -> None:
        commands.append([str(word) for word in command])
        if len(commands) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "call", interrupted)
    log = clone / "log"
    with log.open("w") as stream:
        with pytest.raises(KeyboardInterrupt):
            bootstrap.install(clone, venv, "sim", stream, log)
        for _ in range(2):
            bootstrap.install(clone, venv, "sim", stream, log)
    assert ["--force-reinstall" in command for command in commands] == [False, True, False]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shell", "prefix"),
    [
        ({}, None),
        ({"PYTHONDONTWRITEBYTECODE": "1"}, "build/pycache"),
        ({"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": "/mine"}, "/mine"),
    ],
)
def test_byte_code_is_kept_though_not_beside_sources(
    clone: Path, monkeypatch: pytest.MonkeyPatch, shell: dict[str, str], prefix: str | None
) -> None:
    started: list[dict[str, str]] = []
    monkeypatch.setattr(os, "execve", lambda _program, _words, given: started.append(given))
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"):
        monkeypatch.delenv(name, raising=False)
    for name, text in shell.items():
        monkeypatch.setenv(name, text)
    (clone / ".venv").mkdir()
    bootstrap.start(clone / ".venv", clone / "build", "", ["-c", "pass"])
    assert "PYTHONDONTWRITEBYTECODE" not in started[0]
    wanted = None if prefix is None else str(clone / prefix)  # absolute: the path itself
    assert started[0].get("PYTHONPYCACHEPREFIX") == wanted


def test_a_failing_install_is_one_sentence(clone: Path) -> None:
    (clone / "requirements.txt").write_text("ratel-has-no-such-package==1.0\n")
    offline = {**os.environ, "PIP_NO_INDEX": "1", "PYTHON": sys.executable}
    code, said = start(clone, offline)
    assert code == 1
    assert "installing the packages failed" in said
    assert "ratel-has-no-such-package==1.0" in said
    assert "Traceback" not in said
    assert not list((clone / ".venv").glob("*.stamp"))


def test_every_package_is_pinned() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-docs.txt"):
        lines = (ROOT / name).read_text().splitlines()
        packages = [line for line in lines if line and not line.startswith("#")]
        assert packages
        assert all("==" in package for package in packages), name


def test_every_pin_is_for_every_python_that_is_promised() -> None:
    """Debian 12 has 3.11.2: a pin that asks for 3.11.5 ends `make test` there."""
    refused = {}
    for file in ROOT.glob("requirements*.txt"):
        for name in re.findall(r"^([\w.-]+)==", file.read_text(encoding="utf-8"), re.MULTILINE):
            try:
                wanted = metadata.metadata(name).json.get("requires_python", "")
            except metadata.PackageNotFoundError:
                continue  # of another file than those of this environment
            if not all(SpecifierSet(str(wanted)).contains(f"3.{v}.2") for v in range(11, 15)):
                refused[name] = wanted
    assert refused == {}
