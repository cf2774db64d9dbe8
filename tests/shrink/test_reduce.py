"""Reducing steps: fewer, then simpler, as long as they fail; and the test that is written."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from golden import isa_builders as isa
from golden.assembler import disassemble_instruction
from golden.config import load_config
from golden.isa import BIAS, Instruction, decode
from golden.machine import Machine
from golden.memory import Memory
from honeyguide.agents.axil import RegisterPoll, RegisterRead, RegisterWrite
from honeyguide.agents.bus import Barrier
from honeyguide.agents.xif import Offload
from honeyguide.env.host import Command
from tb.env.steps import FILE, Step, command_of, plain, read_steps
from tb.shrink.aimed import SHIFTS, STAND_INS, around, name_of, place_of, without_loads
from tb.shrink.candidates import Way
from tb.shrink.directed import directed_test
from tb.shrink.least import least_groups
from tb.shrink.reduce import CALM, Reducer, merged, size
from tb.shrink.shrink import instructions

SHAPE = isa.cfg_ld_shape(w=7, h=5, c=11, cbs=2)
LOAD = isa.ld_t(addr=0x1234, base=40, p0=3)
FILL = isa.ld_w(addr=0x3001, first=9, count=20)


def play(*instructions: Instruction, gap: int = 3) -> Step:
    commands = [plain(Offload(instruction=item, gap=gap)) for item in instructions]
    return {"play": commands, "check": True}


def issued(steps: Sequence[Step]) -> list[Instruction]:
    words = [words for step in steps for words in step.get("play", ())]
    return [Instruction(*words[1:4]) for words in words if words[0] == "offload"]


def loads_wide(steps: Sequence[Step]) -> bool:
    """Fails like a core that can't load tensors wider than 2."""
    width = 0
    for item in issued(steps):
        shape = decode(item.word)
        assert shape is not None
        values = shape.unpack(item.rs1, item.rs2)
        if shape.name == "cfg.ld.shape":
            width = int(values["w"])
        if shape.name == "ld.t" and width > 2:
            return True
    return False


def test_commands_survive_being_written_down(tmp_path: Path) -> None:
    commands: list[Command] = [
        Offload(instruction=LOAD, kill=True, gap=2, commit_delay=4, rs_valid=1, mode=0),
        RegisterWrite(address=4, data=7, strobes=3, gap=1), RegisterRead(address=8, gap=2),
        RegisterPoll(address=12, mask=3, value=1), Barrier(gap=5),
    ]  # fmt: skip
    assert [command_of(plain(command)) for command in commands] == commands
    assert read_steps(tmp_path) == []
    (tmp_path / FILE).write_text('{"reset": 4}\n{"play": [], "check": false}\n', encoding="utf-8")
    assert read_steps(tmp_path) == [{"reset": 4}, {"play": [], "check": False}]


def test_a_program_becomes_the_smallest_that_fails() -> None:
    steps: list[Step] = [
        {"write": [0x1230, "00112233" * 64]}, {"stalls": [0.5, 0.5, 0, 0, 0, 0.5, 30]},
        play(FILL, isa.fence()), play(FILL, SHAPE, FILL, LOAD, FILL, LOAD, isa.fence()),
    ]  # fmt: skip
    small = Reducer(steps, loads_wide, lambda: False).run()
    names = [disassemble_instruction(item).split(" ")[0] for item in issued(small)]
    assert names == ["cfg.ld.shape", "ld.t", "fence"]
    shape = SHAPE.format
    assert shape is not None
    values = shape.unpack(issued(small)[0].rs1, issued(small)[0].rs2)
    assert int(values["w"]) == 3 and int(values["h"]) <= 1
    assert not any("write" in step for step in small)
    assert all(step["stalls"] == CALM for step in small if "stalls" in step)
    assert all(words[6] == 0 for step in small for words in step.get("play", ()))
    assert (instructions(small), instructions(small, work=True)) == (3, 1)


def test_what_matters_in_memory_stays_and_nothing_else() -> None:
    def fails(steps: Sequence[Step]) -> bool:
        image = bytearray(1 << 13)
        for step in steps:
            if "write" in step:
                data = bytes.fromhex(step["write"][1])
                image[step["write"][0] : step["write"][0] + len(data)] = data
        return image[0x1005] == 0xAB

    steps: list[Step] = [{"write": [0x0FF0, "11" * 21 + "ab" + "22" * 200]}, play(isa.fence())]
    small = Reducer(steps, fails, lambda: False).run()
    data = bytes.fromhex("".join(step["write"][1] for step in small if "write" in step))
    assert data.count(0xAB) == 1 and len(data) <= 16


