"""A user's mistake gives a sentence; the configurations are read from one file."""

from __future__ import annotations

import argparse
import errno
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from honeyguide import cli
from honeyguide.sim.configurations import configurations, default_configuration
from tb.core import CONFIGS, RATEL


def leave(command: Callable[[list[str]], int], *expected: type[Exception]) -> int:
    with pytest.raises(SystemExit) as exit_info:
        cli.run_command(command, *expected, argv=[])
    assert isinstance(exit_info.value.code, int)
    return exit_info.value.code


def raising(error: BaseException) -> Callable[[list[str]], int]:
    def command(_: list[str]) -> int:
        raise error

    return command


def test_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert leave(lambda _: 0) == 0
    assert leave(lambda _: 3) == 3
    assert leave(raising(cli.UserError("no such test"))) == 1
    assert capsys.readouterr().err == "ratel: no such test\n"
    assert leave(raising(KeyError("mine")), KeyError) == 1
    assert leave(raising(KeyboardInterrupt())) == 130


def test_our_own_faults_keep_their_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        cli.run_command(raising(ZeroDivisionError()), argv=[])


@pytest.mark.parametrize("words", [["--images", "0"], ["--images", "x"], ["--seed", "-1"], ["-z"]])
def test_a_wrong_argument_is_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    parser = cli.parser("sim", "about")
    parser.add_argument("--images", type=cli.count)
    parser.add_argument("--seed", type=cli.seed)
    with pytest.raises(SystemExit) as exit_info:
        parser.parse_args(words)
    assert exit_info.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("ratel: ")
    assert said.count("\n") == 1


def test_what_misses_is_told_as_make_wants_it(capsys: pytest.CaptureFixture[str]) -> None:
    parser = cli.parser("bisect", "about")
    parser.add_argument("--good", required=True)
    parser.add_argument("--test", required=True)
    with pytest.raises(SystemExit):
        parser.parse_args([])
    assert "ratel: say GOOD= TEST= (of make; here --good --test)" in capsys.readouterr().err


def test_numbers() -> None:
    assert cli.count("12") == 12
    assert cli.seed("0x10") == 16


def test_the_configurations_of_the_repository() -> None:
    assert {"4x4", "8x8", "16x16"} <= set(configurations(CONFIGS))
    assert default_configuration(CONFIGS) in configurations(CONFIGS)
    assert RATEL.parameters("4x4")["Rows"] == 4


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "is missing"),
        ("= what", "can't be read"),
        ("default = '8x8'\n", "names no configuration"),
        ("[config.a]\nRows = 'four'\n", "Rows of a must be a number"),
    ],
)
def test_a_bad_file_of_configurations(tmp_path: Path, text: str | None, sentence: str) -> None:
    path = tmp_path / "configs.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(cli.UserError, match=sentence):
        configurations(path)


def test_an_unknown_default(tmp_path: Path) -> None:
    path = tmp_path / "configs.toml"
    path.write_text('default = "2x2"\n[config.a]\nRows = 4\n')
    with pytest.raises(cli.UserError, match="'2x2' is not in the list"):
        default_configuration(path)


def test_an_unknown_configuration() -> None:
    with pytest.raises(cli.UserError, match="unknown configuration '3x3'; there are"):
        RATEL.parameters("3x3")


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), ("007", 7), ("0", 0), ("000", 0), ("0x1F", 31), ("0X1f", 31), (" 12 ", 12)],
)
def test_every_command_reads_numbers_alike(text: str, number: int) -> None:
    assert cli.seed(text) == number
    if number:
        assert cli.count(text) == number


@pytest.mark.parametrize("text", ["", "-1", "1.0", "1e3", "0x", "1_000", "\u0663", "seven", "0x-1"])
def test_what_is_no_number_is_said(text: str) -> None:
    for kind, word in ((cli.seed, "seed"), (cli.count, "1 or more")):
        with pytest.raises(argparse.ArgumentTypeError, match=word):
            kind(text)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(errno.ENOSPC, "No space left", "/d/x"), "no space left on the disk of /d/x"),
        (OSError(errno.EACCES, "Permission denied", "/d/x"), "/d/x can't be written to"),
        (OSError(errno.EROFS, "Read-only file system", "/d/x"), "BUILD=/some/folder"),
    ],
)
def test_what_the_system_refuses_is_one_sentence(
    error: OSError, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert leave(raising(error)) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1


def test_other_faults_of_the_system_keep_their_traceback() -> None:
    with pytest.raises(OSError, match="Input/output"):
        cli.run_command(raising(OSError(errno.EIO, "Input/output error", "/d/x")), argv=[])


@pytest.mark.parametrize("number", [2, 15, 1])  # SIGINT, SIGTERM, SIGHUP
def test_an_interrupt_during_the_imports_is_one_sentence(number: int) -> None:
    script = (
        "import os, signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {1, 2, 15})\n"  # as the launcher does
        f"os.kill(os.getpid(), {number})\n"
        "from honeyguide import cli\n"
        "cli.run_command(lambda _: print('ran') or 0, argv=[])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.endswith(": interrupted.\n")
    assert done.stderr.count("\n") == 1
