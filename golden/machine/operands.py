"""What an instruction's operands and groups describe: tensors, memory regions, the ranges of the
core's memories that it reads and writes, as dispatch compares them, and the work of the array.
"""

from __future__ import annotations

from typing import Protocol

from golden.config import CoreConfig
from golden.isa import ACC, BIAS, HOLD, MAC, PERCH
from golden.isa_format import InstructionFormat
from golden.machine.outcome import StorageRange
from golden.machine.storage import ConfigFile, Tensor, tensor_lines
from golden.memory import Region, linear_region

_TABLE_BYTES = 256


class Operands(Protocol):
    """What describes an instruction; ``checks.Request`` is one."""

    @property
    def format(self) -> InstructionFormat:
        """The instruction."""

    @property
    def values(self) -> dict[str, int]:
        """Its operand fields by name."""

    @property
    def groups(self) -> ConfigFile:
        """The configuration it reads."""

    @property
    def core(self) -> CoreConfig:
        """The core's parameters."""


def transfer_tensor(request: Operands) -> Tensor:
    """Scratchpad side of ld.t and st.t."""
    kind = request.format.name.split(".")[0]
    shape, pitch = request.groups[f"{kind}.shape"], request.groups[f"{kind}.pitch"]
    return Tensor(
        base=request.values["base"],
        h=shape["h"],
        w=shape["w"],
        c=shape["c"],
        p=pitch["p"],
        cbs=shape["cbs"],
        p0=request.values["p0"],
    )


def memory_region(request: Operands) -> Region:
    """Memory side of a load or store."""
    name, values, core = request.format.name, request.values, request.core
    if name in ("ld.t", "ld.m", "ld.mt", "st.t"):
        kind = name.split(".")[0]
        shape, pitch = request.groups[f"{kind}.shape"], request.groups[f"{kind}.pitch"]
        return Region(
            addr=values["addr"],
            h=shape["h"],
            w=shape["w"],
            c=shape["c"],
            pix_pitch=pitch["pix_pitch"],
            row_pitch=pitch["row_pitch"],
        )
    size = {
        "ld.w": values.get("count", 0) * core.cols,
        "ld.p": values.get("count", 0) * core.param_bytes,
        "ld.b": values.get("count", 0) * 4 * core.cols,
        "ld.l": _TABLE_BYTES,
    }[name]
    return linear_region(values["addr"], size)


def input_tensor(request: Operands) -> Tensor:
    """Input of a mac or vec instruction."""
    shape = request.groups["in"]
    return Tensor(
        base=request.values["in_base"],
        h=shape["h"],
        w=shape["w"],
        c=shape["c"],
        p=request.groups["pitch"]["in_p"],
        cbs=shape["cbs"],
    )


def second_tensor(request: Operands) -> Tensor:
    """Second input of a binary instruction."""
    shape, pitch = request.groups["in"], request.groups["pitch"]
    return Tensor(
        base=request.values["in2_base"],
        h=shape["h"],
        w=shape["w"],
        c=shape["c"],
        p=pitch["in2_p"],
        cbs=pitch["in2_cbs"],
    )


def output_tensor(request: Operands) -> Tensor:
    """Output of a mac or vec instruction: window operators have OH x OW, the others H x W; only
    conv has channels of its own.
    """
    shape, out = request.groups["in"], request.groups["out"]
    window = request.format.windowed
    return Tensor(
        base=request.values["out_base"],
        h=out["oh"] if window else shape["h"],
        w=out["ow"] if window else shape["w"],
        c=out["oc"] if request.format.name == "conv" else shape["c"],
        p=request.groups["pitch"]["out_p"],
        cbs=out["cbs"],
    )


def compute_reads(request: Operands) -> tuple[StorageRange, ...]:
    """What a mac or vec instruction reads."""
    name = request.format.name
    ranges = [] if name == "fill" else [_lines(request, input_tensor(request))]
    if request.format.binary:
        ranges.append(_lines(request, second_tensor(request)))
    if name == "lut":
        ranges.append(StorageRange(what="lut", first=0, end=256))
    if name in MAC:
        ranges += _mac_reads(request)
    return tuple(ranges)


def compute_writes(request: Operands) -> tuple[StorageRange, ...]:
    """What a mac or vec instruction writes."""
    if request.values.get("flags", 0) & HOLD:
        return (StorageRange(what="acc", first=0, end=1),)
    return (_lines(request, output_tensor(request)),)


def transfer_lines(request: Operands) -> StorageRange:
    """Lines of the scratchpad that ld.t writes or st.t reads."""
    return _lines(request, transfer_tensor(request))


def _mac_reads(request: Operands) -> list[StorageRange]:
    groups, values = request.groups, request.values
    conv = request.format.name == "conv"
    blocks = request.core.blocks(groups["out"]["oc"] if conv else groups["in"]["c"])
    steps = groups["kernel"]["kh"] * groups["kernel"]["kw"] * (groups["in"]["c"] if conv else 1)
    first = values["wbase"]
    ranges = [StorageRange(what="wbuf", first=first, end=first + blocks * steps)]
    if values["flags"] & (PERCH | BIAS):
        first = values["pbase"]
        ranges.append(StorageRange(what="pbuf", first=first, end=first + blocks))
    if values["flags"] & ACC:
        ranges.append(StorageRange(what="acc", first=0, end=1))
    return ranges


def _lines(request: Operands, tensor: Tensor) -> StorageRange:
    first, end = tensor_lines(request.core, tensor)
    return StorageRange(what="spad", first=first, end=end)


def array_work(request: Operands) -> tuple[int, int]:
    """Return array steps and useful multiply-accumulates of a mac or vec instruction."""
    name, groups, core = request.format.name, request.groups, request.core
    image, out, kernel = groups["in"], groups["out"], groups["kernel"]
    if request.format.windowed:
        pixels = out["oh"] * out["ow"]
        steps = kernel["kh"] * kernel["kw"] * (image["c"] if name == "conv" else 1)
    else:
        pixels, steps = image["h"] * image["w"], 2 if request.format.binary else 1
    channels = out["oc"] if name == "conv" else image["c"]
    tiles = -(-pixels // core.rows) * core.blocks(channels)
    macs = pixels * channels * steps if name in MAC else 0
    return tiles * steps, macs
