"""Reducing steps: fewer, then simpler, as long as they fail; and the test that is written."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from golden import isa_builders as isa
from golden.assembler import disassemble_instruction
from golden.isa import Instruction, decode
from honeyguide.agents.axil import RegisterPoll, RegisterRead, RegisterWrite
from honeyguide.agents.item import Barrier
from honeyguide.agents.xif import Offload
from honeyguide.env.host import Command
from tb.env.steps import FILE, Step, command_of, plain, read_steps
from tb.shrink.candidates import Way
from tb.shrink.directed import directed_test
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
    assert Way.of({**told, "awaited": "AR"}) != Way.of(told)


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
