"""Random machine code for the CPU: custom instructions among loads, stores, branches and divisions.

Every program is a function that main() of programs/random.c calls at ENTRY. Its words are made here
and followed by a small model of the CPU, so that three things are known before it runs: which
custom instructions the CPU must commit, in which order and with which operands, and the words that
it leaves in its log. Interrupt handlers add `rdcnt` with rd = t6 (x31), which programs do not use.

    a0..a7, s2..s6   values            s8   base of the log     s9   base of data
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from golden import isa_builders
from golden.config import CoreConfig
from golden.isa import Instruction, encode
from golden.isa_table import Counter

ENTRY = 0x8_0000
DATA = 0x10_0000  # read by ld.t and lw
OUTPUT = 0x11_0000  # written by st.t only
LOG = 0x12_0000  # written by sw only
DATA_BYTES = 4096
VALUES = (10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22)
LOG_BASE, DATA_BASE = 24, 25
RETURN = 1
MASK = 0xFFFFFFFF


@dataclass(kw_only=True)
class RandomProgram:
    """Words from ENTRY on, the custom instructions it commits, the log it leaves."""

    words: list[int] = field(default_factory=list)
    committed: list[Instruction] = field(default_factory=list)
    log: list[int] = field(default_factory=list)


class Builder:
    """Emits machine code and keeps the values that the registers will have."""

    def __init__(self, seed: int, core: CoreConfig, data: bytes) -> None:
        self.random = random.Random(seed)
        self.core = core
        self.data = data
        self.program = RandomProgram()
        self.value = dict.fromkeys(range(32), 0)

    # ---- instructions of the CPU; each also updates the model

    def emit(self, word: int) -> None:
        self.program.words.append(word & MASK)

    def addi(self, rd: int, rs1: int, immediate: int) -> None:
        self.emit((immediate & 0xFFF) << 20 | rs1 << 15 | rd << 7 | 0x13)
        self.set(rd, self.value[rs1] + immediate)

    def load_immediate(self, rd: int, value: int) -> None:
        """`lui` and `addi`, as the assembler's `li`."""
        low = ((value & 0xFFF) ^ 0x800) - 0x800
        upper = (value - low) & 0xFFFFF000
        self.emit(upper | rd << 7 | 0x37)
        self.set(rd, upper)
        self.addi(rd, rd, low)

    def operate(self, rd: int, rs1: int, rs2: int) -> None:
        """One of add, sub, xor, mul, divu."""
        a, b = self.value[rs1], self.value[rs2]
        funct7, funct3, result = self.random.choice(
            [
                (0, 0, a + b),
                (0x20, 0, a - b),
                (0, 4, a ^ b),
                (1, 0, a * b),
                (1, 5, a // b if b else MASK),
            ]
        )
        self.emit(funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | 0x33)
        self.set(rd, result)

    def load_word(self, rd: int) -> None:
        offset = 4 * self.random.randrange(512)
        self.emit(offset << 20 | DATA_BASE << 15 | 2 << 12 | rd << 7 | 0x03)
        self.set(rd, int.from_bytes(self.data[offset : offset + 4], "little"))

    def store_log(self, rs2: int) -> None:
        offset = 4 * len(self.program.log)
        if offset >= 2048:
            return
        high, low = offset >> 5 & 0x7F, offset & 31
        self.emit(high << 25 | rs2 << 20 | LOG_BASE << 15 | 2 << 12 | low << 7 | 0x23)
        self.program.log.append(self.value[rs2])

    def branch_over(self) -> None:
        """A branch over instructions that must not happen, custom ones among them, or not taken."""
        rs1, rs2 = self.random.choice(VALUES), self.random.choice(VALUES)
        equal = self.value[rs1] == self.value[rs2]
        taken = self.random.random() < 0.7
        count = self.random.randint(1, 4)
        funct3 = 0 if taken == equal else 1  # beq or bne
        self.branch(funct3, rs1, rs2, 4 * (count + 1) if taken else 4)
        if taken:  # speculation: these are fetched, maybe offered, never committed
            for _ in range(count):
                item = self.custom()
                self.emit(item.word & ~(0x1F << 15) | 10 << 15)

    def branch(self, funct3: int, rs1: int, rs2: int, offset: int) -> None:
        bits = (
            (offset >> 12 & 1) << 31 | (offset >> 5 & 0x3F) << 25
            | (offset >> 1 & 15) << 8 | (offset >> 11 & 1) << 7
        )  # fmt: skip
        self.emit(bits | rs2 << 20 | rs1 << 15 | funct3 << 12 | 0x63)

    def set(self, rd: int, value: int) -> None:
        if rd:
            self.value[rd] = value & MASK

    # ---- instructions of Ratel

    def issue(self, *items: Instruction) -> None:
        """Load the operands of all of them, then the custom instructions back to back."""
        registers = iter(self.random.sample(VALUES, 2 * len(items)))
        placed = [(item, *self._load_operands(item, next(registers), next(registers)))
                  for item in items]  # fmt: skip
        for item, rs1, rs2 in placed:
            self._offer(item, rs1, rs2)

    def _load_operands(self, item: Instruction, rs1: int, rs2: int) -> tuple[int, int]:
        made = item.format
        assert made is not None
        self.load_immediate(rs1, item.rs1)
        if made.rs2_is_x0:
            return rs1, 0
        self.load_immediate(rs2, item.rs2)
        return rs1, rs2

    def _offer(self, item: Instruction, rs1: int, rs2: int) -> None:
        made = item.format
        assert made is not None
        rd = 0
        if made.result:
            # Two before and one behind, as the intrinsics have them: see docs/firmware.md.
            self.addi(0, 0, 0)
            self.addi(0, 0, 0)
            rd = self.random.choice(VALUES)
        word = encode(made, rd=rd, rs1=rs1, rs2=rs2)
        self.emit(word)
        if made.result:
            self.addi(0, 0, 0)
        self.program.committed.append(Instruction(word, item.rs1, item.rs2))
        if made.name == "fence":
            self.set(rd, 0)
        elif made.result:
            self.load_immediate(rd, self.random.getrandbits(32))  # a counter's value is not known

    def without_result(self) -> Instruction:
        """As `custom`, but nothing that writes a register: other operands are in them already."""
        while True:
            item = self.custom()
            if item.format is not None and not item.format.result:
                return item

    def custom(self) -> Instruction:
        """A custom instruction that is legal and harmless anywhere."""
        number = self.random.randrange(8)
        if number == 0:
            return isa_builders.cfg_scale(mult=self.random.getrandbits(31), shift=-3)
        if number == 1:
            return isa_builders.cfg_act(act_min=-128, act_max=127, fill=self.random.randint(-9, 9))
        if number == 2:
            return isa_builders.rdcnt(index=self.random.choice(list(Counter)))
        if number == 3:
            return isa_builders.fence(clear=0, done=self.random.randrange(2))
        if number == 4:
            return isa_builders.ld_w(addr=DATA + 8 * self.random.randrange(64), first=0, count=3)
        if number == 5:
            return isa_builders.ld_t(addr=DATA + self.random.randrange(512), base=0, p0=0)
        if number == 6:
            return self.random.choice([isa_builders.copy, isa_builders.lut])(in_base=0, out_base=16)
        return isa_builders.fill(out_base=self.random.choice([0, 16]))

    def store(self, number: int) -> Instruction:
        """A store to a place of its own, so that every one of them is compared."""
        return isa_builders.st_t(addr=OUTPUT + 256 * number, base=16, p0=0)

    # ---- the whole

    def build(self, length: int) -> RandomProgram:
        for register in VALUES:
            self.load_immediate(register, self.random.getrandbits(32))
        shape = {"w": 4, "h": 3, "c": 5, "cbs": -(-5 // self.core.cols)}
        for item in (
            isa_builders.cfg_ld_shape(**shape),
            isa_builders.cfg_ld_pitch(row_pitch=20, pix_pitch=5, p=4),
            isa_builders.cfg_st_shape(**shape),
            isa_builders.cfg_st_pitch(row_pitch=20, pix_pitch=5, p=4),
            isa_builders.cfg_in(**shape),
            isa_builders.cfg_out(ow=4, oh=3, oc=5, cbs=shape["cbs"]),
            isa_builders.cfg_pitch(in_p=4, out_p=4),
            isa_builders.ld_l(addr=DATA),
            isa_builders.ld_t(addr=DATA, base=0, p0=0),
            isa_builders.fill(out_base=16),
        ):
            self.issue(item)
        self.load_immediate(LOG_BASE, LOG)
        self.load_immediate(DATA_BASE, DATA)
        stores = 0
        for _ in range(length):
            kind = self.random.random()
            if kind < 0.33:
                self.issue(self.custom())
            elif kind < 0.45:
                self.issue(*(self.without_result() for _ in range(self.random.randint(2, 6))))
            elif kind < 0.55 and stores < 32:
                self.issue(self.store(stores))
                stores += 1
            elif kind < 0.65:
                self.load_word(self.random.choice(VALUES))
            elif kind < 0.75:
                self.store_log(self.random.choice(VALUES))
            elif kind < 0.87:
                self.operate(*(self.random.choice(VALUES) for _ in range(3)))
            else:
                self.branch_over()
        for register in VALUES:
            self.store_log(register)
        self.issue(isa_builders.fence(clear=1, done=0))
        self.emit(RETURN << 15 | 0x67)  # ret
        return self.program


def random_program(seed: int, core: CoreConfig, data: bytes, *, length: int = 40) -> RandomProgram:
    """Return a program that is the same for the same seed."""
    return Builder(seed, core, data).build(length)
