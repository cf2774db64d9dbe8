"""Watching: a round at the start and at each save, whatever was saved; ^C ends it all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from honeyguide.watching import changed, named, state_of
from tb.build import ROOT

LONGEST_S = 60.0
WATCH = """
import signal
import sys
from pathlib import Path
from honeyguide.watching import watch

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
folder = Path(sys.argv[1])

def prepare():
    sys.path.insert(0, str(folder))
    import subject
    return subject.begin()

sys.exit(0 if watch([folder], prepare) else 1)
"""
SUBJECT = """
import os
from pathlib import Path
from honeyguide.cli import UserError
from honeyguide.sim.errors import HdlError

def begin():
    return go

def go():
    text = Path(__file__).with_name("core.v").read_text()
    if "syntax" in text:
        raise HdlError("core.v:1: no such thing")
    if "kill" in text:
        os.kill(os.getpid(), 9)
    print(f"round one of {os.getpid()}: {text}")
"""


class Watched:
    """A folder that a process watches, and what that process says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", WATCH, str(folder)], cwd=ROOT, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
            env={
                **os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tb'}", "PYTHONDONTWRITEBYTECODE": "1",
            },
        )  # fmt: skip

    def until(self, text: str) -> list[str]:
        """Return the lines up to one with a text; the test's own time-out is that of reading."""
        timer = threading.Timer(LONGEST_S, self.process.kill)
        timer.start()
        lines = []
        for line in self.process.stdout or ():
            lines.append(line.rstrip())
            if text in line:
                break
        timer.cancel()
        assert lines, "it has ended"
        assert text in lines[-1], lines
        return lines

    def save(self, name: str, text: str) -> list[str]:
        """Save a file; return what is said up to the next wait."""
        (self.folder / name).write_text(text)
        return self.until("waiting for a save")


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    (tmp_path / "core.v").write_text("first")
    (tmp_path / "subject.py").write_text(SUBJECT)
    found = Watched(tmp_path)
    yield found
    found.process.kill()
    found.process.wait()


def pid_of(lines: list[str]) -> int:
    (line,) = (line for line in lines if line.startswith("round "))
    return int(line.split(" of ")[1].split(":")[0])


def test_a_round_at_each_save(watched: Watched) -> None:
    begun = watched.until("waiting for a save")
    assert begun[0].endswith(": first")
    (watched.folder / ".core.v.swp").write_text("x")
    (watched.folder / "notes.txt").write_text("x")
    saved = watched.save("core.v", "second")
    assert saved[1].startswith("saved: ")
    assert saved[1].endswith("core.v")
    assert saved[2].endswith(": second")
    assert pid_of(saved) == pid_of(begun)  # nothing is imported again for Verilog
    fresh = watched.save("subject.py", SUBJECT.replace("round one", "round two"))
    assert fresh[2].startswith("round two")
    assert pid_of(fresh) != pid_of(begun)


def test_mistakes_are_sentences_and_it_goes_on(watched: Watched) -> None:
    begun = watched.until("waiting for a save")
    refused = watched.save("core.v", "a syntax error")
    assert refused[2:] == ["FAIL: core.v:1: no such thing", "waiting for a save; ^C ends"]
    assert pid_of(watched.save("core.v", "repaired")) == pid_of(begun)
    half = watched.save("subject.py", "def go(:\n")
    assert half[2].startswith("FAIL: ")
    assert "subject.py:1: invalid syntax" in half[2]
    assert len(half) == 4
    raised = watched.save("subject.py", "import no_such_module\n")
    assert raised[2].startswith("FAIL: ")
    assert raised[2].endswith("ModuleNotFoundError: No module named 'no_such_module'")
    assert watched.save("subject.py", SUBJECT)[2].endswith(": repaired")
    killed = watched.save("core.v", "kill")
    assert killed[2] == "FAIL: what runs the tests ended with -9"
    assert watched.save("core.v", "alive")[2].endswith(": alive")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_it_and_its_worker(watched: Watched, number: signal.Signals) -> None:
    worker = pid_of(watched.until("waiting for a save"))
    if number is signal.SIGINT:
        os.killpg(watched.process.pid, number)  # as a terminal does it
        assert watched.until("no longer watching")
        assert watched.process.wait(timeout=LONGEST_S) == 0
    else:
        watched.process.send_signal(number)
        watched.process.wait(timeout=LONGEST_S)
    deadline = threading.Event()
    for _ in range(200):
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        deadline.wait(0.05)
    pytest.fail("the worker is still there")


def test_what_was_asked_for_and_is_not_there_ends_it(tmp_path: Path) -> None:
    (tmp_path / "core.v").write_text("first")
    wrong = SUBJECT.replace("    return go", "    raise UserError('there is no test x')")
    (tmp_path / "subject.py").write_text(wrong)
    found = Watched(tmp_path)
    said, _ = found.process.communicate(timeout=LONGEST_S)
    assert found.process.returncode == 1
    assert said == "ratel: there is no test x\n"


def test_a_file_that_comes_goes_or_changes_is_seen(tmp_path: Path) -> None:
    for name in ("a.v", "b.v", "c.py"):
        (tmp_path / name).write_text("x")
    old = state_of([tmp_path])
    assert len(old) == 3
    (tmp_path / "a.v").unlink()
    (tmp_path / "b.v").write_text("xy")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "d.sv").write_text("x")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "e.v").write_text("x")
    (tmp_path / ".#b.v").symlink_to("nowhere")
    found = changed(old, state_of([tmp_path]))
    assert [Path(path).name for path in found] == ["a.v", "b.v", "d.sv"]
    assert named([f"{ROOT}/rtl/{n}.v" for n in range(6)]).endswith("rtl/3.v and 2 more")
