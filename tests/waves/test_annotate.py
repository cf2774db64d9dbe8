"""What is added to recorded waves: the failing lane, its expected value, texts over time."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from golden.config import load_config
from honeyguide.waves.annotate import annotate, cut, escaped
from honeyguide.waves.hierarchy import signals
from honeyguide.waves.save_file import write_views
from tb.env.first_difference_lane import lane_of
from tests.waves.test_views import every_signal

LANE = {"signal": "dut.u_execute.acc", "low": 8, "width": 8, "expected": -2}
TEXTS = {"execute": [(5, 9, "3 conv a=1"), (9, 12, "4 lut b"), (20, 22, "5 copy")]}


def recorded(folder: Path, *, wide: int = 24) -> Path:
    """Waves of cycles 8 to 21 with one vector that changes once."""
    file = folder / "waves.vcd"
    file.write_text(
        "$timescale 1ps $end\n $scope module ratel_tb $end\n  $scope module dut $end\n"
        f"   $scope module u_execute $end\n    $var wire {wide} a acc [{wide - 1}:0] $end\n"
        "   $upscope $end\n  $upscope $end\n $upscope $end\n$enddefinitions $end\n"
        "#80000\nb0 a\n#130000\nb110000001100000000 a\n#210000\nbx a\n",
        encoding="ascii",
    )
    return file


def test_the_lane_stands_beside_its_expected_value(tmp_path: Path) -> None:
    waves = recorded(tmp_path)
    added = annotate(waves, {"lane": LANE, "texts": TEXTS}, top="ratel_tb", clock_ps=10_000)
    assert added == ["expected", "got", "execute"]
    found = signals(waves)
    assert found["ratel_tb.fault.got"] == "ratel_tb.fault.got[7:0]"
    text = waves.read_text(encoding="ascii")
    assert "b11111110 _fe_" in text
    assert re.findall(r"^b(\w+) _fl_$", text, re.M) == ["00000000", "00000011", "x" * 8]


def test_texts_begin_and_end_at_their_cycles(tmp_path: Path) -> None:
    waves = recorded(tmp_path)
    annotate(waves, {"lane": None, "texts": TEXTS}, top="ratel_tb", clock_ps=10_000)
    body = waves.read_text(encoding="ascii").split("$enddefinitions $end\n")[1]
    times = [int(line[1:]) for line in body.splitlines() if line.startswith("#")]
    assert times == sorted(set(times))
    at = dict(re.findall(r"^#(\d+)\n((?:[^#].*\n)*)", body, re.M))
    assert r"s3\040conv\040a=1 _f0_" in at["80000"], "it began before the waves do"
    assert r"s4\040lut\040b _f0_" in at["90000"] and "s _f0_" in at["120000"]
    assert r"s5\040copy _f0_" in at["200000"]


def test_nothing_known_changes_nothing(tmp_path: Path) -> None:
    waves = recorded(tmp_path)
    before = waves.read_bytes()
    assert annotate(waves, {"cycle": 3}, top="ratel_tb", clock_ps=10_000) == []
    assert waves.read_bytes() == before


def test_bits_are_cut_out_and_texts_have_no_blanks() -> None:
    assert cut("101", {"low": 0, "width": 2}) == "01"
    assert cut("101", {"low": 2, "width": 3}) == "001"
    assert cut("x1", {"low": 0, "width": 4}) == "xxx1"
    assert escaped("a b\\") == r"a\040b\134"


@pytest.mark.parametrize(
    ("stage", "what", "signal", "low"),
    [
        ("array", "accumulator of pixel y=2 x=1 channel 9: expected -5, got 3", "acc", 32 * 25),
        ("requantiser", "y=0 x=0 channel 3 (scratchpad line 171 bank 0 byte 3): expected -1, got 0",
         "ex_wr_data_o", 24),
        ("load", "y=0 (scratchpad line 1 bank 2 byte 7): expected 9, got nothing", "", 0),
        ("load", "y=0 (scratchpad line 1 bank 2 byte 7): expected 9, got 8", "spad_wr_data_o", 56),
        ("store", "y=0 x=0 channel 0 (byte 0x2a4): expected -88, got 5", "m_axi_wdata_o", 32),
        ("control", "descriptor field origin: expected 0x6, got 0x3", "", 0),
    ],
)  # fmt: skip
def test_the_lane_of_a_sentence(stage: str, what: str, signal: str, low: int) -> None:
    found = lane_of(stage, what, load_config("8x8"), width=5)
    if not signal:
        assert found is None
    else:
        assert found is not None and (found.signal.rpartition(".")[2], found.low) == (signal, low)


def test_a_view_begins_with_the_fault(tmp_path: Path) -> None:
    waves = every_signal(tmp_path)
    told = {"stage": "array", "cycle": 1396, "issued": 723, "sentences": "wrong", "texts": TEXTS,
            "lane": LANE}  # fmt: skip
    text = write_views(waves, config="8x8", difference=told, first=700, last=1456).read_text()
    assert "@800200\n-The fault\n@420\nratel_tb.fault.expected[7:0]" in text
    assert "ratel_tb.fault.execute\n" in text
    assert text.index("-The fault") < text.index("-Clock")
    assert "variable_add ratel_tb.fault.got" in (tmp_path / "view.sucl").read_text()


@pytest.mark.skipif(shutil.which("vcd2fst") is None, reason="GTKWave's vcd2fst is not installed")
def test_a_packed_file_is_rewritten_packed(tmp_path: Path) -> None:
    plain = recorded(tmp_path)
    packed = tmp_path / "waves.fst"
    subprocess.run(["vcd2fst", "-v", str(plain), "-f", str(packed)], check=True,
                   capture_output=True)  # fmt: skip
    plain.unlink()
    assert annotate(packed, {"lane": LANE, "texts": TEXTS}, top="ratel_tb", clock_ps=10_000)
    assert "ratel_tb.fault.execute" in signals(packed)
    assert [path.name for path in tmp_path.iterdir()] == ["waves.fst"]
