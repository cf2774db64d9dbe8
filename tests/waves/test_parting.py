"""Where two cores part, found in their waves."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from honeyguide.cli import UserError
from honeyguide.place import BUILD_VARIABLE
from honeyguide.project import VARIABLE
from honeyguide.sim.toolchain import clean_environment
from honeyguide.waves import former
from honeyguide.waves.parting import Parted, first_parting, shown
from honeyguide.waves.repeat import Repeat

REPOSITORY = Path(__file__).resolve().parents[2]
HEADER = """$timescale 1ps $end
$scope module TOP $end
 $scope module adder_tb $end
  $var wire 1 ! clk $end
  $scope module dut $end
   $var wire 4 # sum_q [3:0] $end
   $var wire 1 % done $end
   $scope module u_deep $end
    $var wire 1 % done_o $end
    $var wire 1 & other $end
   $upscope $end
  $upscope $end
 $upscope $end
$upscope $end
$enddefinitions $end
"""
BEGIN = "#0\n0!\nb0001 #\n0%\n1&\n"


def waves(folder: Path, name: str, text: str, *, begin: str = BEGIN) -> Path:
    """A wave file of the little design."""
    path = folder / f"{name}.vcd"
    path.write_text(HEADER + begin + text, encoding="ascii")
    return path


def test_the_first_time_at_which_a_signal_differs_is_found(tmp_path: Path) -> None:
    then = waves(tmp_path, "then", "#10\n1!\nb0010 #\n#20\n1%\nb0011 #\n#30\n0&\n")
    now = waves(tmp_path, "now", "#10\n1!\nb0010 #\n#20\nb0111 #\n#30\n0&\n")
    parting = first_parting(then, now, "adder_tb")
    assert parting is not None and parting.time == 20
    assert parting.signals == (
        Parted(path="dut.sum_q", former="0011", now="0111"),
        Parted(path="dut.u_deep.done_o", former="1", now="0"),
    ), "registers first, and of one signal the deepest name"
    told = parting.sentences(2, "abc (a change)")
    assert told.startswith("the cores part in cycle 2: against that of abc (a change),")
    assert "dut.sum_q is 0x7, was 0x3" in told


def test_equal_waves_do_not_part_wherever_a_value_is_written_down(tmp_path: Path) -> None:
    then = waves(tmp_path, "then", "#10\n1!\n1%\n#20\n0!\n")
    now = waves(tmp_path, "now", "#10\n1!\n1%\n#20\n0!\n0&\n1&\n")
    assert first_parting(then, then, "adder_tb") is None
    assert first_parting(then, now, "adder_tb") is None


def test_what_differs_from_the_beginning_counts_after_it_was_the_same(tmp_path: Path) -> None:
    then = waves(tmp_path, "then", "#10\n1!\n#20\n1%\n#30\n0%\n", begin="#0\nb0000 #\n0%\n")
    still = waves(tmp_path, "still", "#10\n1!\n#20\n1%\n#30\n0%\n", begin="#0\nb1111 #\n0%\n")
    assert first_parting(then, still, "adder_tb") is None
    again = waves(
        tmp_path,
        "again",
        "#10\n1!\nb0000 #\n#20\n1%\n#30\n0%\nb0100 #\n",
        begin="#0\nb1111 #\n0%\n",
    )
    parting = first_parting(then, again, "adder_tb")
    assert parting is not None and parting.time == 30
    assert [item.path for item in parting.signals] == ["dut.sum_q"]


def test_only_what_both_have_is_compared(tmp_path: Path) -> None:
    then = waves(tmp_path, "then", "#10\n1&\n1%\n")
    now = tmp_path / "now.vcd"
    text = then.read_text(encoding="ascii").replace(" % done", " ? done").replace("1%", "1?")
    now.write_text(text.replace("0%", "0?").replace("wire 1 & other", "wire 1 & more"))
    assert first_parting(then, now, "adder_tb") is None
    assert first_parting(then, now, "nowhere") is None


def test_more_than_a_few_are_counted(tmp_path: Path) -> None:
    names = "".join(f"$var wire 1 v{n} s{n} $end\n" for n in range(9))
    head = f"$scope module tb $end\n{names}$upscope $end\n$enddefinitions $end\n#0\n"
    zeros = "".join(f"0v{n}\n" for n in range(9))
    then, now = tmp_path / "then.vcd", tmp_path / "now.vcd"
    then.write_text(f"{head}{zeros}#10\n")
    now.write_text(f"{head}{zeros}#10\n{zeros.replace('0v', '1v')}#20\n")
    then.write_text(f"{head}{zeros}#10\n{zeros}#20\n")
    parting = first_parting(then, now, "tb")
    assert parting is not None and "and 3 more" in parting.sentences(1, "x")


def test_values_are_read_best_as_numbers() -> None:
    assert [shown(bits) for bits in ("0", "1", "x", "0101", "01x1")] == [
        "0", "1", "x", "0x5", "01x1"
    ]  # fmt: skip


def test_a_core_that_is_the_same_is_not_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_out(commit: str, folder: Path) -> None:
        (folder / "rtl").mkdir(parents=True)
        (folder / "rtl" / "a.v").write_text("// the same")

    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.v").write_text("// the same")
    monkeypatch.setattr(former, "commit_named", lambda name: "abc")
    monkeypatch.setattr(former, "take_out", take_out)
    wanted = Repeat(module="m", test="T", seed=1, folder=tmp_path / "x", rtl=tmp_path / "mine")
    with pytest.raises(UserError, match="as it was at HEAD: there is nothing to compare"):
        former.compared(wanted, "HEAD", None)


@pytest.mark.sim
@pytest.mark.slow
def test_the_second_core_parts_where_it_was_changed(tmp_path: Path) -> None:
    """The command as a user starts it, on the small core that is verified with the framework."""
    place = REPOSITORY / "examples" / "accumulator"
    if not (REPOSITORY / ".git").exists():
        pytest.skip("this checkout has no history to compare with")
    shutil.copytree(place / "rtl", tmp_path / "rtl")
    file = tmp_path / "rtl" / "accumulator.v"
    text = file.read_text(encoding="utf-8")
    sign = "{{32{m_axi_rdata_i[32*lane+31]}}, m_axi_rdata_i[32*lane +: 32]}"
    assert text.count(sign) == 1
    file.write_text(text.replace(sign, sign.replace("m_axi_rdata_i[32*lane+31]", "1'b0", 1)))
    words = ["--test", "sums.Corners", "--no-view", "--rtl", str(tmp_path / "rtl")]
    ended = subprocess.run(
        [sys.executable, "-m", "honeyguide", "waves", *words, "--base", "HEAD"], cwd=place,
        env={**clean_environment(), VARIABLE: str(place), BUILD_VARIABLE: str(tmp_path / "build")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 1, ended.stdout + ended.stderr
    told = ended.stdout.partition("the cores part in cycle ")[2].splitlines()
    assert re.match(r" +dut\.added is 0x\w{8}, was 0xffffffff\w{8}$", told[1]), ended.stdout
    (made,) = (tmp_path / "build" / "waves").glob("sums.Corners-*/parting.txt")
    assert "dut.added" in made.read_text(encoding="utf-8")


def test_what_came_of_it_is_said_with_the_cycles_that_were_looked_at() -> None:
    assert former.told(None, "abc (x)", 1, 90) == (
        "in cycles 1 to 90 every signal is as in the core of abc (x)"
    )
