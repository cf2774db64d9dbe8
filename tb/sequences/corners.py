"""Directed programs for what random programs hardly ever draw: last places, extreme values.

Every program works on tensors of one line (Rows pixels of Cols channels), loads what it reads and
stores what it wrote, so that everything is compared.

    line        a      b      y        the three tensors; `last` puts y, then a, at the end
    memory      DATA: bytes to load    OUT: where results go, one line after the other
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from golden import isa_builders as isa
from golden.config import CoreConfig
from golden.isa import ACC, BINARY, COMPUTE, HOLD, Instruction, build
from golden.isa_table import MacFlag
from tb.sequences.program import Write
from tb.sequences.values import Random, biases, multipliers

DATA, PARAMETERS, OUT, SUMMED = 0x1000, 0x6000, 0x8000, 0x1_0000
INT31_MAX = (1 << 31) - 1
EXTREME_SCALES = (
    (0, 0), (INT31_MAX, 0), (1 << 30, 30), (1 << 30, -31), (INT31_MAX, -7), (1 << 30, 1), (3, 4),
)  # fmt: skip


class Lines:
    """Instructions on tensors of one line."""

    def __init__(self, core: CoreConfig, write: Write, random: Random) -> None:
        self.core = core
        self.write = write
        self.size = core.rows * core.cols
        self._stored = 0
        most = max(4 * self.size, core.cols * core.cols, 64 * core.cols)
        write(DATA, random.integers(0, 256, most, dtype=np.uint8))
        # A parameter entry as it lies in memory: biases, multipliers, shifts.
        entry = np.concatenate(
            [
                biases(random, core.cols).astype("<i4").view(np.uint8),
                multipliers(random, core.cols).astype("<i4").view(np.uint8),
                np.full(core.cols, -9, dtype=np.int8).view(np.uint8),
            ]
        )
        write(PARAMETERS, entry)

    def groups(self) -> list[Instruction]:
        """Every configuration group."""
        core = self.core
        shape = {"w": core.rows, "h": 1, "c": core.cols, "cbs": 1}
        pitch = {"row_pitch": self.size, "pix_pitch": core.cols, "p": core.rows}
        return [
            isa.cfg_ld_shape(**shape),
            isa.cfg_ld_pitch(**pitch),
            isa.cfg_st_shape(**shape),
            isa.cfg_st_pitch(**pitch),
            isa.cfg_in(**shape),
            isa.cfg_out(ow=core.rows, oh=1, oc=core.cols, cbs=1),
            isa.cfg_pitch(in_p=core.rows, out_p=core.rows, in2_p=core.rows, in2_cbs=1),
            isa.cfg_kernel(kw=1, kh=1),
            isa.cfg_pad(zin=3, zw=-2, zout=5),
            isa.cfg_act(),
            isa.cfg_scale(mult=1 << 30, shift=-8),
            isa.cfg_scale1(mult=1 << 30, shift=0),
            isa.cfg_scale2(mult=1 << 30, shift=0),
        ]

    def load(self, line: int, part: int = 0) -> Instruction:
        """Load a line from one of the parts of the data."""
        return isa.ld_t(addr=DATA + part * self.size, base=line)

    def store(self, line: int) -> Instruction:
        """Store a line to where nothing was stored before."""
        self._stored += 1
        return isa.st_t(addr=OUT + self._stored * self.size, base=line)

    def compute(
        self, name: str, a: int, b: int, y: int, *, wbase: int = 0, pbase: int = 0, flags: int = 0
    ) -> Instruction:
        """Return a mac or vec instruction from lines a (and b) to y."""
        match name:
            case "conv" | "dwconv":
                mac = isa.conv if name == "conv" else isa.dwconv
                return mac(in_base=a, out_base=y, wbase=wbase, pbase=pbase, flags=flags)
            case "fill":
                return isa.fill(out_base=y)
        second = {"in2_base": b} if name in BINARY else {}
        return build(name, in_base=a, out_base=y, **second)


def places(lines: Lines) -> Iterator[tuple[str, list[Instruction]]]:
    """Yield programs that use the first and the last line, weight word and parameter entry."""
    core = lines.core
    last, words, entries = core.spad_depth - 1, core.wbuf_depth, core.param_depth
    setup = [*lines.groups(), isa.ld_l(addr=DATA)]
    weights = {
        "ld.w": [isa.ld_w(addr=DATA, first=words - core.cols, count=core.cols)],
        "ld.m": [
            isa.cfg_ld_shape(w=1, h=core.cols, c=core.cols, cbs=1),
            isa.ld_m(addr=DATA, first=words - core.cols),
        ],
        "ld.mt": [
            isa.cfg_ld_shape(w=1, h=1, c=core.cols, cbs=1),
            isa.ld_mt(addr=DATA, first=words - core.cols),
        ],
    }
    for kind, load in weights.items():
        for y, a in ((last, 0), (0, last)):
            parameters = isa.ld_p(addr=PARAMETERS, first=entries - 1, count=1)
            if kind == "ld.m":
                parameters = isa.ld_b(addr=PARAMETERS, first=entries - 1, count=1)
            program = [
                *setup, isa.ld_w(addr=DATA, first=words - core.cols, count=core.cols), *load,
                isa.ld_p(addr=PARAMETERS, first=entries - 1, count=1), parameters,
                *lines.groups(), lines.load(a), lines.load(1, 1),
            ]  # fmt: skip
            for name in COMPUTE:
                flags = MacFlag.BIAS | MacFlag.PERCH
                wbase = words - (core.cols if name == "conv" else 1)
                program += [
                    lines.compute(name, a, 1, y, wbase=wbase, pbase=entries - 1, flags=int(flags)),
                    lines.store(y),
                ]
            yield f"{kind}, output in line {y}", [*program, isa.fence()]


def values(lines: Lines) -> Iterator[tuple[str, list[Instruction]]]:
    """Yield programs with extreme scales, clamps, fill values, kernels and flags."""
    setup = [
        *lines.groups(), lines.load(0), lines.load(1, 1), isa.ld_l(addr=DATA),
        isa.ld_w(addr=DATA, first=0, count=64), isa.ld_p(addr=PARAMETERS, first=0, count=1),
    ]  # fmt: skip

    def check(name: str, *before: Instruction, flags: int = 0) -> list[Instruction]:
        return [*before, lines.compute(name, 0, 1, 2, flags=flags), lines.store(2)]

    for mult, shift in EXTREME_SCALES:
        groups = (isa.cfg_scale, isa.cfg_scale1, isa.cfg_scale2)
        program = [*setup]
        for group in groups:
            program += [*lines.groups()[10:], group(mult=mult, shift=shift)]
            for name in ("conv", "dwconv", "add", "sub", "mul"):
                program += check(name)
        yield f"scale {mult} {shift}", [*program, isa.fence()]
    program = [*setup]
    for low, high in ((-128, 127), (-5, 127), (-128, 5), (-5, 5), (7, 7), (-128, -128)):
        for name in COMPUTE:
            program += check(name, isa.cfg_act(act_min=low, act_max=high, fill=low))
    for fill in (-128, -1, 0, 1, 127):
        program += check("fill", isa.cfg_act(fill=fill))
    yield "clamps and fills", [*program, isa.fence()]
    program = [*setup]
    for zero in (-128, 0, 127):
        for name in ("conv", "dwconv", "add", "mul"):
            program += check(name, isa.cfg_pad(zin=zero, zw=zero, zout=zero))
    yield "zero points", [*program, isa.fence()]
    yield "kernels", [*setup, *kernels(lines), isa.fence()]
    yield "flags", [*setup, *all_flags(lines), isa.fence()]


def kernels(lines: Lines) -> list[Instruction]:
    """Return windows of 8x8 and more, wider than the image, and long dilations."""
    core = lines.core
    program: list[Instruction] = []
    for kw, kh, dx, dy in ((8, 8, 1, 1), (9, 1, 3, 1), (1, 9, 1, 3), (8, 2, 2, 5)):
        for name in ("conv", "dwconv", "maxpool", "avgpool"):
            program += [
                isa.cfg_in(w=core.rows, h=1, c=1, cbs=1),
                isa.cfg_out(ow=core.rows, oh=1, oc=1, cbs=1),
                isa.cfg_kernel(kw=kw, kh=kh, dx=dx, dy=dy),
                isa.cfg_pad(pl=kw // 2, pt=kh // 2),
                lines.compute(name, 0, 1, 2),
                lines.store(2),
            ]
    return program


def all_flags(lines: Lines) -> list[Instruction]:
    """Return convolutions with every combination of flags; those with acc continue a hold."""
    program: list[Instruction] = []
    for flags in range(1 << 4):
        if flags & MacFlag.ACC:
            program.append(lines.compute("conv", 0, 1, 2, flags=int(MacFlag.HOLD)))
        program.append(lines.compute("conv", 1, 1, 2, flags=flags))
        if flags & MacFlag.HOLD:
            program.append(lines.compute("conv", 0, 1, 2, flags=int(MacFlag.ACC)))
        program.append(lines.store(2))
    for flags in range(1 << 2):
        program += [lines.compute("dwconv", 0, 1, 2, flags=flags), lines.store(2)]
    return program


def sums(lines: Lines) -> Iterator[tuple[str, bool, list[Instruction]]]:
    """Yield jobs that add equal products up to the last that fits int32, then one more.

    With each: whether an accumulator of an output leaves int32 in it. At last the one more is of a
    column that is no output, and then one of all columns.
    """
    most = INT31_MAX // 255**2  # products that fit, of either sign
    for sign, outputs in ((1, lines.core.cols), (-1, lines.core.cols), (1, lines.core.cols - 1)):
        parts = [min(most - done, _deep(lines)) for done in range(0, most, _deep(lines))]
        name = f"{most} products of sign {sign} in {outputs} columns"
        yield name, False, [*_summands(lines, sign, outputs), *_added(lines, parts, outputs)]
        last = [*_added(lines, [1], outputs, flags=ACC | HOLD, wbase=_deep(lines))]
        all_of = outputs == lines.core.cols
        yield f"one more than {name}", all_of, last
        end = [*_added(lines, [1], outputs, flags=ACC), lines.store(lines.core.spad_depth - 1)]
        yield f"one in all columns after {name}", not all_of, [*end, isa.fence()]


def _deep(lines: Lines) -> int:
    return lines.core.wbuf_depth // 2  # products that one instruction adds


def _summands(lines: Lines, sign: int, outputs: int) -> list[Instruction]:
    """Load -255 everywhere, weights of 255 or -255, and behind these one for what is no output."""
    core, deep = lines.core, _deep(lines)
    weight, zero = (-128, 127) if sign > 0 else (127, -128)
    words = np.full((deep + 1, core.cols), weight, dtype=np.int8)
    if outputs < core.cols:
        words[deep, :outputs] = zero
    at = SUMMED + core.rows * deep
    lines.write(SUMMED, np.full(core.rows * deep, 0x80, dtype=np.uint8))
    lines.write(at, words.view(np.uint8).ravel())
    return [
        *lines.groups(),
        isa.cfg_ld_shape(w=core.rows, h=1, c=deep, cbs=core.blocks(deep)),
        isa.cfg_ld_pitch(row_pitch=core.rows * deep, pix_pitch=deep, p=core.rows),
        isa.ld_t(addr=SUMMED, base=0), isa.ld_w(addr=at, first=0, count=deep + 1),
        isa.cfg_pad(zin=127, zw=zero), isa.cfg_scale(mult=1 << 30, shift=-24),
    ]  # fmt: skip


def _added(
    lines: Lines, parts: list[int], outputs: int, *, flags: int = HOLD, wbase: int = 0
) -> Iterator[Instruction]:
    """Yield one convolution a part, from then on with acc and hold, and a fence."""
    core = lines.core
    yield isa.cfg_out(ow=core.rows, oh=1, oc=outputs, cbs=1)
    for part in parts:
        yield isa.cfg_in(w=core.rows, h=1, c=part, cbs=core.blocks(_deep(lines)))
        yield lines.compute("conv", 0, 0, core.spad_depth - 1, wbase=wbase, flags=int(flags))
        flags = ACC | HOLD
    yield isa.fence()


def refused(lines: Lines) -> list[Instruction]:
    """Return programs of single refusals that depend on flags or on the size of a buffer."""
    core = lines.core
    top = (1 << 32) - 4
    bad = [
        isa.ld_p(addr=top, first=0, count=1),
        isa.ld_b(addr=top, first=0, count=1),
        isa.ld_l(addr=top),
        isa.ld_w(addr=top, first=0, count=1),
    ]
    for name in ("conv", "dwconv"):
        for flags in (MacFlag.PERCH, MacFlag.BIAS, MacFlag.PERCH | MacFlag.BIAS):
            pbase = core.param_depth - 1 if core.param_depth < 1 << 8 else 255
            wide = [
                isa.cfg_in(w=1, h=1, c=2 * core.cols, cbs=2),
                isa.cfg_out(ow=1, oh=1, oc=2 * core.cols, cbs=2),
            ]
            bad += [*wide, lines.compute(name, 0, 1, 4, pbase=pbase, flags=int(flags))]
    program = lines.groups()
    for item in bad:
        program += [item, isa.fence(clear=1)]
    program += [*lines.groups(), lines.load(0), lines.load(1, 1), isa.ld_l(addr=DATA)]
    program += [isa.ld_w(addr=DATA, first=0, count=64)]
    return [*program, *ended_holds(lines), *in_place(lines), *refused_groups(lines), isa.fence()]


def ended_holds(lines: Lines) -> list[Instruction]:
    """Return holds, each with something after it that does or does not end it, then an acc."""
    illegal = Instruction(isa.conv(in_base=0, out_base=2, wbase=0).word, 0, 1 << 31)
    between: list[Instruction] = [
        *(lines.compute(name, 0, 1, 2) for name in COMPUTE),
        isa.copy(in_base=0, out_base=lines.core.spad_depth), illegal, lines.load(3), isa.cfg_act(),
    ]  # fmt: skip
    program: list[Instruction] = []
    for item in between:
        program += [
            lines.compute("conv", 0, 1, 2, flags=int(MacFlag.HOLD)), item, isa.fence(clear=1),
            lines.compute("conv", 1, 1, 2, flags=int(MacFlag.ACC)), isa.fence(clear=1),
            lines.store(2),
        ]  # fmt: skip
    return program


def in_place(lines: Lines) -> list[Instruction]:
    """Return results in the lines of an operand: legal only with the same pitches."""
    rows = lines.core.rows
    same = {"in_p": rows, "out_p": rows, "in2_p": rows, "in2_cbs": 1}
    pitches = [same, *({**same, name: rows + 1} for name in ("in_p", "out_p", "in2_p"))]
    strides = [(1, 1, 1), (2, 1, 1), (1, 2, 1), (1, 1, 2)]  # of input, output, second input
    program: list[Instruction] = []
    for index, pitch in enumerate([*pitches, same, same, same]):
        cbs, out_cbs, second = strides[max(0, index - len(pitches) + 1)]
        program += [
            isa.cfg_in(w=rows, h=1, c=lines.core.cols, cbs=cbs),
            isa.cfg_out(ow=rows, oh=1, oc=lines.core.cols, cbs=out_cbs),
            isa.cfg_pitch(**{**pitch, "in2_cbs": second}),
        ]
        for name, y in [*((name, y) for name in COMPUTE for y in (0, 1))]:
            program += [lines.compute(name, 0, 1, y), isa.fence(clear=1), lines.store(y)]
    return [*program, *lines.groups()]


def refused_groups(lines: Lines) -> list[Instruction]:
    """Return refused configuration between the legal one and what uses it."""
    high = 1 << 31
    other = [
        (isa.cfg_pad(pl=1, pt=1, zin=-9, zw=8, zout=-7), 0, high),
        (isa.cfg_act(act_min=-3, act_max=9, fill=44), high, 0),
        (isa.cfg_act(act_min=-4, act_max=8, fill=45), 0, high),
        *(
            (group(mult=0x71234567, shift=-6), 0, high)
            for group in (isa.cfg_scale, isa.cfg_scale1, isa.cfg_scale2)
        ),
    ]
    program = lines.groups()
    for item, rs1, rs2 in other:
        program += [Instruction(item.word, item.rs1 | rs1, item.rs2 | rs2), isa.fence(clear=1)]
        for name in COMPUTE:
            program += [lines.compute(name, 0, 1, 2), lines.store(2)]
    return program
