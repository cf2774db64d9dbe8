"""Random programs over few, shared resources, so that instructions meet in every engine.

A program owns a handful of tensors in the scratchpad (some overlap), weight ranges, parameter
entries and places in memory; every instruction picks among them at random. Nothing waits: whether
the second instruction sees what the first one wrote is the core's business.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from golden import isa_builders as isa
from golden.config import CoreConfig
from golden.isa import BINARY, VECTOR, Instruction, build
from golden.isa_table import MacFlag
from tb.sequences.program import Write
from tb.sequences.values import Random, chance, pick


@dataclass(kw_only=True)
class Slots:
    """The resources of one program.

    Attributes:
        h, w, c: size of every tensor.
        lines: base lines of the tensors in the scratchpad.
        places: addresses of tensors in memory.
        weights: first weight words; each holds what a 3x3 convolution C -> C needs.
        entries: first parameter entries.
    """

    core: CoreConfig
    h: int
    w: int
    c: int
    lines: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)

    @property
    def blocks(self) -> int:
        """Blocks of a tensor."""
        return self.core.blocks(self.c)

    @property
    def steps(self) -> int:
        """Weight words an output block of the convolution uses."""
        return 9 * self.c

    @property
    def bytes(self) -> int:
        """Size of a tensor in memory."""
        return self.h * self.w * self.c

    @property
    def depth(self) -> int:
        """Lines of a tensor."""
        return (self.h * self.w - 1) // self.core.rows * self.blocks + self.blocks

    def setup(self) -> list[Instruction]:
        """Configuration that every instruction of the program shares."""
        shape = {"w": self.w, "h": self.h, "c": self.c, "cbs": self.blocks}
        pitch = {"row_pitch": self.w * self.c, "pix_pitch": self.c, "p": self.w}
        return [
            isa.cfg_ld_shape(**shape),
            isa.cfg_ld_pitch(**pitch),
            isa.cfg_st_shape(**shape),
            isa.cfg_st_pitch(**pitch),
            isa.cfg_in(**shape),
            isa.cfg_out(ow=self.w, oh=self.h, oc=self.c, cbs=self.blocks),
            isa.cfg_pitch(in_p=self.w, out_p=self.w, in2_p=self.w, in2_cbs=self.blocks),
            isa.cfg_kernel(kw=3, kh=3),
            isa.cfg_pad(pl=1, pt=1, zin=-3, zout=5),
            isa.cfg_act(fill=77),
            isa.cfg_scale(mult=0x60000000, shift=-10),
            isa.cfg_scale1(mult=0x50000000, shift=-1),
            isa.cfg_scale2(mult=0x70000000, shift=-2),
        ]

    # One instruction each, on the slots with these numbers.

    def load(self, slot: int, place: int) -> Instruction:
        """ld.t"""
        return isa.ld_t(addr=self.places[place], base=self.lines[slot])

    def store(self, slot: int, place: int) -> Instruction:
        """st.t"""
        return isa.st_t(addr=self.places[place], base=self.lines[slot])

    def load_weights(self, weight: int, place: int) -> Instruction:
        """ld.w of all that a convolution uses"""
        count = self.blocks * self.steps
        return isa.ld_w(addr=self.places[place], first=self.weights[weight], count=count)

    def load_parameters(self, entry: int, place: int) -> Instruction:
        """ld.p, from the aligned address at or below a place"""
        return isa.ld_p(addr=self.places[place] & ~3, first=self.entries[entry], count=self.blocks)

    def load_biases(self, entry: int, place: int) -> Instruction:
        """ld.b"""
        return isa.ld_b(addr=self.places[place] & ~3, first=self.entries[entry], count=self.blocks)

    def load_table(self, place: int) -> Instruction:
        """ld.l"""
        return isa.ld_l(addr=self.places[place])

    def conv(
        self, source: int, target: int, weight: int, entry: int, *, bias: bool = False
    ) -> Instruction:
        """Conv 3x3; random biases drown the inputs, so they are only added on request"""
        return isa.conv(
            in_base=self.lines[source], out_base=self.lines[target], wbase=self.weights[weight],
            pbase=self.entries[entry], flags=int(MacFlag.BIAS * bias),
        )  # fmt: skip

    def dwconv(
        self, source: int, target: int, weight: int, entry: int, *, bias: bool = False
    ) -> Instruction:
        """Dwconv 3x3; random biases drown the inputs, so they are only added on request"""
        return isa.dwconv(
            in_base=self.lines[source], out_base=self.lines[target], wbase=self.weights[weight],
            pbase=self.entries[entry], flags=int(MacFlag.BIAS * bias),
        )  # fmt: skip

    def vector(self, name: str, source: int, target: int, second: int) -> Instruction:
        """Any instruction of class vec by its name"""
        bases = {"in_base": self.lines[source], "out_base": self.lines[target]}
        if name in BINARY:
            bases["in2_base"] = self.lines[second]
        if name == "fill":
            del bases["in_base"]
        return build(name, **bases)


def make_slots(core: CoreConfig, random: Random, *, directed: bool = False) -> Slots:
    """Return resources of a random size; some tensors share lines and bytes.

    With `directed` none do, and tensors are large enough that a first instruction is still at work
    when the second one could start.
    """
    overlap = not directed
    if directed:
        h, w = int(random.integers(4, 7)), core.rows + int(random.integers(4))
        c = pick(random, [core.cols - 1, core.cols, core.cols + 1])
    else:
        h, w = int(random.integers(1, 7)), int(random.integers(1, 9))
        c = pick(random, [1, 3, core.cols - 1, core.cols, core.cols + 1])
    slots = Slots(core=core, h=h, w=w, c=c)
    line, place = 0, 0x1000
    for _ in range(5):
        slots.lines.append(line)
        line += slots.depth if not overlap or chance(random, 0.8) else slots.depth // 2
    room = max(slots.bytes, slots.blocks * slots.steps * core.cols, 9 * core.cols * slots.blocks)
    for _ in range(6):
        slots.places.append(place + int(random.integers(8)))
        step = room + 300 if not overlap or chance(random, 0.7) else slots.bytes // 2
        place += step
    words = slots.blocks * slots.steps
    slots.weights = [0, words if not overlap or chance(random, 0.5) else words // 2]
    slots.entries = [0, slots.blocks]
    return slots


def prime(slots: Slots, write: Write, random: Random) -> list[Instruction]:
    """Fill memory and load every resource once, so that nothing is unknown."""
    write(0x0F00, random.integers(0, 256, slots.places[-1] + 0x6000, dtype=np.uint8))
    program = slots.setup()
    program += [slots.load(slot, slot) for slot in range(len(slots.lines))]
    program += [slots.load_weights(0, 4), slots.load_weights(1, 5)]
    program += [slots.load_parameters(0, 0), slots.load_parameters(1, 3), slots.load_table(2)]
    return program


def dump(slots: Slots) -> list[Instruction]:
    """Store every tensor to a place of its own and wait."""
    free = slots.places[-1] + 0x6000
    out = [
        isa.st_t(addr=free + index * slots.bytes, base=line)
        for index, line in enumerate(slots.lines)
    ]
    return [*out, isa.fence()]


def random_program(
    core: CoreConfig, write: Write, random: Random, *, length: int
) -> list[Instruction]:
    """Return a program of `length` random instructions between priming and dump."""
    slots = make_slots(core, random)
    program = prime(slots, write, random)

    def one() -> Instruction:
        a, b, c = (int(random.integers(len(slots.lines))) for _ in range(3))
        place = int(random.integers(len(slots.places)))
        weight, entry = (int(random.integers(2)) for _ in range(2))
        match pick(random, [0, 0, 0, 1, 1, 1, 2, 3, 4, 5, 6, 6, 7, 7, 8, 8, 8]):
            case 0:
                return slots.load(a, place)
            case 1:
                return slots.store(a, place)
            case 2:
                return slots.load_weights(weight, place)
            case 3:
                return slots.load_parameters(entry, place)
            case 4:
                return slots.load_biases(entry, place)
            case 5:
                return slots.load_table(place)
            case 6:
                return slots.conv(a, b, weight, entry, bias=chance(random, 0.3))
            case 7:
                return slots.dwconv(a, b, weight, entry, bias=chance(random, 0.3))
            case _:
                return slots.vector(VECTOR[int(random.integers(len(VECTOR)))], a, b, c)

    program += [one() for _ in range(length)]
    if chance(random, 0.3):
        program.insert(int(random.integers(len(program))), isa.fence())
    if chance(random, 0.3):
        program.insert(int(random.integers(len(program))), isa.rdcnt(index=2))
    return program + dump(slots)
