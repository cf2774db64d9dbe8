"""Builds and runs at any path, on a full disk, and whatever the shell's environment holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from honeyguide import place, surroundings
from honeyguide.lint.python import ruff_rules
from honeyguide.project import own_prefix, shell_settings
from honeyguide.sim import SimBuild, SimRun, build, run
from honeyguide.sim.toolchain import clean_environment

DESIGNS = Path(__file__).parent / "designs"
COUNTER = SimBuild(top="counter", sources=[DESIGNS / "counter.v"])
ODD = 'it\'s a "b" $HOME:x&y#(z)=w; ü\\é%,*[1]{2}!<>|~`^'
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def cache(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A cache of the test's own."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    place.cache_folder.cache_clear()
    place.link_to.cache_clear()
    yield folder / "honeyguide"
    place.cache_folder.cache_clear()
    place.link_to.cache_clear()


def test_a_plain_path_stays_as_it_is(tmp_path: Path, cache: Path) -> None:
    assert place.plain(tmp_path / "x.v") == tmp_path / "x.v"
    assert place.workshop(tmp_path / "sim") == tmp_path / "sim"
    assert not cache.exists(), "nothing outside is touched"


@pytest.mark.parametrize("character", sorted(set(ODD) - set("itsabxyzw12HOME")))
def test_each_odd_character_is_kept_from_tools(tmp_path: Path, character: str) -> None:
    folder = tmp_path / f"a{character}b"
    folder.mkdir()
    (folder / f"x{character}.v").write_text("module")
    for path in (folder, folder / f"x{character}.v", folder / "later" / "y.v"):
        found = place.plain(path)
        assert place.is_plain(found)
        assert found.resolve() == path.resolve()
        assert found.suffix == path.suffix
    made = place.workshop(folder / "sim")
    assert place.is_plain(made.resolve())
    assert (folder / "sim").resolve() == made.resolve()
    assert place.workshop(folder / "sim") == made


def test_links_lead_people_back(tmp_path: Path) -> None:
    folder = tmp_path / ODD
    folder.mkdir()
    told = f"%Error: {place.plain(folder / 'x.v')}:3: syntax error"
    assert place.real(told) == f"%Error: {folder / 'x.v'}:3: syntax error"


def test_two_folders_of_the_same_reading_have_two_links(tmp_path: Path) -> None:
    assert place.plain(tmp_path / "a b") != place.plain(tmp_path / "a:b")


@pytest.mark.parametrize("home", ["", "/proc/nowhere", "relative", "/tmp/o dd"])
def test_a_home_that_can_not_be_used_is_not(monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", home)
    place.cache_folder.cache_clear()
    assert place.cache_folder() == Path(f"/var/tmp/honeyguide-{os.getuid()}")


def test_a_cache_of_somebody_else_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place.usable(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path)
    assert not place.usable(tmp_path / "link")
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert not place.usable(tmp_path)


@pytest.mark.sim
def test_a_simulation_is_built_and_run_at_an_odd_path(tmp_path: Path) -> None:
    folder = tmp_path / ODD
    folder.mkdir()
    for name in ("counter.v", "counter_bench.py"):
        (folder / name).write_bytes((DESIGNS / name).read_bytes())
    wanted = replace(COUNTER, sources=[folder / "counter.v"], includes=[folder], traced=True)
    where = build(wanted, root=folder / "sim")
    assert build(wanted, root=folder / "sim") == where, "built once"
    result = run(
        SimRun(
            build=where, module="counter_bench", test="passes", python_path=[folder],
            results_dir=folder / "results", timeout_s=120, waves=True,
        )
    )  # fmt: skip
    assert result.passed, result.message
    assert result.waves is not None
    assert result.waves.is_relative_to(folder)


# ---- a full disk

FULL = """
import os, sys
from dataclasses import replace
from pathlib import Path
from honeyguide.sim import HdlError, SimRun, build, run
from tests.framework.test_place import COUNTER, DESIGNS
disk = Path(sys.argv[1])
try:
    build(COUNTER, root=disk / "sim", store=disk / "objects")
    print("built")
except HdlError as error:
    print("refused:", error)
os.system(f"mount -o remount,size=600m {disk}")
where = build(COUNTER, root=disk / "sim", store=disk / "objects")
wanted = SimRun(build=where, module="counter_bench", test="passes", python_path=[DESIGNS],
                results_dir=disk / "r", timeout_s=120)
print(run(wanted).status)
with open(disk / "filler", "wb", buffering=0) as filler:
    try:
        while True:
            filler.write(bytes(1 << 12))
    except OSError:
        pass
result = run(wanted)
print(result.status, result.message)
"""


def on_a_small_disk(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python with a disk of 2 MB mounted at `folder`, in a name space of its own."""
    folder.mkdir()
    probe = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", str(folder)]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a disk in a name space of their own")
    script = 'mount -t tmpfs -o size=2m tmpfs "$0" && exec "$@"'
    return subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, str(folder), sys.executable, *words],
        cwd=ROOT, env=clean_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.sim
