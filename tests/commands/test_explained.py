"""What a failing command prints: commands that repeat the very run, figures that are right."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from honeyguide.cli import UserError
from honeyguide.regress.suite import chosen_entries, load_suite
from honeyguide.report.command import make_command
from honeyguide.report.progress import building
from honeyguide.sim.toolchain import clean_environment
from tb.build import ROOT
from tests.commands.support import MNIST, command

# The broken core's simulations are built once only where all of these run.
pytestmark = pytest.mark.xdist_group("wrong core")


def asked(line: str) -> list[str]:
    """Return the words that the Python command of a printed command gets, by way of make."""
    words = shlex.split(line)
    assert words[0] == "make"
    made = subprocess.run(
        [*words[:1], "-n", *words[1:]], cwd=ROOT, capture_output=True, text=True, check=True,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
    ).stdout  # fmt: skip
    found = shlex.split(made.replace("\\\n", " "))
    return found[found.index("-m") + 1 :]


def test_a_command_survives_shell_and_make() -> None:
    words = ["--env", 'A=it\'s $1 "x"', "--rtl", "/tmp/a b"]
    line = make_command("waves", {"TEST": "a'b", "SEED": 7, "CONFIG": None}, words)
    assert asked(line) == ["scripts.waves", "--test", "a'b", "--seed", "7", *words]


def test_an_unknown_test_names_the_nearest_and_the_file() -> None:
    with pytest.raises(UserError, match=r"'LoadAndStor'; did you mean \S*LoadAndStore") as told:
        chosen_entries(load_suite(), "LoadAndStor")
    assert re.search(r"\(tests are entered in \S+\.toml\)", str(told.value))
    with pytest.raises(UserError, match=r"there are \S+, .* \(tests are entered in "):
        chosen_entries(load_suite(), "xyzzy")


def test_a_build_shows_that_it_lives(capsys: pytest.CaptureFixture[str]) -> None:
    with building("simulation of 8x8", tick_s=0.05):
        time.sleep(0.2)
    assert re.fullmatch(
        r"simulation of 8x8: (\d+ s \.\.\. )+already built\n", capsys.readouterr().out
    )
    with pytest.raises(ValueError), building("simulation of 8x8"):
        raise ValueError
    assert capsys.readouterr().out == "simulation of 8x8: \n"


@pytest.fixture(scope="module")
def wrong_core(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A core that rounds wrongly, at a path with a blank and a quote."""
    rtl = tmp_path_factory.mktemp("wrong") / "my core's" / "rtl"
    shutil.copytree(ROOT / "rtl", rtl)
    lane = rtl / "compute" / "ratel_requant_lane.v"
    text = lane.read_text(encoding="utf-8")
    assert text.count("64'sd1073741824") == 1
    lane.write_text(text.replace("64'sd1073741824", "64'sd0"), encoding="utf-8")
    return rtl


@pytest.mark.sim
@pytest.mark.slow
def test_what_a_failing_run_prints(wrong_core: Path, tmp_path: Path) -> None:
    ended = command(
        "run", "--model", MNIST, "--rtl", wrong_core, "--stall", "0.2", "--seed", 3,
        results=tmp_path,
    )  # fmt: skip
    assert ended.code == 1, ended.out + ended.err
    assert "stall       0.2: the chance" in ended.out
    assert ended.report is not None
    first = ended.report["layers"][0]
    assert first["mismatches"] > 0
    assert (first["runs"], first["cycles_each"]) == (1, first["cycles"])
    assert "0.0 %" not in next(line for line in ended.out.splitlines() if " CONV_2D " in line)
    line = next(line for line in ended.out.splitlines() if line.startswith("make waves "))
    repeated = subprocess.run(
        [sys.executable, "-m", *asked(line), "--no-view"], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    told = next(line for line in ended.out.splitlines() if line.startswith("FAIL: input 0, layer"))
    place = re.search(r"pixel y=\d+ x=\d+", told)
    assert place is not None
    assert repeated.returncode == 1, repeated.stdout + repeated.stderr
    assert "expected" in repeated.stdout


@pytest.mark.sim
@pytest.mark.slow
@pytest.mark.nightly
def test_a_network_that_hangs_names_what_does_not_come(tmp_path: Path) -> None:
    rtl = tmp_path / "rtl"
    shutil.copytree(ROOT / "rtl", rtl)
    drain = rtl / "compute" / "ratel_drain.v"
    text = drain.read_text(encoding="utf-8")
    assert text.count("(!param_valid_q || next_block)") == 1
    drain.write_text(text.replace("(!param_valid_q || next_block)", "next_block"))
    words = ["--test", "network", "--rtl", str(rtl), "--config", "4x4", "--no-view"]
    ended = subprocess.run(
        [sys.executable, "-m", "scripts.waves", *words], cwd=ROOT, capture_output=True, text=True,
        env=clean_environment(), check=False,
    )  # fmt: skip
    said = ended.stdout
    assert ended.returncode == 1, said + ended.stderr
    assert re.search(r"CONV_2D.*it never ended: drain is the root", said), said
    assert "parameters, parameter read does not come" in said


@pytest.mark.sim
@pytest.mark.slow
@pytest.mark.nightly
def test_what_a_watch_prints(wrong_core: Path, tmp_path: Path) -> None:
    """A failure with its first difference, then what is no Verilog, then a core that is right."""
    lane = wrong_core / "compute" / "ratel_requant_lane.v"
    wrong = lane.read_text(encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "scripts.watch", "--rtl", str(wrong_core), "--results",
         str(tmp_path), "--test", "layers.MacLayers"],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, start_new_session=True,
    )  # fmt: skip
    out = process.stdout
    assert out is not None

    def said() -> str:
        return "".join(iter(lambda: next(out), "waiting for a save; ^C ends\n"))

    try:
        failed = said()
        assert "FAIL: 1 of 1," in failed
        assert "make waves TEST=layers.MacLayers" in failed
        assert re.search(r"first difference of layers.MacLayers: .*\n  .*expected", failed)
        lane.write_text(wrong.replace("endmodule", "endmodul"), encoding="utf-8")
        refused = said()
        assert f"saved: {lane}" in refused
        assert re.search(r"FAIL: .*ratel_requant_lane\.v:\d+", refused.replace("\n", " "))
        assert "Traceback" not in failed + refused
        lane.write_text(wrong.replace("64'sd0", "64'sd1073741824"), encoding="utf-8")
        assert "PASS: all 1 of these" in said()
        os.killpg(process.pid, signal.SIGINT)
        assert "no longer watching" in out.read()
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.wait()
        lane.write_text(wrong, encoding="utf-8")


@pytest.mark.sim
@pytest.mark.slow
def test_what_a_failing_sim_prints(wrong_core: Path, tmp_path: Path) -> None:
    ended = command("sim", "--images", 2, "--rtl", wrong_core, results=tmp_path)
    assert ended.code == 1, ended.out + ended.err
    assert "0 an image" not in ended.out
    lines = [line.strip() for line in ended.out.splitlines() if "make waves " in line]
    assert any("TEST=network" in line for line in lines)
    for line in lines:
        words = asked(line)
        assert words[words.index("--rtl") + 1] == str(wrong_core)
        repeated = subprocess.run(
            [sys.executable, "-m", *words, "--no-view"], cwd=ROOT, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert repeated.returncode == 1, repeated.stdout + repeated.stderr
