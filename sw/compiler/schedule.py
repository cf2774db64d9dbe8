"""Schedule: loads ahead of the units that need them, so that they overlap the units before.

The core finds hazards itself, so any order in which a load comes before its first user and after
the last user of what it overwrites is right. The order decides only how much overlaps:

    load A | load B | exec A | load C | exec B | load D | exec C ...

Loads run ``LOOKAHEAD`` units in front. More would not help: the load queue is short, and a load
that has to wait for buffer space there would keep the execute behind it from being dispatched.
"""

from __future__ import annotations

from golden import isa_builders
from golden.config import CoreConfig
from golden.isa import Instruction
from sw.compiler.geometry import MAX_EXTENT, LayerError, blocks
from sw.compiler.operations import ArrayOp, MoveOp
from sw.compiler.program import OutputPart, Step
from sw.compiler.units import Chunk, Transfer, Unit


class Emitter:
    """Collects the steps of one phase; configuration written earlier in the phase is remembered."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._groups: dict[str, dict[str, int]] = {}

    def configure(self, layer: int, group: str, **fields: int) -> None:
        """Write configuration group ``group`` (for example ``ld_shape``) unless it holds this."""
        if self._groups.get(group) != fields:
            self._groups[group] = fields
            instruction = built(layer, f"cfg_{group}", fields)
            self.steps.append(Step(instruction=instruction, layer=layer))

    def emit(
        self, layer: int, mnemonic: str, part: OutputPart | None = None, **fields: int
    ) -> None:
        """Append an instruction of any other class."""
        instruction = built(layer, mnemonic, fields)
        self.steps.append(Step(instruction=instruction, layer=layer, part=part))


def built(layer: int, builder: str, fields: dict[str, int]) -> Instruction:
    """Instruction of a layer. Raises LayerError for a number that its fields cannot hold."""
    try:
        instruction: Instruction = getattr(isa_builders, builder)(**fields)
    except ValueError as error:
        raise LayerError(layer, f"its sizes do not fit the instructions: {error}") from None
    return instruction


LOOKAHEAD = 2

_BUFFERS = {
    "ld_w": "weights",
    "ld_m": "weights",
    "ld_mt": "weights",
    "ld_p": "parameters",
    "ld_b": "parameters",
    "ld_l": "table",
}


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
            raise LayerError(
                chunk.layer,
                f"it needs {chunk.count} words of the {self._name} buffer at once and the "
                f"configuration has {self._size}",
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
    """Emit all units with their loads and stores. Raises LayerError when a chunk cannot fit."""
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
            if load.after_unit >= index:
                break
            if isinstance(load, Chunk) and not rings[_BUFFERS[load.instruction]].place(load):
                break
            _emit_load(config, load, emitter)
            position += 1
        if position < len(queue) and queue[position][0] <= index:
            raise LayerError(unit.op.layer, "it needs more buffer space than there is")
        _emit_execute(unit, emitter)
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
        queue += [
            (index, c) for c in sorted(fresh, key=lambda c: _BUFFERS[c.instruction] != "weights")
        ]
    return queue


def _emit_load(config: CoreConfig, load: Chunk | Transfer, emitter: Emitter) -> None:
    if isinstance(load, Transfer):
        _emit_transfer(config, "ld", load, emitter)
    elif load.instruction == "ld_l":
        emitter.emit(load.layer, "ld_l", addr=load.address)
    elif load.matrix is not None:
        pixels, channels, pitch = load.matrix
        emitter.configure(
            load.layer, "ld_shape", w=pixels, h=1, c=channels, cbs=blocks(config, channels)
        )
        emitter.configure(
            load.layer, "ld_pitch", row_pitch=pixels * pitch, pix_pitch=pitch, p=pixels
        )
        emitter.emit(load.layer, load.instruction, addr=load.address, first=load.slot)
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
        row_pitch=move.row_pitch,
        # One pixel a row has no next one, and may be longer than the field for its pitch holds.
        pix_pitch=move.pix_pitch if shape.w > 1 else min(move.pix_pitch, MAX_EXTENT),
        p=move.pitch,
    )
    emitter.emit(move.layer, f"{direction}_t", addr=move.address, base=move.base, p0=move.p0)


def _emit_execute(unit: Unit, emitter: Emitter) -> None:
    if unit.out is None:
        return
    layer, shape, out = unit.op.layer, unit.in_shape, unit.out
    first = unit.operands[0] if unit.operands else out
    second = unit.operands[1] if len(unit.operands) > 1 else None
    emitter.configure(layer, "in", w=shape.w, h=shape.h, c=shape.c, cbs=first.cbs)
    emitter.configure(
        layer,
        "pitch",
        in_p=first.pitch,
        out_p=out.pitch,
        in2_p=second.pitch if second else 0,
        in2_cbs=second.cbs if second else 0,
    )
    emitter.configure(
        layer,
        "out",
        ow=unit.out_shape.w,
        oh=unit.out_shape.h,
        oc=unit.out_shape.c,
        cbs=out.cbs,
    )
    if isinstance(unit.op, MoveOp):
        emitter.configure(layer, "act", act_min=-128, act_max=127, fill=unit.fill)
        emitter.emit(layer, unit.kind, out_base=out.base)
        return
    _configure_operation(unit, unit.op, emitter)
    bases = {"out_base": out.base}
    if unit.operands:
        bases["in_base"] = first.base
    if unit.op.multiplies:
        bases["wbase"] = unit.weights.slot if unit.weights else 0
        bases["pbase"] = unit.parameters.slot if unit.parameters else 0
        bases["flags"] = _flags(unit, unit.op)
    elif second is not None:
        bases["in2_base"] = second.base
    emitter.emit(layer, unit.kind, unit.part, **bases)


def _configure_operation(unit: Unit, op: ArrayOp, emitter: Emitter) -> None:
    layer, window = op.layer, unit.window or op.window
    if op.has_window:
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
        pl=unit.pad_left if op.has_window else 0,
        pt=unit.pad_top,
        zin=zin,
        zw=zw,
        zout=zout,
    )
    emitter.configure(layer, "act", act_min=op.clamp[0], act_max=op.clamp[1], fill=unit.fill)
    _configure_scales(op, emitter)


def _configure_scales(op: ArrayOp, emitter: Emitter) -> None:
    if op.scaling is not None and not op.scaling.per_channel:
        emitter.configure(
            op.layer, "scale", mult=int(op.scaling.multiplier[0]), shift=int(op.scaling.shift[0])
        )
    for number, (multiplier, shift) in enumerate(op.operand_scalings, start=1):
        emitter.configure(op.layer, f"scale{number}", mult=multiplier, shift=shift)


def _flags(unit: Unit, op: ArrayOp) -> int:
    per_channel = op.scaling is not None and op.scaling.per_channel
    # Biases are added once, with the last part of a sum.
    has_bias = op.bias is not None and not unit.hold
    return per_channel | has_bias << 1 | unit.acc << 2 | unit.hold << 3
