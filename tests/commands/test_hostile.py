"""What no command may stumble over: strange files, closed streams, limits of the shell, odd links.

Each ends in one sentence, or as if nothing were strange; never in a traceback, a hang, or with all
memory taken.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from honeyguide.sim.toolchain import clean_environment
from tb.build import ROOT
from tests.commands.support import MNIST, Ended, command, is_one_sentence

LIMIT_KIB = 3 << 20  # far more than a command needs, far less than what it is offered here


def shell(script: str, *words: object, **variables: str) -> Ended:
    """Run a script of the shell in which $0 is Python and the rest are words of a command."""
    done = subprocess.run(
        ["sh", "-c", f"ulimit -v {LIMIT_KIB}; {script}", sys.executable, *map(str, words)],
        cwd=ROOT, env={**clean_environment(), **variables}, stdin=subprocess.DEVNULL,
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    return Ended(
        code=done.returncode,
        out=done.stdout.decode(errors="replace"),
        err=done.stderr.decode(errors="replace"),
    )


def compiled(folder: Path, model: Path | str = MNIST, script: str = "", **variables: str) -> Ended:
    words = ("-m", "scripts.compile", "--model", model, "--results", folder)
    return shell(script or '"$0" "$@"', *words, **variables)


# ---- files that are none


def pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def sparse(path: Path) -> Path:
    path.write_bytes(MNIST.read_bytes())
    os.truncate(path, 5 << 30)
    return path


def not_a_network(path: Path) -> Path:
    path.touch()
    os.truncate(path, 5 << 30)
    return path


def endless(path: Path) -> Path:
    path.symlink_to("/dev/zero")
    return path


@pytest.mark.parametrize("kind", [pipe, endless])
def test_an_onnx_file_that_is_none_is_said_at_once(
    kind: Callable[[Path], Path], tmp_path: Path
) -> None:
    pytest.importorskip("onnx", reason="onnx is installed by the first command that reads one")
    ended = compiled(tmp_path / "results", kind(tmp_path / "x.onnx"))
    assert is_one_sentence(ended), ended
    assert "it is a device or a pipe, no file" in ended.err


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (pipe, "it is a device or a pipe, no file"),
        (lambda path: Path("/dev/zero"), "it is a device or a pipe, no file"),
        (sparse, "has 5120 MiB; a network has 256 MiB or less"),
        (not_a_network, "is not a TensorFlow Lite file"),
        (lambda path: path.parent, "Is a directory"),
    ],
)
def test_what_is_no_network_is_said_at_once(
    make: Callable[[Path], Path], said: str, tmp_path: Path
) -> None:
    ended = compiled(tmp_path / "results", make(tmp_path / "x.tflite"))
    assert is_one_sentence(ended), ended
    assert said in ended.err


def larger_than_it_is(path: Path) -> Path:
    np.save(path, np.zeros((1, 28, 28, 1), np.int8))
    head, body = path.read_bytes()[:128], path.read_bytes()[128:]
    told = head.replace(b"(1, 28, 28, 1), }", b"(900000000000,), }")
    path.write_bytes(told.replace(b" " * (len(told) - len(head)), b"", 1)[:128] + body)
    return path


@pytest.mark.parametrize(
    ("make", "said"),
    [(pipe, "it is a device or a pipe, no file"), (larger_than_it_is, "is not a NumPy file")],
)
def test_inputs_that_are_none(make: Callable[[Path], Path], said: str, tmp_path: Path) -> None:
    path = make(tmp_path / "x.npy")
    ended = command("run", "--model", MNIST, "--input", path, results=tmp_path / "results")
    assert is_one_sentence(ended), ended
    assert said in ended.err


def test_more_inputs_than_there_is_memory(tmp_path: Path) -> None:
    ended = command("run", "--model", MNIST, "--count", 10**11, results=tmp_path)
    assert is_one_sentence(ended), ended
    assert "not enough memory" in ended.err


# ---- streams and limits


@pytest.mark.parametrize("script", ['"$0" "$@" >&-', '"$0" "$@" 2>&-', '"$0" "$@" <&-'])
def test_closed_streams(script: str, tmp_path: Path) -> None:
    ended = compiled(tmp_path, script=script)
    assert (ended.code, ended.err) == (0, ""), ended
    assert (tmp_path / "reports" / "compile.json").is_file()


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    ended = compiled(tmp_path, script='"$0" "$@" --list | head -1')
    assert (ended.out.count("\n"), ended.err) == (1, ""), ended


def test_a_disk_that_is_full_under_the_output(tmp_path: Path) -> None:
    ended = compiled(tmp_path, script='"$0" "$@" >/dev/full')
    assert is_one_sentence(ended), ended
    assert "no space left" in ended.err


def test_a_name_that_the_terminal_can_not_show(tmp_path: Path) -> None:
    path = tmp_path / "réseau.tflite"
    path.write_bytes(MNIST.read_bytes())
    ended = compiled(tmp_path, path, PYTHONIOENCODING="ascii")
    assert ended.code == 0, ended
    wrong = compiled(tmp_path, tmp_path / "été.tflite", PYTHONIOENCODING="ascii")
    assert is_one_sentence(wrong), wrong


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("-f 1", "the shell lets no file grow that large (ulimit -f)"),
        ("-v 400000", ""),
        ("-n 32", ""),
    ],
)
def test_limits_of_the_shell(limit: str, said: str, tmp_path: Path) -> None:
    ended = compiled(tmp_path, script=f'ulimit {limit}; "$0" "$@"')
    assert is_one_sentence(ended) if said else ended.code == 0, ended
    assert said in ended.err


# ---- what lies where results go


def folder_for_a_report(results: Path) -> None:
    (results / "reports" / "compile.json").mkdir(parents=True)


def link_to_nowhere(results: Path) -> None:
    results.mkdir()
    (results / "runs").symlink_to("/nowhere/at/all")


def circle(results: Path) -> None:
    results.mkdir()
    (results / "circle").symlink_to("circle")
    (results / "reports").symlink_to("circle")


def file_in_the_way(results: Path) -> None:
    results.write_text("")


@pytest.mark.parametrize("spoil", [folder_for_a_report, link_to_nowhere, circle, file_in_the_way])
def test_a_results_folder_that_can_not_be_used(
    spoil: Callable[[Path], None], tmp_path: Path
) -> None:
    results = tmp_path / "results"
    spoil(results)
    ended = compiled(results)
    assert is_one_sentence(ended), ended
    assert str(results) in ended.err
