"""A process that has imported the libraries, but nothing of the project, and forks for pytest.

    launcher --line: {"arguments", "log", "reach", "cpu_s"}--> station --fork--> pytest in the tree
             <-------line: {"code", "cpu_s"}------------------

It runs in a copy of the project, so also what tests start themselves is the changed one. A fork may
take so many seconds of CPU: a count, as the clock says nothing of a mutant on a busy machine.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from honeyguide.project import ROOT

OUT_OF_TIME = -int(signal.SIGXCPU)
OUT_OF_CLOCK = -int(signal.SIGALRM)  # which says nothing about the code
CLOCK_S = 1200  # of a fork that does not compute and does not end either


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a pytest run ended: its exit code (negative: a signal) and the CPU time it took."""

    code: int
    cpu_s: float


def own_folders(root: Path) -> list[Path]:
    """Return where a copy of the project has its modules and, if it has it, honeyguide."""
    home = Path(__file__).resolve().parents[3]
    return [root, *([root / home.relative_to(ROOT)] if home.is_relative_to(ROOT) else [])]


class Station:
    """A station in a folder; `with` ends it."""

    def __init__(self, root: Path, preload: Sequence[str]) -> None:
        env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
        env["PYTHONPATH"] = os.pathsep.join(map(str, own_folders(root)))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "honeyguide.mutate.python.station", *preload],
            cwd=root, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __enter__(self) -> Station:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def run(
        self, arguments: Sequence[str], log: Path, *, cpu_s: float, reach: Path | None = None,
        files: Sequence[str] = (),
    ) -> Ran:  # fmt: skip
        """Run pytest with these arguments; what it says goes into `log`.

        With `reach`, which lines of `files` each test runs goes there.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        wanted = {
            "arguments": list(arguments), "log": str(log.resolve()), "cpu_s": cpu_s,
            "reach": str(reach.resolve()) if reach else "", "files": list(files),
        }  # fmt: skip
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        return Ran(**json.loads(self._process.stdout.readline()))


def main(preload: Sequence[str]) -> None:
    """Serve until nobody asks any more."""
    for name in ("pytest", "_pytest.assertion.rewrite", *preload):
        importlib.import_module(name)
    for line in sys.stdin:
        wanted = json.loads(line)
        before = _children_cpu()
        pid = os.fork()
        if not pid:
            _become(wanted)
        code = _ended(pid)
        answer = {"code": code, "cpu_s": _children_cpu() - before}
        print(json.dumps(answer), flush=True)


def _become(wanted: dict[str, str | list[str] | float]) -> None:
    os.setsid()
    log = os.open(str(wanted["log"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    seconds = int(float(str(wanted["cpu_s"]))) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
    import pytest

    code = 3  # pytest's for an internal error
    try:
        plugins: list[object] = []
        if wanted["reach"]:
            from honeyguide.mutate.python.reach import Reach

            files = wanted["files"]
            assert isinstance(files, list)
            plugins.append(Reach(Path(str(wanted["reach"])), Path.cwd(), files))
        arguments = wanted["arguments"]
        assert isinstance(arguments, list)
        code = int(pytest.main(arguments, plugins=plugins))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _ended(pid: int) -> int:
    late = False

    def ring(*_: object) -> None:
        nonlocal late
        late = True
        _kill(pid)

    signal.signal(signal.SIGALRM, ring)
    signal.alarm(CLOCK_S)
    _, status = os.waitpid(pid, 0)
    signal.alarm(0)
    _kill(pid)  # what it started
    return OUT_OF_CLOCK if late else os.waitstatus_to_exitcode(status)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(sys.argv[1:])
