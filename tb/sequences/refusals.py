"""Instructions that must be refused: a legal setting of every group, and one thing wrong at a time.

A fault is a change of one operand field of one group or of the instruction itself. Every fault
meets every instruction; where it does not concern it, the instruction must run as if nothing was
wrong.
What is expected always comes from the golden machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from golden import isa_builders as isa
from golden.config import CoreConfig
from golden.isa import BINARY, BY_NAME, VECTOR, Instruction, encode

H, W, C = 3, 4, 5
MEMORY = 0x2000


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`field` of `group` (or of the instruction when group is "") set to `value`.

    `also` sets further operand fields of the instruction, where one alone is not looked at.
    """

    group: str
    field: str
    value: int
    also: tuple[tuple[str, int], ...] = ()


def groups(core: CoreConfig) -> dict[str, dict[str, int]]:
    """Return values of all configuration groups with which every instruction is legal."""
    cb = core.blocks(C)
    shape = {"w": W, "h": H, "c": C, "cbs": cb}
    pitch = {"row_pitch": W * C, "pix_pitch": C, "p": W}
    return {
        "ld.shape": dict(shape), "ld.pitch": dict(pitch),
        "st.shape": dict(shape), "st.pitch": dict(pitch),
        "in": dict(shape), "out": {"ow": W, "oh": H, "oc": C, "cbs": cb},
        "pitch": {"in_p": W, "out_p": W, "in2_p": W, "in2_cbs": cb},
        "kernel": {"kw": 2, "kh": 2, "sx": 1, "sy": 1, "dx": 1, "dy": 1},
        "pad": {"pl": 0, "pt": 0, "zin": 1, "zw": 0, "zout": -1},
        "act": {"act_min": -100, "act_max": 100, "fill": 9},
        "scale": {"mult": 0x40000000, "shift": -5},
        "scale1": {"mult": 0x40000000, "shift": 0},
        "scale2": {"mult": 0x40000000, "shift": 0},
    }  # fmt: skip


