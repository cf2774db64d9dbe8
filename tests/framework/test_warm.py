"""A warm simulator: its runs are as if each were alone, and it is gone with whoever started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from honeyguide.sim import SimBuild, SimResult, SimRun, SimStatus, build, run, warm
from honeyguide.sim.toolchain import clean_environment
from tests.framework.test_sim import DESIGNS

pytestmark = [pytest.mark.sim, pytest.mark.xdist_group("hdl")]

BENCH = """
import os, random, sys
import cocotb, {helper}

@cocotb.test()
async def leaves_traces(dut):
    cocotb.log.info("found %s %s %s", sorted({helper}.seen), os.environ.get("TRACE"), os.getcwd())
    cocotb.log.info("drawn %d in %d", random.getrandbits(32), os.getsid(0) == os.getpid())
    cocotb.log.info("answer %d", {helper}.answer)
    {helper}.seen.add(os.environ["COCOTB_RANDOM_SEED"])
    os.environ["TRACE"] = "left"
    random.getrandbits(32)
"""


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("builds")
    sources = [DESIGNS / "counter.v"]
    return build(SimBuild(top="counter", sources=sources, export_symbols=True), root=root)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A test and a module that it changes, which the keeper has imported before."""
    folder = tmp_path / "bench"
    folder.mkdir()
    (folder / "traces.py").write_text("seen = set()\nanswer = 1\n")
    (folder / "traces_bench.py").write_text(BENCH.format(helper="traces"))
    imports = ("pygpi.entry", "cocotb.regression", "traces")
    monkeypatch.setattr("honeyguide.sim.launcher.early_imports", lambda: imports)
    return folder


def start(
    counter: Path, bench: Path, results: Path, *, module: str = "traces_bench", seed: int = 1,
    **more: Any,
) -> SimResult:  # fmt: skip
    return run(
        SimRun(
            build=counter, module=module, python_path=[bench], results_dir=results,
            seed=seed, timeout_s=120, **more,
        )
    )  # fmt: skip


def said(result: SimResult) -> list[str]:
    assert result.passed, result.message
    text = result.log.read_text()
    return [line.partition(" test ")[2].strip() for line in text.splitlines() if " test " in line]


def test_no_run_sees_another(counter: Path, bench: Path, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("alone", "first", "second")]
    alone = said(start(counter, bench, folders[0], warm=False))
    first = said(start(counter, bench, folders[1]))
    second = said(start(counter, bench, folders[2]))
    for lines, folder in zip((alone, first, second), folders, strict=True):
        assert f"found [] None {folder}" in lines[0]
        lines[0] = ""
    assert "in 1" in alone[1]  # a session of its own
    assert alone == first == second
    assert said(start(counter, bench, folders[1], seed=2))[1] != alone[1]


def test_what_others_notice_of_the_end_of_python_happens(
    counter: Path, bench: Path, tmp_path: Path
) -> None:
    (bench / "traces_bench.py").write_text(
        "import atexit, pathlib, threading, time\n"
        "import cocotb\n"
        "left = []\n"
        "def late():\n    time.sleep(0.3)\n    pathlib.Path('thread.txt').write_text('late')\n"
        "@cocotb.test()\nasync def leaves(dut):\n"
        "    cocotb.log.info('it runs')\n"
        "    left.append(open('left.txt', 'w'))\n"  # and never closed
        "    left[0].write('some text')\n"
        "    threading.Thread(target=late).start()\n"
        "    atexit.register(pathlib.Path('end.txt').write_text, 'the end')\n"
    )
    for warm_run in (False, True):
        folder = tmp_path / str(warm_run)
        assert said(start(counter, bench, folder, warm=warm_run))[0] == "it runs"
        found = {name: (folder / f"{name}.txt").read_text() for name in ("left", "thread", "end")}
        assert found == {"left": "some text", "thread": "late", "end": "the end"}


def test_both_runs_are_of_one_keeper(counter: Path, bench: Path, tmp_path: Path) -> None:
    start(counter, bench, tmp_path / "r")
    before = {found.process.pid for found in warm._keepers.values()}
    start(counter, bench, tmp_path / "r")
    assert {found.process.pid for found in warm._keepers.values()} == before


class SlowlyRead(dict[str, int]):
    """Takes half a second to look through."""

    def items(self) -> Any:
        for pair in super().items():
            time.sleep(0.5 / len(self))
            yield pair