def test_time_that_is_up_ends_it_with_what_is_known() -> None:
    steps = [play(SHAPE, LOAD, isa.fence())]

    def never(steps: Sequence[Step]) -> bool:
        raise AssertionError("there is no time to ask")

    assert Reducer(steps, never, lambda: True).run() == steps


def test_writes_are_merged_across_pages() -> None:
    steps: list[Step] = [{"write": [0xFFF, "0102"]}, {"write": [0x1000, "03"]}]
    assert merged(steps) == [{"write": [0xFFF, "01"]}, {"write": [0x1000, "03"]}]
    assert size(steps)[2] == 3


def test_the_way_of_a_failure_leaves_out_numbers() -> None:
    told = {"stage": "array", "text": "conv in_base=3", "awaited": ""}
    assert Way.of(told) == Way(stage="array", mnemonic="conv", hung=False)
    assert Way.of({**told, "text": "conv in_base=9"}) == Way.of(told)
    assert Way.of({**told, "awaited": "AR", "missing": True}) != Way.of(told)
    assert Way.of({**told, "awaited": "AR"}) == Way.of(told), "a wrong value is no hang"


@pytest.mark.parametrize("odd", [False, True])
def test_the_written_test_is_a_test_of_the_bench_and_clean(odd: bool, tmp_path: Path) -> None:
    steps: list[Step] = [
        {"write": [0x1230, "0a" * 80]}, {"stalls": [0.5, 0, 0, 0, 0, 0, 30]},
        play(SHAPE, LOAD, isa.fence(), gap=0),
    ]  # fmt: skip
    if odd:
        commands: list[Command] = [
            RegisterWrite(address=4, data=1),
            Offload(instruction=LOAD, kill=True),
        ]
        steps.append({"play": [plain(item) for item in commands], "check": False})
    text = directed_test(
        "SmallLoad", steps, about='stage "load": a\\b differs, and much more. ' * 4
    )
    (made,) = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    assert made.name == "SmallLoad"
    assert "# ld.t addr=0x00001234" in text and "Stalls(ar=0.5" in text
    path = tmp_path / "small.py"
    path.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "F,E9", "--isolated", str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    if not odd:  # commands of other kinds are written as Python shows them
        formatted = subprocess.run(
            [sys.executable, "-m", "ruff", "format", "--check", "--line-length", "100", str(path)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert formatted.returncode == 0, formatted.stdout


def layer() -> list[Instruction]:
    """Two layers; the second convolution has what it needs, and much that it does not."""
    load = [SHAPE, isa.cfg_ld_pitch(row_pitch=77, pix_pitch=11, p=7), LOAD, FILL]
    return [
        *load, isa.cfg_in(w=7, h=5, c=11, cbs=2), isa.cfg_out(ow=7, oh=5, oc=8, cbs=1),
        isa.cfg_pitch(in_p=7, out_p=7), isa.cfg_kernel(kw=1, kh=1, sx=1, sy=1, dx=1, dy=1),
        isa.conv(in_base=0, out_base=10, wbase=0), isa.cfg_pad(pl=1, pt=1), *load,
        isa.conv(in_base=0, out_base=20, wbase=0, flags=BIAS), isa.fence(),
    ]  # fmt: skip


def mnemonics(commands: Sequence[list[Any]]) -> list[str]:
    return [name_of(words) for words in commands]


def test_programs_around_an_instruction_begin_with_the_smallest() -> None:
    (step,) = [play(*layer())]
    commands = step["play"]
    place = place_of(commands, len(commands) - 2, "conv")
    assert place == len(commands) - 2
    programs = [mnemonics(some) for some in around(commands, place)]
    own = ["cfg.in", "cfg.out", "cfg.pitch", "cfg.kernel", "cfg.pad", "conv", "fence"]
    assert programs[0] == own
    assert [name for name in programs[1] if not name.startswith("cfg.")] == [
        "ld.t", "ld.w", "conv", "fence"
    ]  # fmt: skip
    assert programs[-1] == mnemonics(commands)
    assert [len(some) for some in programs] == sorted(len(some) for some in programs)
    assert place_of(commands, 0, "conv") == place, "a number that is of another is not believed"
    assert place_of(commands, None, "st.t") is None


def test_zero_points_stand_in_for_what_was_loaded() -> None:
    commands = play(*layer())["play"]
    programs = list(without_loads(commands, len(commands) - 2))
    assert len(programs) == len(STAND_INS) * len(SHIFTS)
    for some in programs:
        names = mnemonics(some)
        assert not any(name.startswith("ld.") for name in names)
        assert names[-2:] == ["conv", "fence"] and names.count("cfg.pad") == 1
        conv = decode(some[-2][1])
        assert conv is not None and conv.unpack(some[-2][2], some[-2][3])["flags"] == 0
    assert not list(without_loads(commands, 2)), "a load is what fails"


def test_a_fill_stands_in_for_a_loaded_tensor() -> None:
    shapes = [isa.cfg_in(w=7, h=5, c=11, cbs=2), isa.cfg_out(ow=7, oh=5, oc=11, cbs=2),
              isa.cfg_pitch(in_p=7, out_p=7)]  # fmt: skip
    copy = isa.copy(in_base=40, out_base=60)
    commands = play(SHAPE, LOAD, *shapes, copy, isa.fence())["play"]
    (some,) = without_loads(commands, 5)
    names = ["cfg.in", "cfg.out", "cfg.pitch", "cfg.act", "fill", "copy", "fence"]
    assert mnemonics(some) == names
    machine = Machine(load_config("8x8"), Memory(size=1 << 14))
    outcomes = [machine.execute(item) for item in issued([{"play": some}])]
    assert all(one.error is None for one in outcomes)
    assert machine.storage.spad[60].any()


@pytest.mark.parametrize(
    ("name", "groups"),
    [("ld.t", 2), ("st.t", 2), ("ld.w", 0), ("fill", 3), ("lut", 3), ("add", 3), ("conv", 4),
     ("dwconv", 4), ("avgpool", 4)],
)  # fmt: skip
def test_how_much_configuration_an_instruction_needs_at_least(name: str, groups: int) -> None:
    assert len(least_groups(name, load_config("8x8"))) == groups


def test_a_convolution_that_fails_without_data_becomes_the_least_that_is_legal() -> None:
    """The core here fails at every convolution that golden takes."""

    def fails(steps: Sequence[Step]) -> bool:
        machine = Machine(load_config("8x8"), Memory(size=1 << 14))
        outcomes = [machine.execute(item) for item in issued(steps)]
        return any(one.mnemonic == "conv" and one.error is None for one in outcomes)

    small = Reducer([play(*layer())], fails, lambda: False, lambda: (None, "conv")).run()
    names = [disassemble_instruction(item).split(" ")[0] for item in issued(small)]
    assert names == ["cfg.in", "cfg.out", "cfg.pitch", "cfg.kernel", "conv", "fence"]


def test_what_was_written_for_later_plays_does_not_get_before_the_one_that_fails() -> None:
    steps: list[Step] = [
        {"write": [16, "01"]}, play(FILL, isa.fence()), {"write": [32, "02"]}, play(*layer()),
        {"write": [16, "03"]}, play(FILL, isa.fence()),
    ]  # fmt: skip

    def fails(some: Sequence[Step]) -> bool:
        memory = {}
        for step in some:
            if "write" in step:
                memory[step["write"][0]] = step["write"][1]
            if "conv" in mnemonics(step.get("play", ())):
                return memory.get(16) == "01"
        return False

    small = Reducer(steps, fails, lambda: False, lambda: (None, "conv")).run()
    assert len(small) == 2 and small[0] == {"write": [16, "01"]}


def test_memory_stays_random_only_if_that_is_needed() -> None:
    steps: list[Step] = [{"fill": 7}, {"write": [16, "01"]}, play(FILL), play(*layer())]

    def needs_it(some: Sequence[Step]) -> bool:
        assert all("fill" not in step for step in some[1:]), "what is written comes later"
        return "fill" in some[0] and any("write" in step for step in some)

    small = Reducer(steps, needs_it, lambda: False).run()
    assert [next(iter(step)) for step in small[:2]] == ["fill", "write"]
    assert "self.env.memory.fill(Seeds(7))" in directed_test("Small", small, about="It fails.")
    assert not any("fill" in step for step in Reducer(steps, lambda _: True, lambda: False).run())
