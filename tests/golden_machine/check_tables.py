"""Section 5 of docs/architecture.md for the 8x8 core, written out: for every instruction a program
that passes, and for every check, in order, a change that fails it and one that just passes.

A setting is (place, name): place is a configuration group, "op" for an operand field, or "rs1",
"rs2" for raw bits that are set in an operand. Base programs have small and odd sizes on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from golden.isa_table import ErrorCode as E
from golden.isa_table import FieldId as F

Setting = tuple[str, str]
TOP = 0xFFFFFFFF
MEMORY_END = 1 << 32


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A change that makes one check fail, and values of the same setting that pass."""

    place: str
    name: str
    value: int
    code: E
    field: F
    detail: int
    passes: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Case:
    """A program that passes its checks, and its faults in the order of the checks."""

    groups: dict[str, dict[str, int]] = field(default_factory=dict)
    operands: dict[str, int] = field(default_factory=dict)
    faults: tuple[Fault, ...]


def fault(
    place: str,
    name: str,
    value: int,
    code: E,
    at: F,
    detail: int | None = None,
    passes: tuple[int, ...] = (),
) -> Fault:
    """The detail is the value refused unless it is given."""
    return Fault(
        place=place,
        name=name,
        value=value,
        code=code,
        field=at,
        detail=(value if detail is None else detail) & TOP,
        passes=passes,
    )


def zero(place: str, name: str, at: F) -> Fault:
    """SIZE: the value is 0."""
    return fault(place, name, 0, E.SIZE, at)


# --- loads and stores: H=3 W=5 C=10, P=6, CBS=2; last pixel 2*6+4 = 16, group 2; 6 lines; 150 bytes


def _transfer(kind: str) -> Case:
    shape, pitch = f"{kind}.shape", f"{kind}.pitch"
    return Case(
        groups={
            shape: {"h": 3, "w": 5, "c": 10, "cbs": 2},
            pitch: {"row_pitch": 50, "pix_pitch": 10, "p": 6},
        },
        operands={"addr": 0x8000_0000, "base": 0, "p0": 0},
        faults=(
            zero(shape, "h", F.H),
            zero(shape, "w", F.W),
            zero(shape, "c", F.C),
            fault(pitch, "p", 4, E.SIZE, F.P, passes=(5,)),
            fault(shape, "cbs", 1, E.SIZE, F.CBS, passes=(3,)),
            fault(pitch, "pix_pitch", 9, E.SIZE, F.PIX_PITCH),
            fault(pitch, "row_pitch", 49, E.SIZE, F.ROW_PITCH, passes=(51, 0x1000_0000)),
            fault("op", "base", 1019, E.SPAD, F.BASE, 1025, passes=(1018,)),
            fault(
                "op", "addr", MEMORY_END - 149, E.MEMORY, F.ADDR, TOP, passes=(MEMORY_END - 150,)
            ),
        ),
    )


# H=2 W=3, 6 pixels of 10 bytes: ld.m needs 2*6 words, ld.mt 1*10; 60 bytes
def _matrix(words: int) -> Case:
    return Case(
        groups={
            "ld.shape": {"h": 2, "w": 3, "c": 10, "cbs": 0},
            "ld.pitch": {"row_pitch": 30, "pix_pitch": 10, "p": 0},
        },
        operands={"addr": 0x8000_0000, "first": 0},
        faults=(
            fault("rs2", "", 1 << 16, E.RESERVED, F.RS2),
            zero("ld.shape", "h", F.H),
            zero("ld.shape", "w", F.W),
            zero("ld.shape", "c", F.C),
            fault("ld.pitch", "pix_pitch", 9, E.SIZE, F.PIX_PITCH),
            fault("ld.pitch", "row_pitch", 29, E.SIZE, F.ROW_PITCH, passes=(31,)),
            fault("op", "first", 2049 - words, E.WBUF, F.WBASE, 2049, passes=(2048 - words,)),
            fault("op", "addr", MEMORY_END - 59, E.MEMORY, F.ADDR, TOP, passes=(MEMORY_END - 60,)),
        ),
    )


def _parameters(entry: int) -> Case:
    """Three entries of ``entry`` bytes."""
    last = MEMORY_END - 3 * entry
    return Case(
        operands={"addr": 0x8000_0000, "first": 0, "count": 3},
        faults=(
            fault("op", "addr", 0x8000_0002, E.ALIGN, F.ADDR, passes=(0x8000_0004,)),
            zero("op", "count", F.COUNT),
            fault("op", "first", 62, E.PARAM, F.PBASE, 65, passes=(61,)),
            fault("op", "addr", last + 4, E.MEMORY, F.ADDR, TOP, passes=(last,)),
        ),
    )


