"""Every run has a folder of its own; what it publishes appears whole; old runs go, others stay."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from honeyguide import cli
from honeyguide.report.files import Results
from honeyguide.runs import KEPT, made, new_run, runs_of, session_run

# Another process that has a run folder in use until its standard input is closed.
HOLDER = (
    "import sys; from pathlib import Path; from honeyguide.runs import new_run\n"
    "print(new_run(sys.argv[1], Path(sys.argv[2])).path, flush=True); sys.stdin.read()"
)


def holder(command: str, base: Path) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, command, str(base)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def end(process: subprocess.Popen[str]) -> None:
    process.communicate()
    assert process.returncode == 0


def test_runs_that_start_together_have_folders_of_their_own(tmp_path: Path) -> None:
    others = [holder("run", tmp_path) for _ in range(4)]
    paths = {path for _, path in others} | {new_run("run", tmp_path).path for _ in range(4)}
    assert len(paths) == 8
    assert {path.parent for path in paths} == {tmp_path / "runs"}
    for process, _ in others:
        end(process)


def test_old_runs_go_but_none_in_use_and_none_that_is_linked(tmp_path: Path) -> None:
    process, used = holder("run", tmp_path)
    linked = new_run("run", tmp_path)
    linked.publish_as(tmp_path / "last")
    other = new_run("other", tmp_path).path
    ended, gone = holder("run", tmp_path)
    end(ended)
    for _ in range(KEPT + 2):
        ended, path = holder("run", tmp_path)
        end(ended)
    new_run("run", tmp_path)
    assert used.is_dir(), "it is in use"
    assert linked.path.is_dir(), "a link leads to it"
    assert other.is_dir(), "it is of another command"
    assert path.is_dir(), "it is young"
    assert not gone.exists()
    assert len(runs_of("run", tmp_path / "runs")) <= KEPT + 2
    end(process)


def test_the_number_of_a_deleted_run_is_not_given_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All in one second, as a quick machine does it: the newest must not come before the others."""
    monkeypatch.setattr("honeyguide.runs.stamp", lambda _: "20260102-030405")
    for number in (9, 10):  # what is left of ten
        (tmp_path / f"20260102-030405-run-{number}").mkdir()
    assert made("run", tmp_path).name == "20260102-030405-run-11"
    assert made("other", tmp_path).name == "20260102-030405-other-1"


def test_an_interrupted_run_is_gone_on_with_unless_it_still_goes_on(tmp_path: Path) -> None:
    process, path = holder("run", tmp_path)
    (path / "half").touch()
    unfinished = lambda folder: (folder / "half").exists()  # noqa: E731
    assert new_run("run", tmp_path, suits=unfinished).path != path
    end(process)
    assert new_run("run", tmp_path, suits=unfinished).path == path
    assert new_run("run", tmp_path, suits=unfinished).path != path, "this process has it in use"


def test_a_published_file_is_always_whole(tmp_path: Path) -> None:
    run = new_run("run", tmp_path)
    size = 1 << 20
    big = run.path / "report.json"
    big.write_bytes(b"0" * size)
    run.publish([big])
    script = (
        "import sys; from pathlib import Path; from honeyguide.runs import new_run\n"
        "run = new_run('run', Path(sys.argv[1])); big = run.path / 'report.json'\n"
        f"big.write_bytes(b'1' * {size})\n"
        "for _ in range(50): run.publish([big])"
    )
    other = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)])
    while other.poll() is None:
        assert len(set((tmp_path / "reports" / "report.json").read_bytes())) == 1
        run.publish([big])
    assert other.returncode == 0
    left = [path.name for path in (tmp_path / "reports").iterdir()]
    assert sorted(left) == [".publishing", "report.json"]


def test_who_reads_a_published_file_reads_it_to_its_end(tmp_path: Path) -> None:
    """The next one takes its place, and is not written into it."""
    run = new_run("run", tmp_path)
    file = run.path / "report.json"
    file.write_text("the first")
    (place,) = run.publish([file])
    with place.open() as reader:
        file.write_text("another one")
        run.publish([file])
        assert reader.read() == "the first"
    assert place.read_text() == "another one"


