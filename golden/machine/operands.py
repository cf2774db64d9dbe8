"""The tensors and memory regions that an instruction's operands and groups describe."""

from __future__ import annotations

from typing import Protocol

from golden.config import CoreConfig
from golden.isa_format import InstructionFormat
from golden.machine.layout import Tensor
from golden.machine.storage import ConfigFile
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
