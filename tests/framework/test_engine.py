"""The engine on real simulations of a counter: every ending, interrupts, resuming, reports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from honeyguide.cli import UserError
from honeyguide.regress import state
from honeyguide.regress.engine import Plan, regress
from honeyguide.regress.local import ATTEMPTS, run_local
from honeyguide.regress.page import html
from honeyguide.regress.suite import Entry, Run
from honeyguide.regress.work import Order, Outcome, order
from honeyguide.sim import SimBuild, build
from tb.build import ROOT

pytestmark = [pytest.mark.sim, pytest.mark.xdist_group("regress")]

DESIGNS = ROOT / "tests" / "framework" / "designs"


def counter(config: str) -> dict[str, Any]:
    return {"top": "counter", "sources": [DESIGNS / "counter.v"]}


def make_run(test: str, seed: int, *, timeout_s: float = 60, **env: str) -> Run:
    entry = Entry(name=f"tests.regress.benches.{test}", timeout_s=timeout_s, env=env)
    return Run(entry=entry, config="8x8", seed=seed)


def make_plan(folder: Path, *runs: Run, **options: Any) -> Plan:
    return Plan(runs=runs, jobs=2, folder=folder, make_build=counter, env={}, **options)


def test_every_ending_has_its_name_and_costs_no_other_run(tmp_path: Path) -> None:
    summary = regress(
        make_plan(
            tmp_path,
            make_run("passes", 1),
            make_run("dies", 1),
            make_run("hangs", 1, timeout_s=5),
            make_run("odd_seeds_fail", 3),
            make_run("odd_seeds_fail", 2),
            make_run("odd_seeds_fail", 5),
            make_run("no_such_test", 1),
        )
    )
    ended = {item.name.rpartition(".")[2]: item.status for item in summary.outcomes}
    assert ended == {
        "passes-8x8-1": "pass", "dies-8x8-1": "crash", "hangs-8x8-1": "timeout",
        "odd_seeds_fail-8x8-2": "pass", "odd_seeds_fail-8x8-3": "fail",
        "odd_seeds_fail-8x8-5": "fail", "no_such_test-8x8-1": "fail",
    }  # fmt: skip
    assert not summary.passed
    report = json.loads((tmp_path / "regress.json").read_text(encoding="utf-8"))
    assert report["pass"] is False
    assert report["counts"] == {"pass": 2, "fail": 3, "crash": 1, "timeout": 1}
    odd = next(bucket for bucket in report["buckets"] if "is odd" in bucket["cause"])
    assert len(odd["runs"]) == 2
    assert odd["repeat"].startswith("make regress N=1 TESTS=tests.regress.benches.odd_seeds_fail")
    junit = ElementTree.parse(tmp_path / "regress.xml").getroot()[0]
    assert [junit.get(name) for name in ("tests", "failures", "errors")] == ["7", "3", "2"]
    text = html(summary)
    assert "4 × " not in text and "2 × fail" in text and "SIGKILL" in text
    assert "http" not in text.replace("html", ""), "the page must not load anything"


def test_nothing_to_run_is_no_pass(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing is to be run"):
        regress(make_plan(tmp_path))


def test_a_build_that_is_refused_is_one_sentence(tmp_path: Path) -> None:
    def broken(config: str) -> dict[str, Any]:
        return {**counter(config), "sources": [tmp_path / "missing.v"]}

    plan = Plan(runs=(make_run("passes", 1),), jobs=1, folder=tmp_path, make_build=broken)
    with pytest.raises(UserError, match="8x8 can't be built: source file"):
        regress(plan)


def stop_after(count: int) -> Callable[[Outcome], None]:
    """Return a callback that interrupts the regression at an outcome."""
    seen: list[Outcome] = []

    def callback(outcome: Outcome) -> None:
        seen.append(outcome)
        if len(seen) == count:
            raise KeyboardInterrupt

    return callback


def test_an_interrupted_regression_goes_on_where_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [make_run("odd_seeds_fail", seed) for seed in range(6)]
    with pytest.raises(KeyboardInterrupt):
        regress(make_plan(tmp_path, *runs, on_outcome=stop_after(3)))
    junit = ElementTree.parse(tmp_path / "regress.xml").getroot()[0]
    assert int(junit.get("errors") or 0) >= 2, "runs that are missing must not look passed"
    with (tmp_path / "state.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"name": "cut sho')  # what a kill in the middle of a write leaves
    started: list[Outcome] = []
    summary = regress(make_plan(tmp_path, *runs, on_outcome=started.append))
    assert "3 of 6 runs are done" in capsys.readouterr().out
    assert len(started) == 3
    assert len(summary.outcomes) == 6
    assert summary.counts == {"pass": 3, "fail": 3}
    again: list[Outcome] = []
    regress(make_plan(tmp_path, runs[0], on_outcome=again.append))
    assert len(again) == 1, "a finished regression, or one of other runs, starts anew"


@pytest.mark.parametrize("what", ["model", "firmware", "package", "named file", "code"])
def test_what_can_change_a_verdict_makes_old_outcomes_void(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("models/net.tflite", "sw/start.S", "tb/bench.py", "elsewhere/x.npy"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(b"one")
    monkeypatch.setattr(state, "ROOT", tmp_path)
    folders = SimpleNamespace(sources=("models", "sw", "tb"))
    monkeypatch.setattr(state, "core", lambda: folders)
    env = {"RATEL_INPUT": str(tmp_path / "elsewhere" / "x.npy")}
    orders = [
        Order(name="a", module="m", test="t", config="8x8", seed=1, timeout_s=9.0, build="/b",
              folder="/f", env=env)
    ]  # fmt: skip
    before = state.key_of(orders)
    assert state.key_of(orders) == before
    changed = {
        "model": "models/net.tflite", "firmware": "sw/start.S", "named file": "elsewhere/x.npy",
        "code": "tb/bench.py",
    }  # fmt: skip
    if what == "package":
        monkeypatch.setattr(state, "packages", lambda: ["cocotb 9.9"])
    else:
        (tmp_path / changed[what]).write_bytes(b"two")
    assert state.key_of(orders) != before


def test_the_suite_s_own_models_and_firmware_are_in_the_key() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in state.sources()}
    assert "models/mnist/mnist.tflite" in names
    assert any(name.startswith("sw/firmware/") and name.endswith(".c") for name in names)
    assert "cocotb" in {entry.partition(" ")[0] for entry in state.packages()}


def test_an_interrupt_ends_busy_and_idle_workers_alike(tmp_path: Path) -> None:
    runs = [make_run("odd_seeds_fail", 2), make_run("takes_a_while", 4, NAP="60")]
    before = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        regress(make_plan(tmp_path, *runs, on_outcome=stop_after(1)))
    assert time.monotonic() - before < 50, "the nap was slept to its end"


def test_a_dying_worker_process_loses_no_run(tmp_path: Path) -> None:
    where = build(SimBuild(**counter("8x8")))
    names = [make_run("takes_a_while", seed, NAP="2") for seed in range(4)]
    orders = [order(run, build=where, folder=tmp_path, waves=False, env={}) for run in names]
    stream = run_local(orders, 2)
    pids = workers_after(0.8, lambda: next(stream))
    outcomes = [*pids, *stream]
    assert sorted(item.name for item in outcomes) == sorted(run.name for run in names)
    assert all(item.passed for item in outcomes), outcomes


def workers_after(delay_s: float, first: Callable[[], Outcome]) -> list[Outcome]:
    """Kill one worker `delay_s` after `first` began to wait; return its outcome."""
    import threading

    def kill() -> None:
        listed = subprocess.run(
            ["ps", "--ppid", str(os.getpid()), "-o", "pid=,args="],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        workers = [line.split()[0] for line in listed.splitlines() if " ps " not in line]
        os.kill(int(workers[0]), signal.SIGKILL)

    timer = threading.Timer(delay_s, kill)
    timer.start()
    outcome = first()
    timer.join()
    return [outcome]


def test_what_kills_its_worker_again_and_again_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = order(
        make_run("passes", 1), build=Path("nowhere"), folder=Path("nowhere"), waves=False, env={}
    )
    monkeypatch.setattr("honeyguide.regress.local.perform", kill_self)
    (outcome,) = run_local([wanted], 1)
    assert outcome.status == "crash"
    assert f"died, {ATTEMPTS} times" in outcome.message


def kill_self(wanted: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_the_command_ends_its_simulations_when_it_is_interrupted(tmp_path: Path) -> None:
    script = (
        "import signal\n"
        "from pathlib import Path\n"
        "from tests.framework.test_engine import make_plan, make_run\n"
        "from honeyguide.regress.engine import regress\n"
        # Whoever starts the tests in the background has interrupts ignored, and that is inherited.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"regress(make_plan(Path({str(tmp_path)!r}), make_run('hangs', 77, timeout_s=500)))\n"
    )
    command = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    logs = tmp_path / "runs"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not any(logs.glob(".*/log.txt")):
        time.sleep(0.1)
    time.sleep(0.5)
    command.send_signal(signal.SIGINT)
    try:
        command.communicate(timeout=30)
    finally:
        command.kill()
    assert command.returncode
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert "+verilator+seed+78" not in listed.stdout
