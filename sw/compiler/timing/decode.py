"""What the event model knows of each instruction before it is in time: engine, ranges, costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from golden.config import CoreConfig
from golden.isa import Instruction
from golden.isa_table import InstructionClass, MacFlag
from golden.machine.checks import Request
from golden.machine.operands import compute_reads, compute_writes, memory_region, transfer_lines
from golden.machine.storage import ConfigFile
from sw.compiler.timing.execute import ExecuteCost, execute_cost
from sw.compiler.timing.tiles import TileShape
from sw.compiler.timing.transfer import TransferCost, is_tensor, transfer_cost

# Cycles of the check from taking an instruction to handing it over; it takes the next one after it.
CHECK_TENSOR, CHECK_LINEAR, CHECK_COMPUTE = 12, 3, 17

Range = tuple[str, int, int]


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """One instruction; ``engine`` is load, execute or store, or cfg or sys for the front end's."""

    engine: str
    check: int = 0
    reads: tuple[Range, ...] = ()
    writes: tuple[Range, ...] = ()
    transfer: TransferCost | None = None
    execute: ExecuteCost | None = None


def decode(config: CoreConfig, program: Sequence[Instruction]) -> list[Decoded]:
    """Each instruction with the configuration it finds. Raises ValueError for an illegal one."""
    groups = ConfigFile()
    result = []
    for index, instruction in enumerate(program):
        item = instruction.format
        if item is None:
            raise ValueError(f"instruction {index} is illegal")
        if item.funct3 == InstructionClass.CFG:
            groups.write(item.name.removeprefix("cfg."), instruction.rs1, instruction.rs2)
            result.append(Decoded(engine="cfg"))
            continue
        if item.funct3 == InstructionClass.SYS:
            result.append(Decoded(engine="sys"))
            continue
        request = Request(
            format=item,
            rs1=instruction.rs1,
            rs2=instruction.rs2,
            values=item.unpack(instruction.rs1, instruction.rs2),
            groups=groups,
            core=config,
            held_shape=None,
        )
        computes = item.funct3 in (InstructionClass.MAC, InstructionClass.VEC)
        result.append(_computing(request) if computes else _transferring(request))
    return result


def _computing(request: Request) -> Decoded:
    return Decoded(
        engine="execute",
        check=CHECK_COMPUTE,
        reads=tuple(_range(r) for r in compute_reads(request)),
        writes=tuple(_range(r) for r in compute_writes(request)),
        execute=_execute_cost(request),
    )


def _transferring(request: Request) -> Decoded:
    region = memory_region(request)
    memory: Range = ("memory", region.addr, region.end)
    check = CHECK_TENSOR if is_tensor(request) else CHECK_LINEAR
    cost = transfer_cost(request)
    if request.format.name == "st.t":
        lines = _range(transfer_lines(request))
        return Decoded(engine="store", check=check, reads=(lines,), writes=(memory,), transfer=cost)
    return Decoded(
        engine="load",
        check=check,
        reads=(memory,),
        writes=(_destination(request),),
        transfer=cost,
    )


def _range(item: object) -> Range:
    return item.what, item.first, item.end  # type: ignore[attr-defined]


def _destination(request: Request) -> Range:
    name, values, core = request.format.name, request.values, request.core
    if name == "ld.t":
        return _range(transfer_lines(request))
    if name == "ld.l":
        return "lut", 0, 256
    first = values["first"]
    if name in ("ld.p", "ld.b"):
        return "pbuf", first, first + values["count"]
    if name == "ld.w":
        return "wbuf", first, first + values["count"]
    shape = request.groups["ld.shape"]
    pixels = shape["h"] * shape["w"]
    if name == "ld.m":
        return "wbuf", first, first + core.blocks(shape["c"]) * pixels
    return "wbuf", first, first + core.blocks(pixels) * shape["c"]


def _execute_cost(request: Request) -> ExecuteCost:
    name, core, groups = request.format.name, request.core, request.groups
    shape, out, kernel, pad = groups["in"], groups["out"], groups["kernel"], groups["pad"]
    window, binary = request.format.windowed, request.format.binary
    channels = out["oc"] if name == "conv" else shape["c"]
    words: tuple[int, ...] = (1,)
    if name == "conv":
        full, tail = divmod(shape["c"], core.cols)
        words = (core.cols,) * full + ((tail,) if tail else ())
    tiles = TileShape(
        rows=core.rows,
        in_h=shape["h"],
        in_w=shape["w"],
        in_pitch=groups["pitch"]["in_p"] if name != "fill" else shape["w"],
        out_h=out["oh"] if window else shape["h"],
        out_w=out["ow"] if window else shape["w"],
        kernel=(kernel["kh"], kernel["kw"]) if window else (1, 1),
        stride=(kernel["sy"], kernel["sx"]) if window else (1, 1),
        dilation=(kernel["dy"], kernel["dx"]),  # of one tap it is no matter
        padding=(pad["pt"], pad["pl"]) if window else (0, 0),
        words=words,
        second_pitch=groups["pitch"]["in2_p"] if binary else 0,
        reads=name != "fill",
    )
    groups_of_lanes = core.cols // core.requant_lanes
    prescaled = (binary and request.format.scaled) or name in ("avgpool", "lut")
    cost = execute_cost(tiles, core.blocks(channels), groups_of_lanes, prescaled)
    if request.values.get("flags", 0) & MacFlag.HOLD:
        # A hold sends one item through the drain, whatever the tile's size.
        items = tiles.last_rows * groups_of_lanes
        return replace(cost, tail=cost.tail - items + 1, writes=0, bursts=0)
    return cost
