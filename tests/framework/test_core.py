"""The description of a core: what is wrong with it is one sentence; and who asks for it."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest

from honeyguide.__main__ import COMMANDS
from honeyguide.faults import command
from honeyguide.faults.campaign import Outcome
from honeyguide.faults.faults import Fault
from honeyguide.faults.tests import Failure
from honeyguide.report.command import own_command
from honeyguide.report.files import Results

SECTION = '[tool.honeyguide]\nname = "adder"\n'


def honeyguide(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The framework's command, as somebody else's project calls it."""
    kept = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(("HONEYGUIDE_", "RATEL_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "honeyguide", *words], cwd=folder, env=kept, text=True,
        capture_output=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "module", "said"),
    [
        ("", "", "honeyguide: "),
        (SECTION, "", "needs a section [tool.honeyguide] with a line like"),
        (f'{SECTION}core = "bench"\n', "", "needs a section [tool.honeyguide] with a line like"),
        (f'{SECTION}core = "described:CORE"\n', "", "'described:CORE' can't be imported"),
        (f'{SECTION}core = "described:CORE"\n', "other = 1\n", "can't be imported"),
        (f'{SECTION}core = "described:CORE"\n', "CORE = 1\n", "is a int, not a honeyguide.core"),
    ],
)
def test_a_bad_description_is_one_sentence(
    settings: str, module: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
    if module:
        (tmp_path / "described.py").write_text(module, encoding="utf-8")
    done = honeyguide(tmp_path, "regress", "--n", "1")
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_unknown_command_lists_those_there_are(tmp_path: Path) -> None:
    done = honeyguide(tmp_path, "regres")
    assert done.returncode == 1
    assert "|".join(COMMANDS) in done.stderr


def test_a_project_without_a_makefile_is_told_the_frameworks_commands() -> None:
    names = {"N": 1, "TESTS": "a.B@pin", "CONFIG": "", "SEED": 7, "WAVES": 1}
    told = own_command("regress", names, ["--env", "X=a b"])
    assert told == (
        "python -m honeyguide regress --n 1 --tests a.B@pin --seed 7 --waves --env 'X=a b'"
    )


@pytest.mark.parametrize("built", [True, False, None])
def test_a_fault_that_nothing_catches_fails_the_selftest(
    built: bool | None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """None: no test failed; False: nothing was built, so nothing was caught."""
    fault = Fault(name="01_lost", module="adder", kind="k", breaks="b", patch="")
    failure = None
    if built is not None:
        failure = Failure(test="t", message="m", built=built, passed=0)
    outcome = Outcome(fault=fault, failure=failure, seconds=1.0)
    monkeypatch.setattr(command, "simulated", lambda *_, **__: iter([outcome]))
    monkeypatch.setattr(command, "Results", partial(Results, folder=tmp_path))
    code = command.run_simulated([fault], folder=tmp_path, jobs=1)
    assert code == (0 if built else 1)
    assert ("FAIL: not caught: 01_lost" in capsys.readouterr().out) == (not built)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there(name: str) -> None:
    assert callable(import_module(COMMANDS[name]).main)