# --- execute: input H=5 W=6 C=10 (P=6, CBS=2): last pixel 29, 3*2+2 = 8 lines


def _input(passes_p: tuple[int, ...] = (7,)) -> tuple[Fault, ...]:
    return (
        zero("in", "h", F.H),
        zero("in", "w", F.W),
        zero("in", "c", F.C),
        fault("pitch", "in_p", 5, E.SIZE, F.P, passes=passes_p),
        fault("in", "cbs", 1, E.SIZE, F.CBS, passes=(3,)),
    )


_KERNEL = tuple(
    zero("kernel", name, F[name.upper()]) for name in ("kh", "kw", "sy", "sx", "dy", "dx")
)
_ACT = (fault("act", "act_min", 101, E.VALUE, F.ACT, 100 << 8 | 101, passes=(100,)),)


def _scale(suffix: str = "") -> tuple[Fault, ...]:
    group = f"scale{suffix}"
    return (
        fault(group, "mult", -1, E.VALUE, F[f"MULT{suffix}"], passes=(0, (1 << 31) - 1)),
        fault(group, "shift", 31, E.VALUE, F[f"SHIFT{suffix}"], passes=(30,)),
        fault(group, "shift", -32, E.VALUE, F[f"SHIFT{suffix}"], passes=(-31,)),
    )


_IN_5_6_10 = {"h": 5, "w": 6, "c": 10, "cbs": 2}
_GROUPS = {
    "in": _IN_5_6_10,
    "kernel": {"kh": 3, "kw": 2, "sx": 1, "sy": 1, "dx": 1, "dy": 1},
    "pad": {"pl": 0, "pt": 0, "zin": 1, "zw": 2, "zout": 3},
    "act": {"act_min": -100, "act_max": 100, "fill": 7},
    "scale": {"mult": 1 << 30, "shift": 0},
    "scale1": {"mult": 1 << 30, "shift": 0},
    "scale2": {"mult": 1 << 30, "shift": 0},
}
_MAC_OPERANDS = {"in_base": 0, "out_base": 100, "wbase": 0, "pbase": 0, "flags": 2}

# conv: output OH=3 OW=5 OC=17 (P=6, CBS=3): last pixel 16, 2*3+3 = 9 lines; S = 60, 180 words
CONV = Case(
    groups={
        **_GROUPS,
        "out": {"oh": 3, "ow": 5, "oc": 17, "cbs": 3},
        "pitch": {"in_p": 6, "out_p": 6},
    },
    operands=_MAC_OPERANDS,
    faults=(
        fault("op", "flags", 0x12, E.RESERVED, F.FLAGS),
        fault("op", "flags", 0x82, E.RESERVED, F.FLAGS, passes=(0,)),
        *_input(),
        zero("out", "oh", F.OH),
        zero("out", "ow", F.OW),
        zero("out", "oc", F.OC),
        fault("pitch", "out_p", 4, E.SIZE, F.OUT_P, passes=(5,)),
        fault("out", "cbs", 2, E.SIZE, F.OUT_CBS, passes=(4,)),
        *_KERNEL,
        *_ACT,
        *_scale(),
        fault("op", "in_base", 1017, E.SPAD, F.BASE, 1025, passes=(1016,)),
        fault("op", "out_base", 1016, E.SPAD, F.OUT_BASE, 1025, passes=(1015,)),
        fault("op", "wbase", 1869, E.WBUF, F.WBASE, 2049, passes=(1868,)),
        fault("op", "pbase", 62, E.PARAM, F.PBASE, 65, passes=(61,)),
        fault("op", "out_base", 7, E.OVERLAP, F.OUT_BASE, passes=(8,)),
        fault("op", "flags", 6, E.ACC, F.FLAGS),
    ),
)

# hold: OH=2 OW=4, OC=8, one tile, one block; the output's place is not looked at
HOLD = Case(
    groups={
        **_GROUPS,
        "out": {"oh": 2, "ow": 4, "oc": 8, "cbs": 0},
        "pitch": {"in_p": 6, "out_p": 0},
    },
    operands={**_MAC_OPERANDS, "out_base": 0xFFFF, "flags": 8},
    faults=(
        fault("op", "flags", 0x18, E.RESERVED, F.FLAGS),
        *_input(),
        zero("out", "oh", F.OH),
        zero("out", "ow", F.OW),
        zero("out", "oc", F.OC),
        *_KERNEL,
        *_ACT,
        *_scale(),
        fault("op", "in_base", 1017, E.SPAD, F.BASE, 1025, passes=(1016,)),
        fault("op", "wbase", 1989, E.WBUF, F.WBASE, 2049, passes=(1988,)),
        fault("out", "ow", 5, E.ACC, F.FLAGS, 8, passes=(3,)),
        fault("out", "oc", 9, E.ACC, F.FLAGS, 8, passes=(7,)),
        fault("op", "flags", 12, E.ACC, F.FLAGS),  # acc without a hold before it
    ),
)