def test_a_run_begins_while_another_looks_at_what_is_loaded(
    counter: Path, bench: Path, tmp_path: Path
) -> None:
    said(start(counter, bench, tmp_path / "before"))
    keeper = next(reversed(warm._keepers.values()))
    keeper.files = SlowlyRead(keeper.files)
    (bench / "more_bench.py").write_text(BENCH.format(helper="traces"))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(start, counter, bench, tmp_path / "first", module="more_bench")
        time.sleep(0.3)  # the first looks; it adds its module while the second does
        second = pool.submit(start, counter, bench, tmp_path / "second")
        assert said(first.result())
        assert said(second.result())


def test_changed_python_is_what_runs(counter: Path, bench: Path, tmp_path: Path) -> None:
    assert "answer 1" in said(start(counter, bench, tmp_path / "r"))[2]
    (bench / "traces.py").write_text("seen = set()\nanswer = 2222\n")
    assert "answer 2222" in said(start(counter, bench, tmp_path / "r"))[2]


def test_a_changed_test_is_what_runs(counter: Path, bench: Path, tmp_path: Path) -> None:
    assert "answer 1" in said(start(counter, bench, tmp_path / "r"))[2]
    test = bench / "traces_bench.py"
    test.write_text(test.read_text().replace("answer %d", "reply %d"))
    assert "reply 1" in said(start(counter, bench, tmp_path / "r"))[2]


def test_what_a_test_reads_when_it_is_imported_is_its_run_s(
    counter: Path, bench: Path, tmp_path: Path
) -> None:
    (bench / "traces_bench.py").write_text(
        "import os\n"
        "import cocotb, numpy, traces\n"  # a package that can't be loaded twice
        "COLOUR = os.environ.get('COLOUR')\n"
        "@cocotb.test()\nasync def says(dut):\n    cocotb.log.info('colour %s', COLOUR)\n"
    )
    pids = set()
    for colour in ("red", "green", "red"):
        result = start(counter, bench, tmp_path / colour, env={"COLOUR": colour})
        assert said(result)[0] == f"colour {colour}"
        pids.add(next(reversed(warm._keepers.values())).process.pid)
    assert len(pids) == 1


@pytest.mark.parametrize(
    "text",
    [
        "@cocotb.test()\nasync def fails(dut):\n    one = 1\n    assert one == len('ab')\n",
        "import no_such_module\n",
        "raise SystemExit('not today')\n",
    ],
)
def test_a_failure_is_told_as_by_a_run_of_its_own(
    counter: Path, bench: Path, tmp_path: Path, text: str
) -> None:
    (bench / "traces_bench.py").write_text(f"import cocotb\n{text}")
    alone = start(counter, bench, tmp_path / "r", warm=False)
    assert alone.status is not SimStatus.PASS
    for _ in range(2):
        again = start(counter, bench, tmp_path / "r")
        assert (again.status, again.message) == (alone.status, alone.message)


def test_a_dead_keeper_is_replaced(counter: Path, bench: Path, tmp_path: Path) -> None:
    start(counter, bench, tmp_path / "r")
    for found in warm._keepers.values():
        found.process.kill()
        found.process.wait()
    assert start(counter, bench, tmp_path / "r").passed


def test_without_a_keeper_the_run_starts_alone(
    counter: Path, bench: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    warm.close_all()
    (bench / "traces.py").write_text(
        "import sys\nseen = set()\nanswer = 3\n"
        "if 'traces_bench' not in sys.modules: raise OSError('not yet')\n"
    )
    result = start(counter, bench, tmp_path / "r")
    assert "answer 3" in said(result)[2]
    assert "not yet" in caplog.text


def test_a_killed_launcher_leaves_nothing(counter: Path, bench: Path, tmp_path: Path) -> None:
    """Neither the keeper nor the run that it has forked."""
    pids = tmp_path / "pids"
    (bench / "traces_bench.py").write_text(
        "import cocotb, os, pathlib, time\n"
        "@cocotb.test()\nasync def hangs(dut):\n"
        f"    pids = pathlib.Path({str(pids)!r})\n"
        "    pids.write_text(f'{os.getpid()} {os.getppid()}')\n"
        "    time.sleep(600)\n"
    )
    program = (
        "from pathlib import Path\nfrom honeyguide.sim import SimRun, run\n"
        f"run(SimRun(build=Path({str(counter)!r}), module='traces_bench', "
        f"python_path=[Path({str(bench)!r})], results_dir=Path({str(tmp_path / 'r')!r})))\n"
    )
    launcher = subprocess.Popen([sys.executable, "-c", program], env=clean_environment())
    wait_for(lambda: pids.is_file() and len(pids.read_text().split()) == 2)
    launcher.send_signal(signal.SIGKILL)
    launcher.wait()
    for pid in map(int, pids.read_text().split()):
        wait_for(lambda pid=pid: not alive(pid))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return not Path("/proc/self").exists()


def wait_for(condition: object, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)