def instructions(core: CoreConfig) -> dict[str, dict[str, int]]:
    """Return legal operands of every instruction that is not a configuration."""
    lines = -(-W * H // core.rows) * core.blocks(C) + 2
    a, b, y = 0, lines, 2 * lines
    mac = {"in_base": a, "out_base": y, "wbase": 0, "pbase": 0, "flags": 0}
    vector = {"in_base": a, "out_base": y}
    return {
        "ld.t": {"addr": MEMORY, "base": a, "p0": 0},
        "ld.w": {"addr": MEMORY, "first": 0, "count": 4},
        "ld.m": {"addr": MEMORY, "first": 0},
        "ld.mt": {"addr": MEMORY, "first": 0},
        "ld.p": {"addr": MEMORY, "first": 0, "count": 1},
        "ld.b": {"addr": MEMORY, "first": 0, "count": 1},
        "ld.l": {"addr": MEMORY},
        "st.t": {"addr": MEMORY + 0x1001, "base": a, "p0": 0},
        "conv": dict(mac), "dwconv": dict(mac),
        **{name: dict(vector) for name in VECTOR},
        **{name: {**vector, "in2_base": b} for name in BINARY},
        "fill": {"out_base": y},
        "fence": {"clear": 0, "done": 0},
        "rdcnt": {"index": 2},
    }  # fmt: skip


def faults(core: CoreConfig) -> Iterator[Fault]:
    """Yield faults; each concerns at least one instruction."""
    wrong: dict[str, dict[str, list[int]]] = {
        "in": {"w": [0, W + 1], "h": [0, 60000], "c": [0, 200], "cbs": [0, 60000]},
        "out": {"ow": [0, W + 1], "oh": [0, 60000], "oc": [0, 60000], "cbs": [0, 60000]},
        "pitch": {"in_p": [0, W - 1, 60000], "out_p": [0, W - 1, 60000],
                  "in2_p": [0, W - 1, 60000], "in2_cbs": [0, 60000]},
        "kernel": {name: [0] for name in ("kw", "kh", "sx", "sy", "dx", "dy")},
        "act": {"act_min": [101, 127], "act_max": [-101, -128]},
        **{name: {"mult": [-1, -(1 << 31)], "shift": [31, 127, -32, -128]}
           for name in ("scale", "scale1", "scale2")},
        **{f"{way}.shape": {"w": [0, W + 1], "h": [0, 60000], "c": [0, C + 1], "cbs": [0, 60000]}
           for way in ("ld", "st")},
        **{f"{way}.pitch": {"row_pitch": [0, W * C - 1, 0xFFFFFFFF], "pix_pitch": [0, C - 1],
                            "p": [0, W - 1, 60000]} for way in ("ld", "st")},
        "": {"base": [core.spad_depth, 65535], "p0": [65535], "first": [65535],
             "count": [0, 65535], "addr": [0xFFFFFFFE, 0xFFFFFFFF, MEMORY + 1, MEMORY + 2],
             "in_base": [core.spad_depth - 1, 65535], "out_base": [core.spad_depth - 1, 0, 1],
             "in2_base": [core.spad_depth - 1], "wbase": [core.wbuf_depth - 1, 65535],
             "pbase": [255], "flags": [1, 2, 3, 4, 8, 12, 0x10, 0x80, 0xFF],
             "index": [16, 255, 0xFFFFFFFF]},
    }  # fmt: skip
    yield Fault(group="", field="", value=0)  # nothing wrong at all
    for group, named in wrong.items():
        for field, listed in named.items():
            for value in listed:
                yield Fault(group=group, field=field, value=value)
    # A parameter entry counts only with perch or bias, an output only without hold.
    for flags in (1, 2, 3):
        for entry in (min(core.param_depth, 255), 255):
            yield Fault(group="", field="flags", value=flags, also=(("pbase", entry),))
    yield Fault(group="", field="flags", value=8, also=(("out_base", core.spad_depth - 1),))


def configuration(core: CoreConfig, fault: Fault) -> list[Instruction]:
    """Return the instructions that set all groups, one of them with the fault."""
    program = []
    for name, fields in groups(core).items():
        values = {**fields, fault.field: fault.value} if fault.group == name else fields
        item = BY_NAME[f"cfg.{name}"]
        program.append(_pack(item.name, values))
    return program


def _pack(name: str, values: dict[str, int]) -> Instruction:
    item = BY_NAME[name]
    rs1 = sum(field.put(values[field.name]) for field in item.rs1)
    rs2 = sum(field.put(values[field.name]) for field in item.rs2)
    return Instruction(encode(item), rs1, rs2)


def every_refusal(core: CoreConfig) -> Iterator[tuple[Fault, list[Instruction]]]:
    """Yield (fault, program): the fault's configuration, then every instruction with a fence."""
    for fault in faults(core):
        program = configuration(core, fault)
        for name, fields in instructions(core).items():
            values = dict(fields)
            if not fault.group and fault.field:
                if fault.field not in values:
                    continue
                values.update({fault.field: fault.value, **dict(fault.also)})
            try:
                program += [_pack(name, values), isa.fence(clear=1)]
            except ValueError:
                continue  # the value does not fit this instruction's field
        yield fault, program


def reserved_bits() -> list[Instruction]:
    """Return every instruction with each reserved bit of its operands set alone, a fence each."""
    program = []
    for item in BY_NAME.values():
        for operand, mask in (("rs1", item.reserved_rs1), ("rs2", item.reserved_rs2)):
            for bit in range(32):
                if mask >> bit & 1:
                    values = {"rs1": 0, "rs2": 0, operand: 1 << bit}
                    program += [Instruction(encode(item), **values), isa.fence(clear=1)]
    return program


def illegal_words() -> list[int]:
    """Return words that no instruction has: opcode, funct3, funct7, rd and rs2 wrong."""
    words = [0x00000000, 0xFFFFFFFF, 0x00000033, 0x0000002B, 0x0000005B]
    for item in BY_NAME.values():
        word = encode(item)
        words += [word ^ 0x08 << index for index in range(4)]  # another opcode
        if not item.result:
            words.append(encode(item, rd=0) | 5 << 7)
        if item.rs2_is_x0:
            words.append(encode(item) | 7 << 20)
    words += [funct7 << 25 | funct3 << 12 | 0x0B for funct3 in range(8) for funct7 in range(128)
              if not any((item.funct3, item.funct7) == (funct3, funct7)
                         for item in BY_NAME.values())]  # fmt: skip
    return [word for word in words if word & 0x7F != 0x0B or not _legal(word)]


def _legal(word: int) -> bool:
    return any(
        word == encode(item, rd=word >> 7 & 31 if item.result else 0, rs1=word >> 15 & 31,
                       rs2=0 if item.rs2_is_x0 else word >> 20 & 31)
        for item in BY_NAME.values()
    )  # fmt: skip
