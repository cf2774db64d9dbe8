"""The parts of the firmware tools that need no simulation."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from golden import isa_builders
from golden.config import load_config
from golden.network import operations as ops
from sw.compiler.fastest import compile_network
from sw.firmware.codegen import BASE, call, generate_network, strides
from sw.firmware.elf import ElfError, read_elf
from sw.importer import import_network
from tb.soc.random_program import random_program

MNIST = Path(__file__).resolve().parents[2] / "models" / "mnist" / "mnist.tflite"


def test_call_of_an_instruction() -> None:
    item = isa_builders.ld_w(addr=0x1000, first=3, count=5)
    assert call(item) == "ratel_ld_w(0x1000, 3, 5)"
    pad = isa_builders.cfg_pad(pl=1, pt=2, zin=-3, zw=4, zout=-5)
    assert call(pad) == "ratel_cfg_pad(1, 2, -3, 4, -5)"


def test_every_instruction_of_a_network_is_in_its_source() -> None:
    core = load_config("8x8")
    program = compile_network(core, import_network(MNIST), memory_base=BASE)
    image = generate_network(program, [np.zeros((1, 28, 28, 1), np.int8)], name="mnist")
    assert image.source.count("  ratel_") + image.source.count("return ratel_") == (
        image.instructions
    )
    assert image.end >= program.memory_end


def test_strides() -> None:
    assert strides((2, 3, 4)) == (12, 4, 1)
    assert ops.Concatenation(axis=1).axis == 1


@pytest.mark.parametrize("content", [b"", b"\x7fELF\x02\x01" + bytes(60)])
def test_what_is_no_program_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "no.elf"
    path.write_bytes(content)
    with pytest.raises(ElfError, match="not a 32-bit"):
        read_elf(path)


def test_another_machine_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.elf"
    head = struct.pack("<16sHHIIIIIHHHHHH", b"\x7fELF\x01\x01", 2, 3, 1, *(0,) * 10)
    path.write_bytes(head)
    with pytest.raises(ElfError, match="RISC-V"):
        read_elf(path)


def test_random_programs_depend_on_their_seed_alone() -> None:
    core = load_config("8x8")
    data = bytes(4096)
    one, same, other = (random_program(seed, core, data) for seed in (5, 5, 6))
    assert one == same
    assert one.words != other.words
    assert len(one.committed) > 10
    assert one.log
