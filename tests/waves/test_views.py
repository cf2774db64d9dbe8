"""The views of waves: every signal exists, every line means something to GTKWave."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from golden import isa_builders as isa
from honeyguide.waves.hierarchy import signals, values
from honeyguide.waves.picture import draw, missing_tools
from honeyguide.waves.save_file import write_views
from honeyguide.waves.view import BIT, STATE
from tb.build import ROOT, include_dirs
from tb.env.first_difference_job import Stage
from tb.waves.decode import DECODERS
from tb.waves.signals import GROUPS, INSIDE, OPEN_FOR, STATES
from tests.waves.test_first_difference import pack

WIDE = {"mnemonic": 32, "operation": 613, STATE: 2, BIT: 1}
EVERY = [signal for group in GROUPS for signal in group.signals]


def vcd(folder: Path, paths: list[tuple[str, int]]) -> Path:
    """A wave file with these signals below the bench top, with one value each."""
    tree: dict[str, Any] = {}
    for path, width in paths:
        *scopes, name = path.split(".")
        here = tree
        for scope in scopes:
            here = here.setdefault(scope, {})
        here[name] = width
    lines: list[str] = ["$timescale 1ps $end", "$scope module ratel_tb $end"]
    codes: list[tuple[str, int]] = []

    def write(node: dict[str, Any]) -> None:
        for name, value in node.items():
            if isinstance(value, dict):
                lines.append(f"$scope module {name} $end")
                write(value)
                lines.append("$upscope $end")
            else:
                code = f"s{len(codes)}"
                codes.append((code, value))
                bits = f" [{value - 1}:0]" if value > 1 else ""
                lines.append(f"$var wire {value} {code} {name}{bits} $end")

    write(tree)
    lines += ["$upscope $end", "$enddefinitions $end", "#0"]
    lines += [f"b{0:b} {code}" if width > 1 else f"0{code}" for code, width in codes]
    lines += ["#20000000"]
    file = folder / "waves.vcd"
    file.write_text("\n".join([*lines, ""]), encoding="ascii")
    return file


def every_signal(folder: Path) -> Path:
    return vcd(folder, [(signal.path, WIDE.get(signal.radix, 32)) for signal in EVERY])


@cache
def module_texts() -> dict[str, str]:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in ROOT.glob("rtl/**/*.v")}
    top = [ROOT / "tb/hdl/ratel_tb.sv", *(f for d in include_dirs() for f in d.glob("*.svh"))]
    return texts | {"ratel_tb": "\n".join(path.read_text(encoding="utf-8") for path in top)}


@pytest.mark.parametrize("path", [signal.path for signal in EVERY])
def test_every_signal_of_the_views_is_declared_in_the_hdl(path: str) -> None:
    texts, module = module_texts(), "ratel_tb"
    *instances, name = path.split(".")
    for instance in instances:
        found = re.search(rf"^ *(ratel_\w+) (?:#\(.*?\n? *\) )?{instance} \(", texts[module],
                          re.M | re.S)  # fmt: skip
        every = re.findall(rf"(ratel_\w+)\s*(?:#\s*\((?:[^()]|\([^()]*\))*\)\s*)?{instance}\s*\(",
                           texts[module])  # fmt: skip
        assert every and found, f"{module} has no instance {instance}"
        module = every[-1]
    assert re.search(rf"^\s*(?:input|output|wire|reg|logic)\b[^;]*\b{name}\b", texts[module], re.M)


def test_names_come_from_the_wave_file_with_their_range(tmp_path: Path) -> None:
    found = signals(vcd(tmp_path, [("dut.acc", 2048), ("clk", 1)]))
    assert found == {"ratel_tb.dut.acc": "ratel_tb.dut.acc[2047:0]", "ratel_tb.clk": "ratel_tb.clk"}


def difference(stage: str) -> dict[str, Any]:
    return {"stage": stage, "cycle": 1396, "issued": 723, "sentences": "instruction 66: wrong"}


@pytest.mark.parametrize("stage", list(Stage))
def test_a_view_has_markers_decoders_and_only_signals_that_exist(
    stage: Stage, tmp_path: Path
) -> None:
    waves = every_signal(tmp_path)
    view = write_views(waves, config="8x8", difference=difference(stage), first=700, last=1456)
    text = view.read_text(encoding="utf-8")
    zoom, marker, first, second = text.split("\n*")[1].split()[:4]
    assert (int(marker), int(first), int(second)) == (13_960_000, 7_230_000, 13_960_000)
    assert float(zoom) < 0
    there = set(signals(waves).values())
    named = [line for line in text.splitlines() if line.startswith("ratel_tb.")]
    assert named and set(named) <= there
    tables = re.findall(r"^\^1 (.*)$", text, re.M)
    assert tables and "^>" not in text, "no program has to be there for a view to be read"
    for line in tables:
        assert "/" not in line and (tmp_path / line).is_file()
    assert '[dumpfile] "waves.vcd"\n[savefile] "view.gtkw"' in text
    for name in OPEN_FOR[stage]:
        assert f"@800200\n-{name}\n" in text
    assert "variable_add ratel_tb.clk" in (tmp_path / "view.sucl").read_text(encoding="utf-8")


def test_instructions_and_descriptors_are_decoded() -> None:
    conv = isa.conv(in_base=1, out_base=2, wbase=0)
    assert "conv x" in DECODERS["mnemonic"](f"{conv.word:08x}")
    assert "?Red?illegal" in DECODERS["mnemonic"]("ffffffff")
    fields = {"vec": 1, "op": 3, "in_base": 5, "out_base": 9, "out_h": 4, "out_w": 6, "kh": 2,
              "kw": 2}  # fmt: skip
    packed = int.from_bytes(pack("execute", fields), "little")
    assert DECODERS["operation"](f"{packed:x}") == "maxpool 5>9 4x6 k2x2"


def test_every_value_that_the_waves_have_is_in_the_tables(tmp_path: Path) -> None:
    waves = every_signal(tmp_path)
    codes = dict(re.findall(r"\$var wire 32 (\S+) (in_word|check_word)\b", waves.read_text()))
    words = [isa.conv(in_base=1, out_base=2, wbase=0).word, isa.fence().word]
    with waves.open("a", encoding="ascii") as stream:
        for word, code in zip(words, codes, strict=True):
            stream.write(f"#20010000\nb{word:b} {code}\n#20020000\nbx {code}\n")
    write_views(waves, config="8x8", difference=None, first=1, last=None)
    table = (tmp_path / "words-mnemonic.txt").read_text(encoding="utf-8").splitlines()
    assert [line[:8] for line in table] == sorted(f"{word:08x}" for word in [0, *words])
    assert any("conv x" in line for line in table) and any("fence" in line for line in table)
    found = values(waves, ["ratel_tb.dut.u_control.in_word", "ratel_tb.clk"])
    assert found["ratel_tb.clk"] == set() and "00000000" in next(iter(found.values()))


def test_the_states_are_those_of_the_core() -> None:
    for path, names in STATES.items():
        if not path.endswith("state_q"):
            continue
        module = "ratel_" + path.split(".")[0].removeprefix("u_")
        text = module_texts()[module]
        found = dict(re.findall(r"localparam \[1:0\] (\w+)\s*= 2'd(\d);", text))
        assert [name for name, _ in sorted(found.items(), key=lambda item: item[1])] == list(names)


def test_a_picture_says_what_it_needs_or_shows_the_view(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("honeyguide.waves.picture.shutil.which", lambda name: None)
    assert missing_tools() == ["Xvfb", "gtkwave", "import"]
    assert "apt install" in draw(tmp_path / "view.gtkw", tmp_path / "picture.png")


def test_the_registers_of_the_blamed_stage_are_found_in_the_hierarchy(tmp_path: Path) -> None:
    inner = [
        ("dut.u_load.count_q", 9), ("dut.u_load.u_new.u_part.state_q", 2),
        ("dut.u_load.u_new.u_part.data_q2", 64), ("dut.u_load.u_new.u_part.busy_q", 1),
        ("dut.u_load.slots[0].u_slot.used_q", 1), ("dut.u_load.slots[0].u_slot.left_q", 12),
        ("dut.u_load.u_new.wire_d", 4), ("dut.u_store.other_q", 3), ("dut.u_loader.near_q", 3),
    ]  # fmt: skip
    waves = vcd(tmp_path, [*((signal.path, 32) for signal in EVERY), *inner])
    view = write_views(waves, config="8x8", difference=difference("load"), first=7, last=1456)
    text = view.read_text(encoding="utf-8")
    (part,) = re.findall(
        r"^@c00200\n-Registers of dut.u_load.u_new.u_part\n(.*?)^-", text, re.M | re.S
    )
    assert re.findall(r"ratel_tb\S*\.(\S+)", part) == ["busy_q", "data_q2[63:0]", "state_q[1:0]"]
    assert part.index("@28\n") < part.index("@22\n") < part.index("@24\n"), "bit, hex, decimal"
    generated = text.partition("-Registers of dut.u_load.slots[0].u_slot\n")[2].partition("\n-")[0]
    assert re.findall(r"u_slot\.(\S+)", generated) == ["left_q[11:0]", "used_q"]
    assert "-Registers of dut.u_load\n" in text and "count_q[8:0]" in text
    assert "wire_d" not in text and "other_q" not in text and "near_q" not in text
    assert text.index("Registers of dut.u_load") < text.index("-Store\n"), "before other stages"


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_has_instances_that_the_core_has(stage: Stage) -> None:
    core = module_texts()["ratel_core"]
    assert INSIDE[stage]
    for path in INSIDE[stage]:
        dut, _, instance = path.partition(".")
        assert dut == "dut" and re.search(rf"\) {instance} \(", core), path
