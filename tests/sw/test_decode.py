"""What the cycle model takes an instruction to touch: docs/isa.md, and who has to wait for whom."""

from __future__ import annotations

import pytest

from golden import isa_builders as isa
from golden.config import load_config
from golden.isa import Instruction
from sw.compiler.timing.decode import decode

CONFIG = load_config("8x8")
BASE = 0x1000
# 3 x 5 pixels of 20 channels: three blocks of channels, two of pixels.
SHAPE = isa.cfg_ld_shape(h=3, w=5, c=20, cbs=3)
PITCH = isa.cfg_ld_pitch(row_pitch=100, pix_pitch=20, p=5)


@pytest.mark.parametrize(
    ("load", "memory", "first", "end"),
    [
        (isa.ld_w(addr=BASE, first=7, count=9), "wbuf", 7, 16),
        (isa.ld_m(addr=BASE, first=7), "wbuf", 7, 7 + 3 * 15),
        (isa.ld_mt(addr=BASE, first=7), "wbuf", 7, 7 + 2 * 20),
        (isa.ld_p(addr=BASE, first=3, count=4), "pbuf", 3, 7),
        (isa.ld_b(addr=BASE, first=3, count=4), "pbuf", 3, 7),
        (isa.ld_l(addr=BASE), "lut", 0, 256),
        # Pixels 0 to 14 lie in lines 0 and 1 of the bank rows, each with three blocks.
        (isa.ld_t(addr=BASE, base=11, p0=0), "spad", 11, 17),
    ],
)
def test_a_load_writes_what_its_sizes_say(
    load: Instruction, memory: str, first: int, end: int
) -> None:
    *_, made = decode(CONFIG, [SHAPE, PITCH, load])
    assert made.engine == "load"
    assert made.writes == ((memory, first, end),)


def test_an_illegal_word_is_named_by_its_place() -> None:
    with pytest.raises(ValueError, match="instruction 1 is illegal"):
        decode(CONFIG, [SHAPE, Instruction(0xFFFF_FFFF, 0, 0)])