# with perch the group's scale is not looked at
PERCH = Case(
    groups={**CONV.groups, "scale": {"mult": -1, "shift": 99}},
    operands={**_MAC_OPERANDS, "flags": 1},
    faults=(
        *_ACT,
        fault("op", "wbase", 1869, E.WBUF, F.WBASE, 2049),
        fault("op", "pbase", 62, E.PARAM, F.PBASE, 65, passes=(61,)),
    ),
)

# without perch and bias the parameter buffer is not looked at
PLAIN = Case(
    groups=CONV.groups,
    operands={**_MAC_OPERANDS, "flags": 0, "pbase": 255},
    faults=(*_scale(), fault("op", "wbase", 1869, E.WBUF, F.WBASE, 2049)),
)

# dwconv: 10 channels, CBS=2: 2*2+2 = 6 lines out; S = 6, 12 words
DWCONV = Case(
    groups={
        **_GROUPS,
        "out": {"oh": 3, "ow": 5, "oc": 0, "cbs": 2},
        "pitch": {"in_p": 6, "out_p": 6},
    },
    operands=_MAC_OPERANDS,
    faults=(
        fault("op", "flags", 6, E.RESERVED, F.FLAGS),
        fault("op", "flags", 10, E.RESERVED, F.FLAGS, passes=(0,)),
        *_input(),
        zero("out", "oh", F.OH),
        zero("out", "ow", F.OW),
        fault("pitch", "out_p", 4, E.SIZE, F.OUT_P, passes=(5,)),
        fault("out", "cbs", 1, E.SIZE, F.OUT_CBS, passes=(3,)),
        *_KERNEL,
        *_ACT,
        *_scale(),
        fault("op", "in_base", 1017, E.SPAD, F.BASE, 1025, passes=(1016,)),
        fault("op", "out_base", 1019, E.SPAD, F.OUT_BASE, 1025, passes=(1018,)),
        fault("op", "wbase", 2037, E.WBUF, F.WBASE, 2049, passes=(2036,)),
        fault("op", "pbase", 63, E.PARAM, F.PBASE, 65, passes=(62,)),
        fault("op", "out_base", 7, E.OVERLAP, F.OUT_BASE, passes=(8,)),
    ),
)

_POOL = Case(
    groups=DWCONV.groups,
    operands={"in_base": 0, "out_base": 100},
    faults=(
        fault("rs2", "", 1, E.RESERVED, F.RS2),
        *_input(),
        zero("out", "oh", F.OH),
        zero("out", "ow", F.OW),
        fault("pitch", "out_p", 4, E.SIZE, F.OUT_P, passes=(5,)),
        fault("out", "cbs", 1, E.SIZE, F.OUT_CBS, passes=(3,)),
        *_KERNEL,
        *_ACT,
        fault("op", "in_base", 1017, E.SPAD, F.BASE, 1025, passes=(1016,)),
        fault("op", "out_base", 1019, E.SPAD, F.OUT_BASE, 1025, passes=(1018,)),
        fault("op", "out_base", 7, E.OVERLAP, F.OUT_BASE, passes=(8,)),
        fault("op", "out_base", 0, E.OVERLAP, F.OUT_BASE),  # not even in place
    ),
)


# elementwise: output and second input P=7, CBS=3: last pixel 4*7+5 = 33, 4*3+2 = 14 lines
def _arithmetic(scales: tuple[Fault, ...]) -> Case:
    return Case(
        groups={
            **_GROUPS,
            "out": {"oh": 0, "ow": 0, "oc": 0, "cbs": 3},
            "pitch": {"in_p": 6, "out_p": 7, "in2_p": 7, "in2_cbs": 3},
        },
        operands={"in_base": 0, "out_base": 100, "in2_base": 200},
        faults=(
            fault("rs2", "", 1 << 31, E.RESERVED, F.RS2, 1 << 31 | 200),
            *_input(),
            fault("pitch", "in2_p", 5, E.SIZE, F.IN2_P, passes=(6,)),
            fault("pitch", "in2_cbs", 1, E.SIZE, F.IN2_CBS, passes=(2,)),
            fault("pitch", "out_p", 5, E.SIZE, F.OUT_P, passes=(6,)),
            fault("out", "cbs", 1, E.SIZE, F.OUT_CBS, passes=(2,)),
            *_ACT,
            *scales,
            fault("op", "in_base", 1017, E.SPAD, F.BASE, 1025, passes=(1016,)),
            fault("op", "in2_base", 1011, E.SPAD, F.IN2_BASE, 1025, passes=(1010,)),
            fault("op", "out_base", 1011, E.SPAD, F.OUT_BASE, 1025, passes=(1010,)),
            fault("op", "out_base", 0, E.OVERLAP, F.OUT_BASE),  # same base, other pitch
            # in place with the second input: same base, P and CBS
            fault("op", "out_base", 187, E.OVERLAP, F.OUT_BASE, passes=(186, 200, 214)),
            fault("op", "out_base", 213, E.OVERLAP, F.OUT_BASE),
        ),
    )


