"""Commands change nothing outside the checkout but the caches that the documents name.

Each runs with a home and a folder for temporary files of its own, which must be as they were
afterwards, and so must owner and mode of every device: as root, lint once made /dev/null 0755.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
MNIST = "models/mnist/mnist.tflite"
# Named in docs/running.md; what else appears is a finding.
CACHES = {".cache/ccache", ".cache/honeyguide"}
# One test of a stage; in the other stages that are tests nothing matches, so they would only look.
MARKER = ("--keyword", "test_watch_marker", "--only", "unit", "--jobs", "1")
QUICK = {
    "lint": ["scripts.lint", "--config", "4x4"],
    "generate": ["scripts.generate", "--check"],
    "compile": ["scripts.compile", "--model", MNIST],
    "check": ["scripts.model_check", "--model", MNIST],
    "testplan": ["scripts.testplan"],
    "fuzz-files": ["scripts.fuzz", "--n", "8", "--jobs", "1"],
    "test": ["scripts.check", *MARKER],
    "nightly": ["scripts.check", "--nightly", *MARKER],
    "format": ["ruff", "format", "--check", "."],
}
SMALL = ["--config", "8x8", "--jobs", "1"]
SIMULATED = {
    "sim": ["scripts.sim", "--images", "1", "--smoke", "smoke"],
    "run": ["scripts.run", "--model", MNIST],
    "bench": ["scripts.bench", "--only", "conv3x3", "--no-speed"],
    "regress": ["scripts.regress", "--n", "2", "--tests", "smoke", *SMALL],
    "networks": ["scripts.networks", "--only", "mnist", "--count", "1"],
    "coverage": ["scripts.coverage", "--n", "2", "--tests", "smoke", *SMALL, "--functional",
                 "--no-bars"],
    "waves": ["scripts.waves", "--test", "smoke.FenceAlone", "--no-view"],
    "soc": ["scripts.soc", "--programs", "1"],
}  # fmt: skip
# These break the core, prove it, run another or every random test: `make nightly` watches them.
LONG = {
    "replay": ["scripts.replay", "--n", "1", *SMALL],
    "selftest": ["scripts.selftest", "--fault", "001", "--jobs", "1"],
    "prove": ["scripts.prove", "--only", "ratel_fifo", "--jobs", "1"],
    "example": ["scripts.example"],
    "mutate": ["scripts.mutate", "--n", "2", "--module", "ratel_fifo", "--jobs", "1"],
    "equiv": ["scripts.equiv", "--only", "ratel_fifo"],
    "area": ["scripts.area", "--config", "4x4", "--most", "100"],
    "fuzz": ["scripts.random_networks", "--n", "1"],
    "docs": ["scripts.docs"],
    "diff": ["scripts.diff"],
    "shrink": ["scripts.shrink", "--test", "smoke.FenceAlone"],
    "bisect": ["scripts.first_bad", "--good", "HEAD", "--test", "smoke.FenceAlone"],
    "trend": ["scripts.trend"],
    "summary": ["scripts.summary"],
}
# These need a run that failed, or two regressions: here they say that there is none.
WANTING = {"diff", "shrink", "bisect", "trend", "summary"}
# They make the environment, remove what was made, write into the checkout as they must, print, run
# until they are interrupted, or wait for a debugger's commands.
NOT_WATCHED = {"env", "env-dev", "clean", "distclean", "help", "new-test", "watch", "debug"}

# An option of output followed by a device, in a list of words or in a line of a shell.
TOOLS = ("scripts", "tb", "sw", "spec", "models", "integration", "examples")
TO_A_DEVICE = re.compile(r"""(-o|--output)["', =]*(/dev/|os\.devnull)""")


def devices(folder: Path = Path("/dev")) -> dict[str, tuple[int, int, int]]:
    """Return mode and owner of what lies in /dev."""
    found = {}
    for path in folder.iterdir():
        state = path.lstat()
        if not stat.S_ISDIR(state.st_mode):
            found[path.name] = (state.st_mode, state.st_uid, state.st_gid)
    return found


