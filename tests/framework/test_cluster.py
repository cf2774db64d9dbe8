"""A real Dask scheduler with two workers on loopback; one is killed in the middle."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from honeyguide.cli import UserError
from honeyguide.regress import cluster
from honeyguide.regress.engine import regress
from honeyguide.regress.work import Outcome
from tb.build import ROOT
from tests.framework.test_engine import make_plan, make_run

pytestmark = [pytest.mark.sim, pytest.mark.xdist_group("regress")]

WAIT_S = 60


class Cluster:
    """Processes of a scheduler and its workers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.start("dask_scheduler", "--port", "0", "--no-dashboard", "--no-show")
        self.wait_for(self.file)
        self.address = json.loads(self.file.read_text(encoding="utf-8"))["address"]
        self.workers = [
            self.start("dask_worker", "--nthreads", "1", "--no-nanny", "--no-dashboard")
            for _ in range(2)
        ]

    def start(self, module: str, *words: str) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{module}-{len(self.processes)}.log").open("wb")
        # Elsewhere, as on another machine: only the checkout's path is the same.
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", "--scheduler-file",
             str(self.file), "--host", "127.0.0.1", *words],
            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        self.processes.append(process)
        return process

    @staticmethod
    def wait_for(path: Path) -> None:
        end = time.monotonic() + WAIT_S
        while not path.is_file() or not path.stat().st_size:
            assert time.monotonic() < end, f"{path} did not come"
            time.sleep(0.1)

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = Cluster(folder)
    yield made
    made.stop()


def test_a_killed_worker_loses_nothing(started: Cluster, tmp_path: Path) -> None:
    runs = [make_run("takes_a_while", seed, NAP="1") for seed in range(5)]
    runs += [make_run("odd_seeds_fail", seed) for seed in (10, 11)]
    seen: list[Outcome] = []

    def kill_one(outcome: Outcome) -> None:
        seen.append(outcome)
        if len(seen) == 1:
            started.workers[0].send_signal(signal.SIGKILL)

    folder = tmp_path / "regress"
    summary = regress(make_plan(folder, *runs, cluster=started.address, on_outcome=kill_one))
    assert started.workers[0].wait(timeout=5) == -signal.SIGKILL
    assert started.workers[1].poll() is None
    assert sorted(item.name for item in summary.outcomes) == sorted(run.name for run in runs)
    failed = [item for item in summary.outcomes if not item.passed]
    assert [item.name.rpartition(".")[2] for item in failed] == ["odd_seeds_fail-8x8-11"]
    for run in runs:
        assert (folder / "runs" / run.name / "results.xml").is_file()


def test_no_scheduler_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 1)
    plan = make_plan(tmp_path, make_run("passes", 1), cluster="tcp://127.0.0.1:9")
    with pytest.raises(UserError, match="no Dask scheduler answers at tcp:"):
        regress(plan)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--n", "none"], "'none' is not a number of 1 or more"),
        (["--n", "1", "--config", "9x9"], "unknown configuration '9x9'"),
        (["--n", "1", "--tests", "no.Such"], "unknown test 'no.Such'"),
        (["--n", "1", "--seed", "-3"], "'-3' is not a seed"),
        (["--frobnicate"], "unrecognized arguments"),
    ],
)
def test_a_bad_option_is_one_sentence(words: list[str], sentence: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.regress", *words],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (1, 2)
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
