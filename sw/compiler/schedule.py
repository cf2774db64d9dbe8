"""Schedule: loads ahead of the units that need them, so that they overlap the units before.

The core finds hazards itself, so any order in which a load comes before its first user and after
the last user of what it overwrites is right. The order decides only how much overlaps:

    load A | load B | exec A | load C | exec B | load D | exec C ...

Loads run ``LOOKAHEAD`` units in front. More would not help: the load queue is short, and a load
that has to wait for buffer space there would keep the execute behind it from being dispatched.
"""

from __future__ import annotations

from golden.config import CoreConfig
from sw.compiler.emitter import Emitter
from sw.compiler.geometry import CompileError, blocks
from sw.compiler.lowering import ArrayOp
from sw.compiler.units import Chunk, Transfer, Unit

LOOKAHEAD = 2

_BUFFERS = {"ld_w": "weights", "ld_p": "parameters", "ld_b": "parameters", "ld_l": "table"}


class _Ring:
    """First-in, first-out space in a buffer: chunks are freed in the order they were placed."""

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._size = size
        self._live: list[Chunk] = []
        self._next = 0

    def place(self, chunk: Chunk) -> bool:
        """Find room for ``chunk`` and set its slot; False when it has to wait for a release."""
        if chunk.count > self._size:
            raise CompileError(
                f"layer {chunk.layer} needs {chunk.count} words of the {self._name} buffer at once "
                f"and the configuration has {self._size}"
            )
        start = self._next if self._next + chunk.count <= self._size else 0
        end = start + chunk.count
        if any(c.slot < end and start < c.slot + c.count for c in self._live):
            return False
        chunk.slot, self._next = start, end
        self._live.append(chunk)
        return True

    def release(self, chunk: Chunk) -> None:
        """Forget a chunk that no later unit reads."""
        self._live.remove(chunk)


def schedule(config: CoreConfig, units: list[Unit], emitter: Emitter) -> None:
    """Emit all units with their loads and stores. Raises CompileError when a chunk cannot fit."""
    _number(units)
    rings = {
        "weights": _Ring("weight", config.wbuf_depth),
        "parameters": _Ring("parameter", config.param_depth),
        "table": _Ring("table", 1),
    }
    queue = _load_queue(units)
    position = 0
    for index, unit in enumerate(units):
        while position < len(queue):
            wanted_by, load = queue[position]
            if wanted_by > index + LOOKAHEAD:
                break
            if isinstance(load, Chunk):
                if not rings[_BUFFERS[load.instruction]].place(load):
                    break
            elif load.after_unit >= index:
                break
            _emit_load(config, load, emitter)
            position += 1
        if position < len(queue) and queue[position][0] <= index:
            raise CompileError(f"layer {unit.op.layer} needs more buffer space than there is")
        _emit_execute(config, unit, emitter)
        for chunk in unit.chunks:
            if chunk.last_unit == index:
                rings[_BUFFERS[chunk.instruction]].release(chunk)
        for store in unit.stores:
            _emit_transfer(config, "st", store, emitter)


def _number(units: list[Unit]) -> None:
    for index, unit in enumerate(units):
        for chunk in unit.chunks:
            if chunk.first_unit < 0:
                chunk.first_unit = index
            chunk.last_unit = index


def _load_queue(units: list[Unit]) -> list[tuple[int, Chunk | Transfer]]:
    """Loads with the unit that wants them, in that order; tensors first, needed at once."""
    queue: list[tuple[int, Chunk | Transfer]] = []
    for index, unit in enumerate(units):
        queue += [(index, load) for load in unit.loads]
        # Parameters are read only when the first tile ends, weights at its first step.
        fresh = [c for c in unit.chunks if c.first_unit == index]
        queue += [(index, c) for c in sorted(fresh, key=lambda c: c.instruction != "ld_w")]
    return queue


def _emit_load(config: CoreConfig, load: Chunk | Transfer, emitter: Emitter) -> None:
    if isinstance(load, Transfer):
        _emit_transfer(config, "ld", load, emitter)
    elif load.instruction == "ld_l":
        emitter.emit(load.layer, "ld_l", addr=load.address)
    else:
        emitter.emit(
            load.layer, load.instruction, addr=load.address, first=load.slot, count=load.count
        )


def _emit_transfer(config: CoreConfig, direction: str, move: Transfer, emitter: Emitter) -> None:
    shape = move.shape
    emitter.configure(
        move.layer,
        f"{direction}_shape",
        w=shape.w,
        h=shape.h,
        c=shape.c,
        cbs=blocks(config, shape.c),
    )
    emitter.configure(
        move.layer,
        f"{direction}_pitch",
        row_pitch=shape.w * shape.c,
        pix_pitch=shape.c,
        p=shape.w,
    )
    emitter.emit(move.layer, f"{direction}_t", addr=move.address, base=move.base, p0=move.p0)


def _emit_execute(config: CoreConfig, unit: Unit, emitter: Emitter) -> None:
    op, part, layer = unit.op, unit.part, unit.op.layer
    first = unit.operands[0]
    emitter.configure(
        layer, "in", w=unit.in_shape.w, h=unit.in_shape.h, c=unit.in_shape.c, cbs=first.cbs
    )
    second = unit.operands[1] if len(unit.operands) > 1 else None
    emitter.configure(
        layer,
        "pitch",
        in_p=unit.in_shape.w,
        out_p=part.width,
        in2_p=unit.in_shape.w if second else 0,
        in2_cbs=second.cbs if second else 0,
    )
    emitter.configure(layer, "out", ow=part.width, oh=part.rows, oc=part.channels, cbs=part.cbs)
    if op.has_window:
        window = op.window
        emitter.configure(
            layer,
            "kernel",
            kw=window.kernel_w,
            kh=window.kernel_h,
            sx=window.stride_w,
            sy=window.stride_h,
            dx=window.dilation_w,
            dy=window.dilation_h,
        )
    zin, zw, zout = op.zero_points
    emitter.configure(
        layer,
        "pad",
        pl=op.window.pad_left if op.has_window else 0,
        pt=unit.pad_top,
        zin=zin,
        zw=zw,
        zout=zout,
    )
    emitter.configure(layer, "act", act_min=op.clamp[0], act_max=op.clamp[1], fill=0)
    _configure_scales(op, emitter)
    bases = {"in_base": first.base, "out_base": part.base}
    if op.weights is not None:
        emitter.emit(
            layer,
            op.kind,
            part,
            **bases,
            wbase=unit.weights.slot if unit.weights else 0,
            pbase=unit.parameters.slot if unit.parameters else 0,
            flags=_flags(unit),
        )
    elif second is not None:
        emitter.emit(layer, op.kind, part, **bases, in2_base=second.base)
    else:
        emitter.emit(layer, op.kind, part, **bases)


def _configure_scales(op: ArrayOp, emitter: Emitter) -> None:
    if op.scaling is not None and not op.scaling.per_channel:
        emitter.configure(
            op.layer, "scale", mult=int(op.scaling.multiplier[0]), shift=int(op.scaling.shift[0])
        )
    for number, (multiplier, shift) in enumerate(op.operand_scalings, start=1):
        emitter.configure(op.layer, f"scale{number}", mult=multiplier, shift=shift)


def _flags(unit: Unit) -> int:
    scaling = unit.op.scaling
    per_channel = scaling is not None and scaling.per_channel
    has_bias = unit.op.bias is not None
    return per_channel | has_bias << 1 | unit.acc << 2 | unit.hold << 3
