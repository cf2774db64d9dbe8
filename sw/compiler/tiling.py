"""Tiling: an operation becomes units, one for each strip of rows and chunk of output blocks."""

from __future__ import annotations

from dataclasses import dataclass, field

from golden.config import CoreConfig
from sw.compiler.geometry import Shape, blocks, ceil_div
from sw.compiler.lowering import ArrayOp
from sw.compiler.program import OutputPart
from sw.compiler.strips import Strip, strip_of
from sw.compiler.units import Chunk, Operand, Transfer, Unit


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where an operand comes from.

    ``bases`` has one line for a resident tensor, two (used in turn) for strip buffers.
    ``address`` is set when rows have to be loaded.
    """

    bases: tuple[int, ...]
    address: int | None = None

    @property
    def streams(self) -> bool:
        """Whether it goes through strip buffers."""
        return len(self.bases) > 1


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where the output goes: like Source; ``address`` is set when it has to be stored."""

    bases: tuple[int, ...]
    address: int | None = None

    @property
    def streams(self) -> bool:
        """Whether it goes through strip buffers."""
        return len(self.bases) > 1


@dataclass(frozen=True, kw_only=True)
class Constants:
    """Addresses of an operation's packed constants (None: it has none) and sizes of one block."""

    weights: int | None = None
    steps: int = 0
    parameters: int | None = None
    entry_bytes: int = 0
    table: int | None = None


@dataclass(kw_only=True)
class _Builder:
    config: CoreConfig
    op: ArrayOp
    constants: Constants
    shared: dict[tuple[str, int], Chunk] = field(default_factory=dict)

    def chunk(self, instruction: str, first: int, count: int, address: int, size: int) -> Chunk:
        """Chunk of ``count`` blocks from block ``first``; later strips reuse it where it stays."""
        key = (instruction, first)
        if key in self.shared:
            return self.shared[key]
        steps = self.constants.steps if instruction == "ld_w" else 1
        made = Chunk(
            layer=self.op.layer,
            instruction=instruction,
            address=address + first * size,
            count=count * steps,
            bytes=count * size,
        )
        self.shared[key] = made
        return made


# Weight words in a chunk of a phase's first operation: the array idles until they are there.
FIRST_CHUNK_WORDS = 256