def files(folder: Path) -> dict[str, tuple[int, int, float]]:
    """Return mode, size and time of everything below a folder that is in no named cache."""
    found = {}
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        if any(name == cache or name.startswith(f"{cache}/") for cache in CACHES):
            continue
        if any(cache.startswith(f"{name}/") for cache in CACHES):
            continue  # the folder that caches lie in
        state = path.lstat()
        found[name] = (state.st_mode, state.st_size, state.st_mtime)
    return found


def changes(words: list[str], folder: Path, *, works: bool = False) -> list[str]:
    """Run a command under the watch; return what it left or changed outside of the checkout.

    A command that `works` must end well: one that ends at once changes nothing.
    """
    home, temporary = folder / "home", folder / "tmp"
    for path in (home, temporary):
        path.mkdir()
    (home / "mine.txt").write_text("mine")
    before: list[dict[str, Any]] = [devices(), files(home), files(temporary)]
    environment = {**os.environ, "HOME": str(home), "TMPDIR": str(temporary)}
    for name in ("XDG_CACHE_HOME", "CCACHE_DIR", "YOWASP_CACHE_DIR", "HONEYGUIDE_RUN"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, check=False,
        text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert not works or done.returncode == 0, done.stdout + done.stderr
    after: list[dict[str, Any]] = [devices(), files(home), files(temporary)]
    return [
        f"{where}/{name}"
        for where, old, new in zip(("/dev", "~", "$TMPDIR"), before, after, strict=True)
        for name in sorted(set(old) | set(new))
        if old.get(name) != new.get(name)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_a_command_leaves_the_machine_as_it_was(name: str, tmp_path: Path) -> None:
    assert changes(["-m", *QUICK[name]], tmp_path, works=True) == []


@pytest.mark.sim
@pytest.mark.slow
@pytest.mark.parametrize("name", SIMULATED)
def test_a_simulating_command_leaves_the_machine_as_it_was(name: str, tmp_path: Path) -> None:
    assert changes(["-m", *SIMULATED[name]], tmp_path, works=True) == []


@pytest.mark.sim
@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.parametrize("name", LONG)
def test_a_long_command_leaves_the_machine_as_it_was(name: str, tmp_path: Path) -> None:
    assert changes(["-m", *LONG[name]], tmp_path, works=name not in WANTING) == []


def test_every_target_is_watched() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert targets == {*QUICK, *SIMULATED, *LONG} | NOT_WATCHED


def test_watch_marker() -> None:
    """Be the one test that the watched `make test` and `make nightly` choose."""


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import os, pathlib; pathlib.Path(os.environ['HOME'], '.x').touch()", "~/.x"),
        ("import os; os.chmod(os.environ['HOME'] + '/mine.txt', 0o700)", "~/mine.txt"),
        ("import tempfile; tempfile.mkdtemp(prefix='left')", "$TMPDIR/left"),
    ],
)
def test_the_watch_sees_what_is_left(program: str, said: str, tmp_path: Path) -> None:
    assert [text for text in changes(["-c", program], tmp_path) if text.startswith(said)]


def test_the_watch_sees_a_device_that_others_may_no_longer_use(tmp_path: Path) -> None:
    device = tmp_path / "null"
    device.touch()
    device.chmod(0o666)
    before = devices(tmp_path)
    assert devices(tmp_path) == before
    device.chmod(0o755)
    assert devices(tmp_path) != before


def test_no_tool_is_told_to_write_to_a_device() -> None:
    """A shell may send text there; a tool that makes its output anew changes the device itself."""
    kinds = (".py", ".sh", ".mk", ".tcl", ".toml")
    tools = [path for name in TOOLS for path in (ROOT / name).rglob("*") if path.suffix in kinds]
    assert len(tools) > 100
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in (ROOT / "Makefile", *tools)
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
        if TO_A_DEVICE.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('["iverilog", "-o", "/dev/null"]', True), ("iverilog -o/dev/null x.v", True),
        ("cc --output=/dev/null", True), ('["cc", "-o", os.devnull]', True),
        ("command -v cc > /dev/null 2>&1", False), ("open(os.devnull)", False),
    ],
)  # fmt: skip
def test_a_device_as_an_output_is_told_from_a_redirection(line: str, told: bool) -> None:
    assert bool(TO_A_DEVICE.search(line)) == told
