"""Random instructions with their configuration: mostly legal, and wrong in one place or more."""

from __future__ import annotations

import random

from golden.config import CoreConfig
from golden.isa import BY_NAME, Instruction, encode
from golden.isa_table import GROUPS, INSTRUCTIONS
from golden.machine.storage import ConfigFile

NAMES = tuple(item.name for item in INSTRUCTIONS if item.name not in ("fence", "rdcnt"))
Groups = dict[str, tuple[int, int]]
EDGES = (0, 1, 2, 255, 256, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF)


def _pack(name: str, values: dict[str, int]) -> tuple[int, int]:
    item = BY_NAME[name]
    rs1 = sum((values.get(f.name, 0) << f.lsb) & f.mask for f in item.rs1)
    rs2 = sum((values.get(f.name, 0) << f.lsb) & f.mask for f in item.rs2)
    return rs1, rs2


def random_groups(rng: random.Random, core: CoreConfig) -> Groups:
    """Configuration that small tensors somewhere in the scratchpad would have."""
    wide = rng.random() < 0.1
    limit = 70 if wide else 7
    values: dict[str, dict[str, int]] = {}
    for kind in ("ld", "st"):
        w, h, c = (rng.randint(1, limit) for _ in range(3))
        pix = c + rng.choice((0, 0, 0, 1, 5))
        row = (w - 1) * pix + c if rng.random() < 0.5 else w * pix + rng.choice((0, 0, 3, 4096))
        values[f"{kind}.shape"] = {
            "w": w, "h": h, "c": c, "cbs": core.blocks(c) + rng.choice((0, 0, 1))
        }  # fmt: skip
        values[f"{kind}.pitch"] = {
            "row_pitch": row, "pix_pitch": pix, "p": w + rng.choice((0, 0, 2))
        }  # fmt: skip
    w, h, c, oc = (rng.randint(1, limit) for _ in range(4))
    ow, oh = rng.randint(1, limit), rng.randint(1, limit)
    if rng.random() < 0.3:
        ow, oh, oc = rng.randint(1, 2), rng.randint(1, 2), rng.randint(1, core.cols)
    blocks = max(core.blocks(c), core.blocks(oc))
    values["in"] = {"w": w, "h": h, "c": c, "cbs": core.blocks(c) + rng.choice((0, 0, 1))}
    same = rng.random() < 0.4
    values["out"] = {
        "ow": ow, "oh": oh, "oc": oc,
        "cbs": values["in"]["cbs"] if same else blocks + rng.choice((0, 0, 1)),
    }  # fmt: skip
    in_p = w + rng.choice((0, 0, 1))
    values["pitch"] = {
        "in_p": in_p, "out_p": in_p if same else max(w, ow) + rng.choice((0, 0, 1)),
        "in2_p": in_p if same else w + rng.choice((0, 1)),
        "in2_cbs": values["in"]["cbs"] if same else blocks + rng.choice((0, 1)),
    }  # fmt: skip
    values["kernel"] = {
        "kw": rng.randint(1, 4), "kh": rng.randint(1, 4),
        **{key: rng.randint(1, 3) for key in ("sx", "sy", "dx", "dy")},
    }  # fmt: skip
    values["pad"] = {
        "pl": rng.randint(0, 3), "pt": rng.randint(0, 3),
        **{key: rng.randint(-128, 127) for key in ("zin", "zw", "zout")},
    }  # fmt: skip
    low, high = sorted((rng.randint(-128, 127), rng.randint(-128, 127)))
    values["act"] = {"act_min": low, "act_max": high, "fill": rng.randint(-128, 127)}
    for suffix in ("", "1", "2"):
        values[f"scale{suffix}"] = {"mult": rng.getrandbits(31), "shift": rng.randint(-31, 30)}
    return {name: _pack(f"cfg.{name}", fields) for name, fields in values.items()}


def spoil(rng: random.Random, groups: Groups) -> None:
    """Set one field of one group to an edge or to anything."""
    item = rng.choice(GROUPS)
    field = rng.choice(item.fields)
    value = rng.choice(EDGES) if rng.random() < 0.7 else rng.getrandbits(32)
    if field.bits == 8:
        value = rng.choice((0, 31, 127, 128, 224, 225, 255))
    if field.bits == 32:
        value = rng.choice((0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, value))
    name = item.name.removeprefix("cfg.")
    rs1, rs2 = groups[name]
    if field in item.rs1:
        rs1 = rs1 & ~field.mask | (value << field.lsb) & field.mask
    else:
        rs2 = rs2 & ~field.mask | (value << field.lsb) & field.mask
    groups[name] = (rs1, rs2)


def random_instruction(rng: random.Random, core: CoreConfig, name: str) -> Instruction:
    """An instruction at places that mostly fit."""
    item = BY_NAME[name]
    low = {"base": core.spad_depth, "in_base": core.spad_depth, "in2_base": core.spad_depth}
    values = {}
    for field in item.fields:
        top = low.get(field.name, core.spad_depth)
        values[field.name] = rng.randrange(top * 3 // 4)
    if "out_base" in values and "in_base" in values and rng.random() < 0.2:
        values["out_base"] = values["in_base"]
    if "out_base" in values and "in2_base" in values and rng.random() < 0.2:
        values["out_base"] = values["in2_base"]
    if "p0" in values:
        values["p0"] = rng.choice((0, 0, rng.randrange(40)))
    if "addr" in values:
        values["addr"] = rng.getrandbits(30) << 2
        if rng.random() < 0.3:
            values["addr"] += rng.randrange(4)
        if rng.random() < 0.05:
            values["addr"] = 0x1_0000_0000 - rng.choice((256, 4, 64, 36, 72, 255))
    if "first" in values and name in ("ld.p", "ld.b"):
        values["first"] = rng.randrange(core.param_depth)
    if "count" in values:
        values["count"] = rng.choice((0, 1, 2, 5, rng.randrange(12)))
    if "pbase" in values:
        values["pbase"] = rng.randrange(core.param_depth)
    if "flags" in values:
        values["flags"] = rng.choice((0, 1, 2, 3, 3, 4, 8, 12, 7, 11, rng.randrange(256)))
    rs1, rs2 = _pack(name, values)
    if rng.random() < 0.05:
        rs1 ^= 1 << rng.randrange(32)
    if rng.random() < 0.05:
        rs2 ^= 1 << rng.randrange(32)
    return Instruction(encode(item), rs1, rs2)


def write_groups(config: ConfigFile, groups: Groups) -> None:
    """Write groups to the golden configuration file."""
    for name, (rs1, rs2) in groups.items():
        config.write(name, rs1, rs2)