_MOVE_GROUPS = {
    **_GROUPS,
    "out": {"oh": 0, "ow": 0, "oc": 0, "cbs": 3},
    "pitch": {"in_p": 6, "out_p": 7},
}
_MOVE = Case(
    groups=_MOVE_GROUPS,
    operands={"in_base": 0, "out_base": 100},
    faults=(
        fault("rs2", "", 1, E.RESERVED, F.RS2),
        *_input(),
        fault("pitch", "out_p", 5, E.SIZE, F.OUT_P, passes=(6,)),
        fault("out", "cbs", 1, E.SIZE, F.OUT_CBS, passes=(2,)),
        fault("op", "in_base", 1017, E.SPAD, F.BASE, 1025, passes=(1016,)),
        fault("op", "out_base", 1011, E.SPAD, F.OUT_BASE, 1025, passes=(1010,)),
        fault("op", "out_base", 7, E.OVERLAP, F.OUT_BASE, passes=(8,)),
        fault("op", "out_base", 0, E.OVERLAP, F.OUT_BASE),
    ),
)
_FILL = Case(
    groups={**_MOVE_GROUPS, "in": {**_IN_5_6_10, "cbs": 0}, "pitch": {"in_p": 0, "out_p": 7}},
    operands={"out_base": 0},
    faults=(
        fault("rs2", "", 1 << 16, E.RESERVED, F.RS2),
        fault("rs1", "", 1, E.RESERVED, F.RS1),
        zero("in", "h", F.H),
        zero("in", "w", F.W),
        zero("in", "c", F.C),
        fault("pitch", "out_p", 5, E.SIZE, F.OUT_P, passes=(6,)),
        fault("out", "cbs", 1, E.SIZE, F.OUT_CBS, passes=(2,)),
        fault("op", "out_base", 1011, E.SPAD, F.OUT_BASE, 1025, passes=(1010,)),
    ),
)

# name in the parametrisation -> (mnemonic, case)
CASES: dict[str, tuple[str, Case]] = {
    "ld.t": ("ld.t", _transfer("ld")),
    "st.t": ("st.t", _transfer("st")),
    "ld.m": ("ld.m", _matrix(12)),
    "ld.mt": ("ld.mt", _matrix(10)),
    "ld.w": (
        "ld.w",
        Case(
            operands={"addr": 0x8000_0001, "first": 0, "count": 5},
            faults=(
                zero("op", "count", F.COUNT),
                fault("op", "first", 2044, E.WBUF, F.WBASE, 2049, passes=(2043,)),
                fault(
                    "op", "addr", MEMORY_END - 39, E.MEMORY, F.ADDR, TOP, passes=(MEMORY_END - 40,)
                ),
            ),
        ),
    ),
    "ld.p": ("ld.p", _parameters(72)),
    "ld.b": ("ld.b", _parameters(32)),
    "ld.l": (
        "ld.l",
        Case(
            operands={"addr": 0x8000_0001},
            faults=(
                fault("rs2", "", 4, E.RESERVED, F.RS2),
                fault(
                    "op",
                    "addr",
                    MEMORY_END - 255,
                    E.MEMORY,
                    F.ADDR,
                    TOP,
                    passes=(MEMORY_END - 256,),
                ),
            ),
        ),
    ),
    "conv": ("conv", CONV),
    "conv hold": ("conv", HOLD),
    "conv perch": ("conv", PERCH),
    "conv plain": ("conv", PLAIN),
    "dwconv": ("dwconv", DWCONV),
    "maxpool": ("maxpool", _POOL),
    "avgpool": ("avgpool", _POOL),
    "add": ("add", _arithmetic((*_scale(), *_scale("1"), *_scale("2")))),
    "sub": ("sub", _arithmetic((*_scale(), *_scale("1"), *_scale("2")))),
    "mul": ("mul", _arithmetic(_scale())),
    "lut": ("lut", _MOVE),
    "copy": ("copy", _MOVE),
    "fill": ("fill", _FILL),
    "fence": ("fence", Case(faults=(fault("rs1", "", 4, E.RESERVED, F.RS1),))),
    "rdcnt": (
        "rdcnt",
        Case(
            operands={"index": 0},
            faults=(fault("op", "index", 16, E.VALUE, F.RS1, passes=(15,)),),
        ),
    ),
}