def test_a_full_disk_is_said_and_nothing_half_written_is_reused(tmp_path: Path) -> None:
    done = on_a_small_disk(tmp_path / "disk", "-c", FULL, str(tmp_path / "disk"))
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert lines[0].startswith("refused: ")
    assert "no space left on the disk of" in lines[0]
    assert lines[1] == "pass"
    assert lines[2].startswith("crash no space left on the disk of")


def test_a_command_on_a_full_disk_ends_with_one_sentence(tmp_path: Path) -> None:
    mnist = ROOT / "models" / "mnist" / "mnist.tflite"
    fill = (
        "import runpy, sys; from pathlib import Path\n"
        "disk = Path(sys.argv[1])\n"
        "try:\n"
        "    with open(disk / 'filler', 'wb', buffering=0) as filler:\n"
        "        while filler.write(bytes(4096)): pass\n"
        "except OSError: pass\n"
        f"sys.argv = ['compile', '--model', {str(mnist)!r}, '--results', str(disk)]\n"
        "runpy.run_module('scripts.compile', run_name='__main__')\n"
    )
    done = on_a_small_disk(tmp_path / "disk", "-c", fill, str(tmp_path / "disk"))
    assert done.returncode == 1
    assert "no space left on the disk of" in done.stderr.lower()
    assert done.stderr.count("\n") == 1, done.stderr


# ---- the shell's environment

LEAKS = {
    "MAKEFLAGS": "-k CXX=false", "VERILATOR_ROOT": "/nowhere", "VERILATOR_BIN": "false",
    "COCOTB_TEST_FILTER": "none", "COCOTB_RESULTS_FILE": "/nowhere/x.xml", "GPI_USERS": "x",
    "PYTHONPATH": "/nowhere", "PYTHONSTARTUP": "/nowhere", "PYTHONOPTIMIZE": "2",
    "PYTHONHASHSEED": "77", "PYTHONWARNINGS": "error", "CXXFLAGS": "-no-such-flag",
    "CPPFLAGS": "-no-such-flag", "LDFLAGS": "-no-such-flag", "OPT_FAST": "-no-such-flag",
    "WAVES": "1", "TOPLEVEL": "x", "RATEL_LAYERS": "0", "RATEL_SEED": "99", "RATEL_CONFIG": "x",
    "RATEL_COVERAGE": "1",
}  # fmt: skip


@pytest.mark.sim
def test_nothing_of_the_shell_reaches_a_build_or_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in LEAKS.items():
        monkeypatch.setenv(name, text)
    left = {name for name in clean_environment() if name in LEAKS}
    assert left == {"VERILATOR_ROOT"}, "it is the launcher's own"
    where = build(COUNTER, root=tmp_path / "sim")
    result = run(
        SimRun(
            build=where, module="counter_bench", test="passes", python_path=[DESIGNS],
            results_dir=tmp_path / "r", timeout_s=120,
        )
    )  # fmt: skip
    assert result.passed, result.message


def test_settings_that_a_shell_may_make_are_in_force_and_others_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = dict(os.environ)
    monkeypatch.setattr(os, "environ", {"RATEL_MODELS": "/m", "RATEL_LAYERS": "3", "HOME": "/h"})
    try:
        settings, taken = surroundings.settle(own_prefix(), shell_settings())
        assert settings == {"RATEL_MODELS": "/m"}
        assert taken == ["RATEL_LAYERS"]
        assert dict(os.environ) == {"RATEL_MODELS": "/m", "HOME": "/h"}
        assert surroundings.in_force() == {"RATEL_MODELS": "/m"}
    finally:
        monkeypatch.setattr(os, "environ", before)
        surroundings.settle("", ())


def test_a_report_says_what_came_from_the_shell(tmp_path: Path) -> None:
    mnist = ROOT / "models" / "mnist" / "mnist.tflite"
    clean = surroundings.cleaned(os.environ, own="RATEL_")
    done = subprocess.run(
        [sys.executable, "-m", "scripts.compile", "--model", str(mnist),
         "--results", str(tmp_path)],
        cwd=ROOT, env={**clean, "RATEL_MODELS": "/m", "RATEL_CONFIG": "4x4"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert "ratel: set in the shell and not used: RATEL_CONFIG" in done.stderr
    assert "ratel: from the shell: RATEL_MODELS=/m" in done.stderr
    report = json.loads((tmp_path / "reports" / "compile.json").read_text())
    assert report["environment"] == {"RATEL_MODELS": "/m"}
    assert report["config"] == "8x8"


def test_ruff_s_patterns_hold_at_an_odd_path(tmp_path: Path) -> None:
    folder = tmp_path / ODD
    (folder / "tests").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(
        '[tool.ruff.lint]\nselect = ["D103"]\n[tool.ruff.lint.per-file-ignores]\n'
        '"tests/**" = ["D103"]\n'
    )
    (folder / "tests" / "test_a.py").write_text("def test_a():\n    pass\n")
    assert ruff_rules(folder).passed
    (folder / "a.py").write_text("def a():\n    pass\n")
    (problem,) = ruff_rules(folder).problems
    assert problem.startswith("a.py:1:5: D103")
