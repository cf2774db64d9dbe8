"""The interface, written down by hand from the documents.

RTL, golden model, C header and assembler take every encoding from spec/, so a number that is wrong
there is wrong in all of them and no comparison between them can see it. These are the numbers as
somebody would type them who has only the documents: a deliberate change of the interface changes
them here, too.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from golden import isa_builders as isa
from golden.config import CoreConfig
from golden.isa import BY_NAME, Instruction
from golden.isa_table import Counter, ErrorCode, FieldId
from golden.machine.storage import Tensor, gather, scatter
from golden.numerics import multiply_by_quantized_multiplier
from golden.registers_table import REGISTERS

ROOT = Path(__file__).resolve().parents[2]

# funct7 rs2=a1 rs1=a0 funct3 rd opcode; operands as the fields lie in rs1 and rs2.
INSTRUCTIONS = {
    "cfg.ld.shape": (
        isa.cfg_ld_shape(w=5, h=7, c=3, cbs=1), 0x00B5000B, 0x0007_0005, 0x0001_0003
    ),
    "cfg.ld.pitch": (
        isa.cfg_ld_pitch(row_pitch=0x12345, pix_pitch=3, p=6), 0x02B5000B, 0x12345, 0x0006_0003
    ),
    "cfg.st.shape": (
        isa.cfg_st_shape(w=5, h=7, c=3, cbs=1), 0x04B5000B, 0x0007_0005, 0x0001_0003
    ),
    "cfg.in": (isa.cfg_in(w=5, h=7, c=3, cbs=1), 0x08B5000B, 0x0007_0005, 0x0001_0003),
    "cfg.out": (isa.cfg_out(ow=5, oh=7, oc=3, cbs=1), 0x0AB5000B, 0x0007_0005, 0x0001_0003),
    "ld.t": (isa.ld_t(addr=0x8000_0010, base=2, p0=9), 0x00B5100B, 0x8000_0010, 0x0009_0002),
    "ld.w": (isa.ld_w(addr=0x40, first=3, count=8), 0x02B5100B, 0x40, 0x0008_0003),
    "ld.l": (isa.ld_l(addr=0x40), 0x0CB5100B, 0x40, 0),
    "st.t": (isa.st_t(addr=0x40, base=2, p0=9), 0x00B5200B, 0x40, 0x0009_0002),
    "conv": (
        isa.conv(in_base=1, out_base=2, wbase=3, pbase=4, flags=5), 0x00B5300B, 0x0002_0001,
        0x0504_0003,
    ),
    "dwconv": (
        isa.dwconv(in_base=1, out_base=2, wbase=3, pbase=4, flags=2), 0x02B5300B, 0x0002_0001,
        0x0204_0003,
    ),
    "add": (isa.add(in_base=1, out_base=2, in2_base=3), 0x00B5400B, 0x0002_0001, 3),
    "mul": (isa.mul(in_base=1, out_base=2, in2_base=3), 0x04B5400B, 0x0002_0001, 3),
    "lut": (isa.lut(in_base=1, out_base=2), 0x0AB5400B, 0x0002_0001, 0),
    "fence": (isa.fence(clear=1, done=1), 0x0005550B, 3, 0),
    "rdcnt": (isa.rdcnt(index=33), 0x0205550B, 33, 0),
}  # fmt: skip
# Operands as they are if nothing is said of them: word, rs1, rs2.
DEFAULTS = {
    "ld.t": (isa.ld_t(addr=0x40, base=2), 0x00B5100B, 0x40, 0x0000_0002),
    "st.t": (isa.st_t(addr=0x40, base=2), 0x00B5200B, 0x40, 0x0000_0002),
    "conv": (isa.conv(in_base=1, out_base=2, wbase=3), 0x00B5300B, 0x0002_0001, 3),
    "dwconv": (isa.dwconv(in_base=1, out_base=2, wbase=3), 0x02B5300B, 0x0002_0001, 3),
    "fence": (isa.fence(), 0x0005550B, 0, 0),
    "cfg.kernel": (isa.cfg_kernel(kw=3, kh=2), None, 0x0002_0003, 0x0101_0101),
    "cfg.pad": (isa.cfg_pad(), None, 0, 0),
    "cfg.act": (isa.cfg_act(), None, 0x7F80, 0),
}
REGISTER_OFFSETS = {
    "ID": 0x000, "VERSION": 0x004, "PARAMS0": 0x008, "PARAMS1": 0x00C, "STATUS": 0x010,
    "CTRL": 0x014, "IRQ_ENABLE": 0x018, "IRQ_STATUS": 0x01C, "ERR_CAUSE": 0x020,
    "ERR_INSTR": 0x024, "ERR_DETAIL": 0x028, "ERR_INDEX": 0x02C, "DB_RS1": 0x030, "DB_RS2": 0x034,
    "DB_INSTR": 0x038, "DB_RESULT": 0x03C, "XIF_CONTEXT": 0x040, "ERR_OWNER": 0x044,
    "ERR_PENDING": 0x048, "USER_RIGHTS": 0x04C, "LOCK": 0x050, "WATCHDOG": 0x060,
    "OPTIONS": 0x064, "MEMORY_ERRORS": 0x068, "WRAPPED": 0x06C, "COUNTER": 0x100,
    "COUNTER_HIGH": 0x140, "WINDOW_BASE": 0x200, "WINDOW_LIMIT": 0x240, "WINDOW_CTRL": 0x280,
}  # fmt: skip
ERRORS = [
    "NONE", "ILLEGAL", "RESERVED", "SIZE", "VALUE", "ALIGN", "SPAD", "WBUF", "PARAM", "MEMORY",
    "OVERLAP", "ACC", "BUS_READ", "BUS_WRITE", "PRIVILEGE", "RESET", "WINDOW", "WATCHDOG",
    "INTEGRITY",
]  # fmt: skip
COUNTERS = [
    "CYCLES", "BUSY", "INSTRUCTIONS", "LOAD_BUSY", "EXECUTE_BUSY", "STORE_BUSY", "STEPS", "MACS",
    "BYTES_READ", "BYTES_WRITTEN", "EXECUTE_HAZARD", "EXECUTE_FETCH", "EXECUTE_DRAIN",
    "LOAD_HAZARD", "STORE_HAZARD", "QUEUE_FULL",
]  # fmt: skip


@pytest.mark.parametrize("name", DEFAULTS)
def test_what_is_not_said_has_the_value_of_the_document(name: str) -> None:
    made, word, rs1, rs2 = DEFAULTS[name]
    assert word is None or made.word == word
    assert (made.rs1, made.rs2) == (rs1, rs2)


def test_a_destination_replaces_the_one_before_and_nothing_else() -> None:
    made = Instruction(0x0205550B, 33, 7).with_rd(0)
    assert (made.word, made.rs1, made.rs2) == (0x0205500B, 33, 7)
    assert made.with_rd(31).word == 0x02055F8B


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_an_instruction_has_the_bits_of_the_document(name: str) -> None:
    made, word, rs1, rs2 = INSTRUCTIONS[name]
    assert isinstance(made, Instruction)
    assert (f"{made.word:08x}", f"{made.rs1:x}", f"{made.rs2:x}") == (
        f"{word:08x}", f"{rs1:x}", f"{rs2:x}",
    )  # fmt: skip


def test_what_instructions_are_for_is_as_the_document_says() -> None:
    def those(what: str) -> set[str]:
        return {name for name, form in BY_NAME.items() if getattr(form, what)}

    assert those("binary") == {"add", "sub", "mul"}
    assert those("windowed") == {"conv", "dwconv", "maxpool", "avgpool"}
    assert those("scaled") == {"conv", "dwconv", "add", "sub", "mul"}


def test_registers_are_where_the_document_has_them() -> None:
    assert {register.name: register.offset for register in REGISTERS} == REGISTER_OFFSETS
    (identity,) = (register for register in REGISTERS if register.name == "ID")
    assert identity.reset.to_bytes(4, "big") == b"RATL"


def test_codes_count_as_the_document_does() -> None:
    assert {code.name: code.value for code in ErrorCode} == {n: i for i, n in enumerate(ERRORS)}
    assert [counter.name for counter in sorted(Counter)] == COUNTERS
    assert (FieldId.NONE, FieldId.RS1, FieldId.H, FieldId.ADDR) == (0, 1, 3, 37)


def defined(path: str) -> dict[str, int]:
    """Return the numbers that a header defines."""
    text = (ROOT / path).read_text(encoding="utf-8")
    found = re.findall(r"[#`]define\s+(\w+)\s+(?:\d+'[hd])?((?:0x)?[0-9a-f]+)u?\s", text)
    hexadecimal = set(re.findall(r"`define\s+(\w+)\s+\d+'h", text))
    return {
        name: int(value, 16) if name in hexadecimal else int(value, 0)
        for name, value in found
        if name in hexadecimal or re.fullmatch(r"0x[0-9a-f]+|\d+", value)
    }


def test_the_c_header_says_the_same() -> None:
    numbers = defined("sw/include/ratel_regs.h")
    for name, offset in REGISTER_OFFSETS.items():
        assert numbers[f"RATEL_{name}_OFFSET"] == offset
    numbers = defined("sw/include/ratel_isa.h")
    assert numbers["RATEL_OPCODE"] == 0x0B
    classes = [numbers[f"RATEL_CLASS_{name}"] for name in ("CFG", "LD", "ST", "MAC", "VEC", "SYS")]
    assert classes == [0, 1, 2, 3, 4, 5]


def test_the_verilog_header_says_the_same() -> None:
    numbers = defined("rtl/include/ratel_isa.vh")
    assert numbers["RATEL_OPCODE"] == 0x0B
    assert [numbers[f"CLASS_{n}"] for n in ("CFG", "LD", "ST", "MAC", "VEC", "SYS")] == [*range(6)]
    assert [numbers[f"OP_{n}"] for n in ("LD_T", "LD_W", "LD_M", "LD_MT", "LD_P", "LD_B", "LD_L")
            ] == [*range(7)]  # fmt: skip
    assert [numbers[f"OP_{n}"] for n in ("ADD", "SUB", "MUL", "MAXPOOL", "AVGPOOL", "LUT", "COPY",
                                         "FILL")] == [*range(8)]  # fmt: skip
    assert [numbers[f"ERR_{name}"] for name in ERRORS] == [*range(len(ERRORS))]


def test_a_tensor_lies_as_the_document_says() -> None:
    """Two rows of two pixels, five channels, Rows = Cols = 4, base 1, P = 3, CBS = 2.

    Pixel p = 3y + x: 0, 1 and 3, 4. Bank p mod 4, line 1 + (p div 4) * 2 + block; channel 4 is byte
    0 of block 1.
    """
    config = CoreConfig(rows=4, cols=4)
    tensor = Tensor(base=1, h=2, w=2, c=5, p=3, cbs=2)
    values = np.arange(20, dtype=np.int8).reshape(2, 2, 5)
    wanted = np.full((5, 4, 4), -1, dtype=np.int8)  # lines, banks, bytes
    wanted[1, 0] = [0, 1, 2, 3]
    wanted[2, 0, 0] = 4
    wanted[1, 1] = [5, 6, 7, 8]
    wanted[2, 1, 0] = 9
    wanted[1, 3] = [10, 11, 12, 13]
    wanted[2, 3, 0] = 14
    wanted[3, 0] = [15, 16, 17, 18]
    wanted[4, 0, 0] = 19
    scratchpad = np.full_like(wanted, -1)
    scatter(config, scratchpad, tensor, values)
    np.testing.assert_array_equal(scratchpad, wanted)
    np.testing.assert_array_equal(gather(config, wanted, tensor), values)


@pytest.mark.parametrize(
    ("value", "multiplier", "shift", "wanted"),
    [
        (5, 1 << 30, 0, 3),  # 2.5: half goes up
        (-5, 1 << 30, 0, -2),  # -2.5: up is towards zero here
        (100, 1 << 30, 1, 100),  # 0.5 * 2
        (6, 1 << 30, -1, 2),  # 1.5 after the shift: half away from zero
        (-6, 1 << 30, -1, -2),  # -1.5
        (1 << 30, 0x7FFFFFFF, 0, 1 << 30),  # 2^30 * (1 - 2^-31) = 2^30 - 0.5, rounded up
    ],
)
def test_a_product_is_rounded_as_by_hand(
    value: int, multiplier: int, shift: int, wanted: int
) -> None:
    got = multiply_by_quantized_multiplier(np.int32(value), multiplier, shift)
    assert int(np.asarray(got)) == wanted
