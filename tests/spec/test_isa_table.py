"""Encodings, assembler and disassembler."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from golden import config as config_module
from golden import isa_builders
from golden.assembler import (
    AssemblyError,
    assemble,
    disassemble,
    disassemble_instruction,
    disassemble_word,
)
from golden.config import ConfigError, CoreConfig, config_names, load_config
from golden.isa import FORMATS, Instruction, build, decode, encode
from golden.isa_format import InstructionFormat, OperandField
from golden.isa_table import OPCODE

EVERY = pytest.mark.parametrize("item", FORMATS, ids=lambda item: item.name)


def random_values(item: InstructionFormat, rng: np.random.Generator) -> dict[str, int]:
    return {
        field.name: int(rng.integers(field.limits[0], field.limits[1] + 1)) for field in item.fields
    }


@EVERY
def test_builder_decoder_and_fields_agree(item: InstructionFormat, seed: int) -> None:
    rng = np.random.default_rng(seed)
    builder = getattr(isa_builders, item.name.replace(".", "_"))
    for _ in range(20):
        values = random_values(item, rng)
        instruction = builder(**values)
        assert decode(instruction.word) is item
        assert item.unpack(instruction.rs1, instruction.rs2) == values
        assert not instruction.rs1 & item.reserved_rs1
        assert not instruction.rs2 & item.reserved_rs2


@EVERY
def test_text_comes_back_as_the_same_instruction(item: InstructionFormat, seed: int) -> None:
    rng = np.random.default_rng(seed)
    program = [build(item.name, **random_values(item, rng)) for _ in range(20)]
    # other registers, reserved bits, all ones
    word = encode(item, rd=5 if item.result else 0, rs1=31, rs2=0 if item.rs2_is_x0 else 3)
    program += [
        Instruction(word, program[0].rs1, program[0].rs2),
        Instruction(program[0].word, 0xFFFFFFFF, 0xFFFFFFFF),
        Instruction(program[0].word, 0xFFFFFFFF, 0),
        Instruction(program[0].word | 1 << 31, 1, 2),
    ]
    text = disassemble(program)
    assert assemble(text) == program
    assert disassemble(assemble(text)) == text
    if item.reserved_rs1 or item.reserved_rs2:
        assert ".word" in text
    assert disassemble_word(program[0].word).startswith(item.name)


@EVERY
def test_a_value_one_too_large_is_refused(item: InstructionFormat) -> None:
    for field in item.fields:
        values = {other.name: 0 for other in item.fields}
        for wrong in (field.limits[0] - 1, field.limits[1] + 1):
            with pytest.raises(ValueError, match=f"{item.name}: {field.name} must lie in"):
                build(item.name, **{**values, field.name: wrong})


def test_every_other_word_is_illegal() -> None:
    legal = {(item.funct3, item.funct7) for item in FORMATS}
    for funct3 in range(8):
        for funct7 in range(128):
            word = funct7 << 25 | funct3 << 12 | OPCODE
            assert (decode(word) is not None) == ((funct3, funct7) in legal)
            assert decode(word ^ 0x20) is None  # another opcode


@EVERY
def test_registers_that_must_be_x0(item: InstructionFormat) -> None:
    word = encode(item)
    assert (decode(word | 1 << 7) is not None) == item.result
    assert (decode(word | 1 << 20) is not None) == (not item.rs2_is_x0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("frob x=1", "line 1: there is no instruction frob"),
        ("\nld.t base=0", "line 2: ld.t needs addr"),
        ("ld.t addr=0, base=0, bse=3", "no field bse"),
        ("ld.t addr=0, base=0x10000", "base must lie in 0..65535, not 65536"),
        ("ld.t addr=zero, base=0", "'zero' is not a number"),
        ("ld.t addr 0", "expected field=value"),
        ("ld.t addr=0, addr=0, base=0", "addr is given twice"),
        ("conv in_base=0, out_base=0, wbase=0, flags=fast", "there is no flag fast"),
        ("fence rd=x32", "rd must be x0..x31"),
        ("fence rd=a0", "'a0' is not a register"),
        ("conv in_base=0, out_base=0, wbase=0, rd=x1", "does not allow these registers"),
        (".word 1, 2", ".word needs a word and two operands"),
    ],
)
def test_a_wrong_line_is_named_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(AssemblyError, match="line") as error:
        assemble(text)
    assert message in str(error.value)


def test_a_program_text() -> None:
    program = assemble(
        """
        cfg.kernel kw=3, kh=0x3         # strides default to 1
        conv in_base=0, out_base=9, wbase=1, flags=perch+bias
        fence clear=1, rd=x7
        """
    )
    assert program[0].rs2 == 0x01010101
    assert program[1].rs2 == 3 << 24 | 1
    assert disassemble_instruction(program[1]).endswith("flags=perch+bias")
    assert disassemble_instruction(program[2]) == "fence clear=1, done=0, rd=x7"


@pytest.mark.parametrize(("bits", "signed", "limits"), [
    (8, True, (-128, 127)), (8, False, (0, 255)), (16, True, (-32768, 32767)), (1, False, (0, 1)),
])  # fmt: skip
def test_a_field_holds_what_its_bits_do(bits: int, signed: bool, limits: tuple[int, int]) -> None:
    field = OperandField(name="x", lsb=3, bits=bits, signed=signed)
    assert field.limits == limits
    assert [field.get(field.put(value)) for value in limits] == list(limits)


def test_what_computes_on_an_input_is_clamped() -> None:
    clamped = {item.name for item in FORMATS if item.clamped}
    assert clamped == {"conv", "dwconv", "add", "sub", "mul", "maxpool", "avgpool"}


def test_configurations(monkeypatch: pytest.MonkeyPatch) -> None:
    assert config_names()[0] == "8x8"
    for name in config_names():
        config = load_config(name)
        assert config.name == name
        assert config.verilog_parameters()["Rows"] == config.rows
    assert load_config().name == "8x8"
    with pytest.raises(ConfigError, match="there is no configuration 5x5"):
        load_config("5x5")
    strange = {"default": "8x8", "config": {"8x8": {"Rows": 8, "Colls": 8}}}
    monkeypatch.setattr(config_module, "_read", lambda: strange)
    with pytest.raises(ConfigError, match="8x8 sets Colls, which is no parameter"):
        load_config("8x8")
    refused: list[dict[str, Any]] = [
        {"rows": 5}, {"spad_depth": 100}, {"requant_lanes": 3}, {"axi_id_width": 9},
        {"windows": 3}, {"windows": 17},
    ]  # fmt: skip
    for wrong in refused:
        with pytest.raises(ConfigError, match="must"):
            CoreConfig(**wrong)