def blocks_per_chunk(
    config: CoreConfig, op: ArrayOp, constants: Constants, *, first_of_phase: bool
) -> int:
    """Output blocks a unit computes: all, or as many as leave room to load the next ones."""
    count = blocks(config, op.out_shape.c)
    if constants.weights is not None:
        words = config.wbuf_depth // 4
        if first_of_phase:
            words = min(words, FIRST_CHUNK_WORDS)
        count = min(count, max(1, words // constants.steps))
    if constants.parameters is not None:
        count = min(count, max(1, config.param_depth // 2))
    return count


def tile(
    config: CoreConfig,
    op: ArrayOp,
    strips: list[Strip],
    sources: tuple[Source, ...],
    target: Target,
    constants: Constants,
    *,
    first_of_phase: bool = False,
) -> list[Unit]:
    """Units of one operation in order.

    Strips are outside where rows stream through strip buffers: each is there for a while only. Else
    chunks are outside, so that weights are loaded once; then strips serve to start before all rows
    are loaded (in the first chunk) and to store before all are computed (in the last).
    """
    builder = _Builder(config=config, op=op, constants=constants)
    out_blocks = blocks(config, op.out_shape.c)
    group = blocks_per_chunk(config, op, constants, first_of_phase=first_of_phase)
    firsts = range(0, out_blocks, group)
    streaming = any(source.streams for source in sources) or target.streams
    if streaming:
        order = [(strip, first) for strip in strips for first in firsts]
    else:
        whole = [strip_of(op, 0, op.out_shape.h)]
        order = []
        for first in firsts:
            cut = (first == 0 and any(s.address is not None for s in sources)) or (
                first == firsts[-1] and target.address is not None
            )
            order += [(strip, first) for strip in (strips if cut else whole)]
    stays = out_blocks * constants.steps <= config.wbuf_depth // 2 and (
        constants.parameters is None or out_blocks <= config.param_depth // 2
    )
    units: list[Unit] = []
    loaded_rows = [0] * len(sources)
    for strip, first in order:
        number = strips.index(strip) if strip in strips else 0
        if streaming and not stays and first == 0:
            builder.shared.clear()  # every strip loads the weights again
        unit = _unit(builder, strip, number, sources, target, first, min(group, out_blocks - first))
        if first == 0:
            unit.loads = _strip_loads(op, strip, number, sources, loaded_rows)
        if first == firsts[-1]:
            unit.stores = _strip_stores(op, strip, number, target)
        units.append(unit)
    return units


def _strip_loads(
    op: ArrayOp,
    strip: Strip,
    number: int,
    sources: tuple[Source, ...],
    loaded_rows: list[int],
) -> list[Transfer]:
    loads = []
    row_bytes = op.in_shape.w * op.in_shape.c
    for position, source in enumerate(sources):
        if source.address is None:
            continue
        if source.streams:
            first, end, p0, base = strip.a, strip.b, 0, source.bases[number % 2]
        else:
            # Later readers may look at rows that this operation's last strip does not reach.
            last = strip.y1 == op.out_shape.h
            first, end = loaded_rows[position], op.in_shape.h if last else strip.b
            p0, base = first * op.in_shape.w, source.bases[0]
            if end <= first:
                continue
            loaded_rows[position] = end
        loads.append(
            Transfer(
                layer=op.layer,
                address=source.address + first * row_bytes,
                shape=Shape(h=end - first, w=op.in_shape.w, c=op.in_shape.c),
                base=base,
                p0=p0,
            )
        )
    return loads


def _strip_stores(op: ArrayOp, strip: Strip, number: int, target: Target) -> list[Transfer]:
    if target.address is None:
        return []
    return [
        Transfer(
            layer=op.layer,
            address=target.address + strip.y0 * op.out_shape.w * op.out_shape.c,
            shape=Shape(h=strip.out_rows, w=op.out_shape.w, c=op.out_shape.c),
            base=target.bases[number % len(target.bases)],
            p0=0 if target.streams else strip.y0 * op.out_shape.w,
        )
    ]


def _unit(
    builder: _Builder,
    strip: Strip,
    number: int,
    sources: tuple[Source, ...],
    target: Target,
    first: int,
    count: int,
) -> Unit:
    config, op, constants = builder.config, builder.op, builder.constants
    first_channel = first * config.cols
    channels = min(count * config.cols, op.out_shape.c - first_channel)
    slices_input = op.kind != "conv"  # every other operation keeps channels apart
    in_blocks = blocks(config, op.in_shape.c)
    operands = []
    for source in sources:
        base = source.bases[number % len(source.bases)]
        if not source.streams:
            base += strip.a * op.in_shape.w // config.rows * in_blocks
        operands.append(Operand(base=base + (first if slices_input else 0), cbs=in_blocks))
    out_blocks = blocks(config, op.out_shape.c)
    out_base = target.bases[number % len(target.bases)] + first
    if not target.streams:
        out_base += strip.y0 * op.out_shape.w // config.rows * out_blocks
    weights = parameters = table = None
    if constants.weights is not None:
        size = constants.steps * config.cols
        weights = builder.chunk("ld_w", first, count, constants.weights, size)
    if constants.parameters is not None:
        load = "ld_p" if op.scaling is not None and op.scaling.per_channel else "ld_b"
        parameters = builder.chunk(load, first, count, constants.parameters, constants.entry_bytes)
    if constants.table is not None:
        table = builder.chunk("ld_l", 0, 1, constants.table, 256)
    return Unit(
        op=op,
        in_shape=Shape(
            h=strip.in_rows, w=op.in_shape.w, c=channels if slices_input else op.in_shape.c
        ),
        operands=tuple(operands),
        pad_top=strip.pad_top,
        part=OutputPart(
            tensor=op.output,
            first_row=strip.y0,
            rows=strip.out_rows,
            width=op.out_shape.w,
            first_channel=first_channel,
            channels=channels,
            base=out_base,
            cbs=out_blocks,
        ),
        weights=weights,
        parameters=parameters,
        table=table,
    )


def strip_lines(config: CoreConfig, rows: int, width: int, channels: int) -> int:
    """Lines that ``rows`` rows of an image take."""
    return ceil_div(rows * width, config.rows) * blocks(config, channels)
