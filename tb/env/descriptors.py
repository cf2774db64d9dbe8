"""Descriptors and ranges of an instruction, derived in plain Python from docs/architecture.md and
spec/descriptors.toml. Legality is not decided here: that is `golden.machine.checks`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

from golden.config import CoreConfig
from golden.isa import BINARY, MAC, Instruction, decode, engine_of
from golden.machine import MACHINE_MODE, Owner
from golden.machine.checks import Request
from golden.machine.storage import ConfigFile
from tb.build import ROOT

DESCRIPTORS = tomllib.loads((ROOT / "spec" / "descriptors.toml").read_text(encoding="utf-8"))
LINEAR = frozenset({"ld.w", "ld.p", "ld.b", "ld.l"})


def unpack(engine: str, desc: int) -> dict[str, int]:
    """Fields of a packed descriptor by name."""
    values = {}
    for name, width, _ in DESCRIPTORS[engine]["fields"]:
        values[name] = desc & ((1 << width) - 1)
        desc >>= width
    return values


def width(engine: str, field: str) -> int:
    """Width of a field in bits."""
    return next(int(bits) for name, bits, _ in DESCRIPTORS[engine]["fields"] if name == field)


def request_of(
    instruction: Instruction,
    groups: ConfigFile,
    core: CoreConfig,
    held: tuple[int, int] | None = None,
    owner: Owner = MACHINE_MODE,
) -> Request:
    """What the golden checks look at."""
    item = decode(instruction.word)
    assert item is not None
    return Request(
        format=item, rs1=instruction.rs1, rs2=instruction.rs2, groups=groups, core=core,
        values=item.unpack(instruction.rs1, instruction.rs2), held_shape=held, owner=owner,
    )  # fmt: skip


def _tail(channels: int, cols: int) -> int:
    return channels - (-(-channels // cols) - 1) * cols


def descriptor(request: Request) -> dict[str, int]:
    """Descriptor fields that are specified for this legal instruction."""
    fields = _execute if engine_of(request.format.name) == "execute" else _transfer
    return {**fields(request), "owner": request.owner.id}


def _transfer(request: Request) -> dict[str, int]:
    name, values, core = request.format.name, request.values, request.core
    out = {"addr": values["addr"], "op": request.format.funct7}
    if name in LINEAR:
        count = values.get("count", 256 // core.cols)
        unit = {"ld.w": core.cols, "ld.p": 9 * core.cols, "ld.b": 4 * core.cols, "ld.l": core.cols}
        out |= {"run_bytes": count * unit[name], "run_inner": 1, "run_outer": 1, "rows": 1}
        out |= {"w": count, "channels": core.cols, "blocks": 1, "tail": core.cols, "p0": 0}
        if name != "ld.l":
            out["base"] = values["first"]
    else:
        kind = name.split(".")[0]
        shape, pitch = request.groups[f"{kind}.shape"], request.groups[f"{kind}.pitch"]
        h, w, c = shape["h"], shape["w"], shape["c"]
        pixels_join = pitch["pix_pitch"] == c or w == 1
        rows_join = pixels_join and (pitch["row_pitch"] == w * c or h == 1)
        out["run_inner"] = 1 if pixels_join else w
        out["run_outer"] = 1 if rows_join else h
        out["run_bytes"] = c * (w if pixels_join else 1) * (h if rows_join else 1)
        if out["run_inner"] > 1:
            out["pix_pitch"] = pitch["pix_pitch"]
        if out["run_outer"] > 1:
            out["row_pitch"] = pitch["row_pitch"]
        out |= {"rows": h, "w": w, "channels": c, "blocks": core.blocks(c)}
        out["tail"] = _tail(c, core.cols)
        if name in ("ld.t", "st.t"):
            out |= {"base": values["base"], "p0": values["p0"]}
            out |= {"pitch": pitch["p"], "cbs": shape["cbs"]}
        else:
            out |= {"base": values["first"], "pixels": h * w, "p0": 0}
    if name == "st.t":
        out.pop("op")
        out.pop("channels")
    return out


def _execute(request: Request) -> dict[str, int]:
    name, values, core, groups = (
        request.format.name, request.values, request.core, request.groups,
    )  # fmt: skip
    shape, result, pitch = groups["in"], groups["out"], groups["pitch"]
    kernel, pad, act = groups["kernel"], groups["pad"], groups["act"]
    vec = name not in MAC
    window = request.format.windowed
    channels = result["oc"] if name == "conv" else shape["c"]
    one = {"kh": 1, "kw": 1, "sy": 1, "sx": 1, "dy": 1, "dx": 1}
    kernel = kernel if window else one
    top, left = (pad["pt"], pad["pl"]) if window else (0, 0)
    out = {
        "vec": int(vec), "op": request.format.funct7, "flags": values.get("flags", 0),
        "in_h": shape["h"], "in_w": shape["w"],
        "in_blocks": core.blocks(shape["c"]), "in_tail": _tail(shape["c"], core.cols),
        "out_h": result["oh"] if window else shape["h"],
        "out_w": result["ow"] if window else shape["w"],
        "out_blocks": core.blocks(channels), "out_tail": _tail(channels, core.cols),
        "pad_top": top, "pad_left": left, **kernel,
        "fill": act["fill"] & 255,
    }  # fmt: skip
    out["pixels"] = out["out_h"] * out["out_w"]
    if name != "fill":
        out |= {"in_base": values["in_base"], "in_pitch": pitch["in_p"], "in_cbs": shape["cbs"]}
        out["row_step"] = kernel["sy"] * pitch["in_p"]
        out["tap_step"] = kernel["dy"] * pitch["in_p"]
        out["origin"] = top * pitch["in_p"] + left
    if not values.get("flags", 0) & 8:
        out["out_base"] = values["out_base"]
        out |= {"out_pitch": pitch["out_p"], "out_cbs": result["cbs"]}
    if name in BINARY:
        out |= {"in2_base": values["in2_base"], "in2_pitch": pitch["in2_p"]}
        out["in2_cbs"] = pitch["in2_cbs"]
    if not vec:
        out |= {"wbase": values["wbase"], "pbase": values["pbase"]}
        out["steps"] = kernel["kh"] * kernel["kw"] * (shape["c"] if name == "conv" else 1)
    if window or name in BINARY:
        out |= {"act_min": act["act_min"] & 255, "act_max": act["act_max"] & 255}
        for field, source in (("in_zp", "zin"), ("w_zp", "zw"), ("out_zp", "zout")):
            out[field] = pad[source] & 255
        for suffix in ("", "1", "2"):
            out[f"mult{suffix}"] = groups[f"scale{suffix}"]["mult"] & 0xFFFFFFFF
            out[f"shift{suffix}"] = groups[f"scale{suffix}"]["shift"] & 255
    return out


def differences(engine: str, desc: int, wanted: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Fields that are not as wanted: (found, wanted)."""
    found = unpack(engine, desc)
    return {
        name: (found[name], value & ((1 << width(engine, name)) - 1))
        for name, value in wanted.items()
        if found[name] != value & ((1 << width(engine, name)) - 1)
    }