def test_a_link_takes_the_place_of_what_an_older_version_left(tmp_path: Path) -> None:
    (tmp_path / "regress").mkdir()
    (tmp_path / "regress" / "regress.json").write_text("old")
    run = new_run("regress", tmp_path)
    run.publish_as(tmp_path / "regress")
    assert (tmp_path / "regress").resolve() == run.path
    kept = (tmp_path / "runs").glob("*-regress-0")
    assert [(path / "regress.json").read_text() for path in kept] == ["old"]


def test_a_run_that_breaks_off_says_so_in_place_of_an_older_report(tmp_path: Path) -> None:
    done = Results(command="run", folder=tmp_path)
    done.start()
    done.write({"pass": True})

    def command(argv: list[str]) -> int:
        Results(command="run", folder=tmp_path).start()
        raise cli.UserError("the bus is on fire")

    with pytest.raises(SystemExit) as ended:
        cli.run_command(command, argv=[])
    assert ended.value.code == 1
    report = json.loads((tmp_path / "reports" / "run.json").read_text())
    assert (report["pass"], report["reasons"]) == (False, ["the bus is on fire"])


def test_a_report_stays_when_other_commands_run(tmp_path: Path) -> None:
    first = Results(command="sim", folder=tmp_path)
    first.start()
    first.picture.write_bytes(b"picture")
    first.write({"pass": True, "seed": 1})
    for command in ("run", "bench", "sim"):
        Results(command=command, folder=tmp_path).start()  # going on
    report = json.loads((tmp_path / "reports" / "sim.json").read_text())
    assert report["seed"] == 1
    assert (tmp_path / "reports" / "sim.png").read_bytes() == b"picture"
    second = Results(command="sim", folder=tmp_path)
    second.start()
    second.write({"pass": True, "seed": 2})
    assert not second.published_picture.exists(), "the picture of another run beside this report"


def test_a_folder_that_can_not_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(cli.UserError, match="cannot write below"):
        new_run("run", tmp_path)


def test_processes_of_a_session_share_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HONEYGUIDE_RUN", raising=False)
    mine = session_run("pytest", tmp_path)
    assert session_run("pytest", tmp_path) == mine == Path(os.environ["HONEYGUIDE_RUN"])
    assert session_run("pytest", tmp_path / "elsewhere") != mine


@pytest.mark.parametrize("number", [2, 15, 1])  # SIGINT, SIGTERM, SIGHUP
def test_a_command_that_is_told_to_end_takes_its_processes_along(
    tmp_path: Path, number: int
) -> None:
    script = (
        "import os, sys, signal; from pathlib import Path\n"
        "from honeyguide import cli\n"
        "from honeyguide.report.files import Results\n"
        "from honeyguide.sim.supervise import supervise\n"
        "from honeyguide.sim.workers import processes, task, threads\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def nap(name):\n"
        "    with open(os.devnull, 'wb') as stream:\n"
        "        supervise(['sh', '-c', f'touch {name}; ./sleep 600 & wait'],\n"
        "                  env=os.environ, cwd=Path(sys.argv[1]), output=stream)\n"
        "def main(argv):\n"
        "    Results(command='run', folder=Path(sys.argv[1])).start()\n"
        "    with processes(2) as pool, threads(2) as more:\n"
        "        jobs = [pool.submit(task, nap, f'p{i}') for i in range(5)]\n"
        "        jobs += [more.submit(nap, f't{i}') for i in range(5, 9)]\n"
        "        [job.result() for job in jobs]\n"
        "    return 0\n"
        "cli.run_command(main)\n"
    )
    script = script.replace("./sleep", f"{tmp_path}/sleep")  # a name that nobody else's has
    (tmp_path / "sleep").symlink_to(str(shutil.which("sleep")))
    file = tmp_path / "command.py"
    file.write_text(script)
    command = subprocess.Popen(
        [sys.executable, str(file), str(tmp_path)], stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 200
    while time.monotonic() < deadline and len(list(tmp_path.glob("[pt][0-9]"))) < 4:
        time.sleep(0.1)
    command.send_signal(number)
    try:
        _, said = command.communicate(timeout=120)
    finally:
        command.kill()
    assert command.returncode == 130
    assert said == "ratel: interrupted.\n"
    report = json.loads((tmp_path / "reports" / "run.json").read_text())
    assert report["reasons"] == ["interrupted."]
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert not [line for line in listed.stdout.splitlines() if f"{tmp_path}/sleep" in line]
