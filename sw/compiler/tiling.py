"""Tiling: an operation becomes units, one for each strip and chunk of output blocks.

A convolution whose weights for one block exceed the weight buffer is also split along its input
channels: units of one tile and one block each, whose accumulators are held from part to part.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from golden.config import CoreConfig
from sw.compiler.geometry import Shape, blocks, ceil_div
from sw.compiler.operations import ArrayOp
from sw.compiler.packing import Part, weight_parts
from sw.compiler.program import OutputPart
from sw.compiler.strips import Strip, part_of_strip, strip_of
from sw.compiler.units import Chunk, Operand, Transfer, Unit


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an operand comes from or the output goes.

    ``bases`` has one line for a resident tensor, two (used in turn) for strip buffers. ``address``
    is set when it has to be loaded or stored. ``gap`` are pixels left free after each row.
    """

    bases: tuple[int, ...]
    address: int | None = None
    gap: int = 0

    @property
    def streams(self) -> bool:
        """Whether it goes through strip buffers."""
        return len(self.bases) > 1


@dataclass(frozen=True, kw_only=True)
class Constants:
    """Addresses of an operation's packed constants (None: it has none) and sizes of one block.

    ``matrix`` is the pitch in bytes of a matrix that ``weights`` is the address of, 0 for packed
    weights.
    """

    weights: int | None
    steps: int
    matrix: int
    parameters: int | None
    entry_bytes: int
    table: int | None


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
        count = min(count, config.param_depth // 2)
    return count


def tile(
    config: CoreConfig,
    op: ArrayOp,
    strips: list[Strip],
    sources: tuple[Place, ...],
    target: Place,
    constants: Constants,
    *,
    first_of_phase: bool,
    joined: bool,
    channels: int,
) -> list[Unit]:
    """Units of one operation in order; ``joined``: its strips take turns with a neighbour's;
    ``channels`` are those taken at once, 0 for all.

    Strips are outside where data stream through strip buffers: each is there for a while only. Else
    chunks are outside, so that weights are loaded once; then strips serve to start before all rows
    are loaded (in the first chunk) and to store before all are computed (in the last).
    """
    builder = _Builder(
        config=config, op=op, constants=constants, sources=sources, target=target, joined=joined
    )
    if op.is_padded:
        return builder.padded(strips)
    parts = weight_parts(config, op)
    if len(parts) > 1:
        return builder.split(strips, parts)
    if channels:
        return builder.sliced(strips, channels)
    group = blocks_per_chunk(config, op, constants, first_of_phase=first_of_phase)
    return builder.units(strips, group)


@dataclass(kw_only=True)
class _Builder:
    config: CoreConfig
    op: ArrayOp
    constants: Constants
    sources: tuple[Place, ...]
    target: Place
    joined: bool
    shared: dict[tuple[str, int, int], Chunk] = field(default_factory=dict)

    def units(self, strips: list[Strip], group: int) -> list[Unit]:
        """Units of ``group`` blocks a chunk."""
        config, op, constants = self.config, self.op, self.constants
        out_blocks = blocks(config, op.out_shape.c)
        firsts = range(0, out_blocks, group)
        streaming = any(source.streams for source in self.sources) or self.target.streams
        stays = out_blocks * constants.steps <= config.wbuf_depth // 2 and (
            constants.parameters is None or out_blocks <= config.param_depth // 2
        )
        units: list[Unit] = []
        loaded_rows = [0] * len(self.sources)
        for number, strip, first in self._order(strips, firsts, streaming):
            if streaming and not stays and first == 0:
                self.shared.clear()  # every strip loads the weights again
            count = min(group, out_blocks - first)
            unit = self._unit(strip, number, first, count)
            unit.weights = self._weights(first, count, 0, constants.steps)
            unit.parameters = self._parameters(first, count)
            unit.table = self._table()
            if first == 0:
                unit.loads = self._loads(strip, number, loaded_rows)
            if first == firsts[-1]:
                unit.stores = self._stores(strip, number)
            units.append(unit)
        return units

    def _order(
        self, strips: list[Strip], firsts: range, streaming: bool
    ) -> list[tuple[int, Strip, int]]:
        """Number of a strip, the strip, and the first block."""
        if streaming or self.joined:
            return [
                (number, strip, first) for number, strip in enumerate(strips) for first in firsts
            ]
        order: list[tuple[int, Strip, int]] = []
        whole = [strip_of(self.op, 0, self.op.out_shape.h)]
        for first in firsts:
            cut = (first == 0 and any(s.address is not None for s in self.sources)) or (
                first == firsts[-1] and self.target.address is not None
            )
            order += [
                (number, strip, first) for number, strip in enumerate(strips if cut else whole)
            ]
        return order

    def split(self, strips: list[Strip], parts: list[Part]) -> list[Unit]:
        """Units of one tile, one block and one part of kernel and input channels each.

        A streamed input is loaded part by part; a resident one is there as a whole.
        """
        units: list[Unit] = []
        (source,) = self.sources
        loaded_rows = [0]
        out_blocks = blocks(self.config, self.op.out_shape.c)
        for number, strip in enumerate(strips):
            for block in range(out_blocks):
                self.shared.clear()
                step = 0
                for place, part in enumerate(parts):
                    c0, c1 = part.channels
                    seen = part_of_strip(self.op, strip, part.rows, part.columns)
                    unit = self._unit(seen, number, block, 1)
                    unit.window = replace(
                        self.op.window,
                        kernel_h=part.rows[1] - part.rows[0],
                        kernel_w=part.columns[1] - part.columns[0],
                    )
                    if source.streams:
                        base = source.bases[len(units) % 2]
                        load = self._rectangle(0, seen, c0, c1 - c0, base)
                        unit.loads = [load]
                        stride, pitch = blocks(self.config, c1 - c0), load.pitch
                    else:
                        if not units:
                            unit.loads = self._loads(strip, number, loaded_rows)
                        (whole,) = unit.operands
                        base = whole.base + c0 // self.config.cols
                        stride, pitch = whole.cbs, whole.pitch
                    unit.in_shape = replace(unit.in_shape, c=c1 - c0)
                    unit.operands = (Operand(base=base, cbs=stride, pitch=pitch),)
                    unit.weights = self._weights(block, 1, step, part.words)
                    step += part.words
                    unit.parameters = self._parameters(block, 1)
                    unit.acc, unit.hold = place > 0, place + 1 < len(parts)
                    if unit.hold:
                        unit.part = None
                    units.append(unit)
            units[-1].stores = self._stores(strip, number)
        return units

    def padded(self, strips: list[Strip]) -> list[Unit]:
        """Units of an operation of two tensors that have fewer channels than its result.

            channels    | both have them | one has them | none has them |
            result      | the operation  | table        | fill          |

        The last block of one kind may be the first of the next, so they are made from behind.
        """
        op, cols = self.op, self.config.cols
        counts = [view.shape.c for view in op.views]
        both, one = min(counts), max(counts)
        longer = counts.index(one)
        units: list[Unit] = []
        loaded_rows = [0] * len(self.sources)
        for number, strip in enumerate(strips):
            made: list[Unit] = []
            if one < op.out_shape.c:
                made.append(self._some_channels(strip, number, "fill", one, op.out_shape.c))
            if both < one:
                unit = self._some_channels(strip, number, "lut", both, one)
                whole = unit.operands[longer]
                unit.operands = (replace(whole, base=whole.base + both // cols),)
                unit.table = self._table()
                made.append(unit)
            made.append(self._some_channels(strip, number, op.kind, 0, both))
            made[0].loads = self._loads(strip, number, loaded_rows)
            made[-1].stores = self._stores(strip, number)
            units += made
        return units

    def _some_channels(self, strip: Strip, number: int, kind: str, first: int, end: int) -> Unit:
        """Unit of the channels from the block of ``first`` on; those before it are not its own."""
        unit = self._unit(strip, number, 0, blocks(self.config, self.op.out_shape.c))
        block, extra = divmod(first, self.config.cols)
        count = end - first + extra
        assert unit.out is not None
        unit.kind = kind
        unit.in_shape = replace(unit.in_shape, c=count)
        unit.out_shape = replace(unit.out_shape, c=count)
        unit.out = replace(unit.out, base=unit.out.base + block)
        unit.fill = self.op.fill
        if kind == "fill":
            unit.operands = ()
        if unit.part is not None:
            unit.part = replace(
                unit.part,
                first_channel=first,
                channels=end - first,
                extra=extra,
                base=unit.out.base,
            )
        return unit

    def sliced(self, strips: list[Strip], channels: int) -> list[Unit]:
        """Units of some channels each, for what keeps channels apart; all inputs stream."""
        config, op, target = self.config, self.op, self.target
        most = blocks_per_chunk(config, op, self.constants, first_of_phase=False)
        channels = min(channels, most * config.cols)
        units: list[Unit] = []
        for strip in strips:
            for c0 in range(0, op.in_shape.c, channels):
                count = min(channels, op.in_shape.c - c0)
                first, turn = c0 // config.cols, len(units) % 2
                stride = blocks(config, count)
                unit = self._unit(strip, turn, first, stride)
                self.shared.clear()
                unit.weights = self._weights(first, stride, 0, self.constants.steps)
                unit.parameters = self._parameters(first, stride)
                unit.table = self._table()
                unit.loads = [
                    self._rectangle(slot, strip, c0, count, source.bases[turn])
                    for slot, source in enumerate(self.sources)
                ]
                unit.in_shape = unit.loads[0].shape
                unit.operands = tuple(
                    Operand(base=load.base, cbs=stride, pitch=load.pitch) for load in unit.loads
                )
                units.append(unit)
                if not target.streams:
                    if c0 + count == op.in_shape.c:
                        unit.stores = self._stores(strip, turn)
                    continue
                base = target.bases[turn]
                unit.out = Operand(base=base, cbs=stride, pitch=strip.x.size)
                if unit.part is not None:
                    unit.part = replace(unit.part, base=base, cbs=stride)
                unit.stores = self._stores(strip, turn)
                for store in unit.stores:
                    store.address += c0
                    store.shape = Shape(h=store.shape.h, w=store.shape.w, c=count)
        return units

    # ------------------------------------------------------------------ constants

    def _weights(self, first: int, count: int, step: int, steps: int) -> Chunk | None:
        constants, cols = self.constants, self.config.cols
        if constants.weights is None:
            return None
        if not constants.matrix:
            address = constants.weights + (first * constants.steps + step) * cols
            return self._chunk("ld_w", first, step, count * steps, address, count * steps * cols)
        channels = min(count * cols, self.op.out_shape.c - first * cols)
        if self.op.transposed:
            address = constants.weights + first * cols * constants.matrix + step
            matrix, name = (channels, steps, constants.matrix), "ld_mt"
        else:
            address = constants.weights + step * constants.matrix + first * cols
            matrix, name = (steps, channels, constants.matrix), "ld_m"
        size = matrix[0] * matrix[1]
        chunk = self._chunk(name, first, step, count * steps, address, size)
        chunk.matrix = matrix
        return chunk

    def _parameters(self, first: int, count: int) -> Chunk | None:
        constants, scaling = self.constants, self.op.scaling
        if constants.parameters is None:
            return None
        load = "ld_p" if scaling is not None and scaling.per_channel else "ld_b"
        size = constants.entry_bytes
        return self._chunk(load, first, 0, count, constants.parameters + first * size, count * size)

    def _table(self) -> Chunk | None:
        if self.constants.table is None:
            return None
        return self._chunk("ld_l", 0, 0, 1, self.constants.table, 256)

    def _chunk(
        self, instruction: str, first: int, step: int, count: int, address: int, size: int
    ) -> Chunk:
        """A chunk; later strips reuse it where it stays."""
        key = (instruction, first, step)
        if key not in self.shared:
            self.shared[key] = Chunk(
                layer=self.op.layer,
                instruction=instruction,
                address=address,
                count=count,
                bytes=size,
            )
        return self.shared[key]

    # ------------------------------------------------------------------ tensors

    def _rectangle(
        self, slot: int, strip: Strip, channel: int, channels: int, base: int
    ) -> Transfer:
        """Load of some channels of the input of a strip from memory to a strip buffer."""
        source, view = self.sources[slot], self.op.view(slot)
        shape = view.whole
        address = (source.address if source.address is not None else 0) + view.first
        return Transfer(
            layer=self.op.layer,
            address=address + (strip.y.a * shape.w + strip.x.a) * shape.c + channel,
            shape=Shape(h=strip.y.in_size, w=strip.x.in_size, c=channels),
            base=base,
            row_pitch=shape.w * shape.c,
            pix_pitch=shape.c,
            pitch=strip.x.in_size + source.gap,
        )

    def _loads(self, strip: Strip, number: int, loaded_rows: list[int]) -> list[Transfer]:
        loads = []
        for position, source in enumerate(self.sources):
            if source.address is None:
                continue
            view = self.op.view(position)
            shape = view.whole
            if source.streams:
                count, base = view.shape.c, source.bases[number % 2]
                loads.append(self._rectangle(position, strip, 0, count, base))
                continue
            # Later readers may look at rows that this operation's last strip does not reach.
            last = strip.y.end == self.op.out_shape.h
            first, end = loaded_rows[position], shape.h if last else strip.y.b
            if end > first:
                loaded_rows[position] = end
                loads.append(self._rows(source, shape, first, end))
        return loads

    def _rows(self, source: Place, shape: Shape, first: int, end: int) -> Transfer:
        """A load of whole rows to where an operand stays."""
        assert source.address is not None
        pitch = shape.w + source.gap
        load = Transfer(
            layer=self.op.layer,
            address=source.address + first * shape.w * shape.c,
            shape=Shape(h=end - first, w=shape.w, c=shape.c),
            base=source.bases[0],
            row_pitch=shape.w * shape.c,
            pix_pitch=shape.c,
            pitch=pitch,
            p0=first * pitch,
        )
        _keep_p0_small(self.config, load)
        return load

    def _stores(self, strip: Strip, number: int) -> list[Transfer]:
        target, shape = self.target, self.op.out_shape
        if target.address is None:
            return []
        store = Transfer(
            layer=self.op.layer,
            address=target.address + (strip.y.first * shape.w + strip.x.first) * shape.c,
            shape=Shape(h=strip.y.size, w=strip.x.size, c=shape.c),
            base=target.bases[number % len(target.bases)],
            row_pitch=shape.w * shape.c,
            pix_pitch=shape.c,
            pitch=strip.x.size,
            p0=0 if target.streams else strip.y.first * shape.w,
        )
        _keep_p0_small(self.config, store)
        return [store]

    def _unit(self, strip: Strip, number: int, first: int, count: int) -> Unit:
        config, op, target = self.config, self.op, self.target
        first_channel = first * config.cols
        channels = min(count * config.cols, op.out_shape.c - first_channel)
        slices_input = op.kind != "conv"  # every other operation keeps channels apart
        operands = []
        for slot, source in enumerate(self.sources):
            view = op.view(slot)
            in_blocks = blocks(config, view.shape.c if source.streams else view.stored)
            base = source.bases[number % len(source.bases)]
            pitch = strip.x.in_size + source.gap
            if not source.streams:
                base += strip.y.a * pitch // config.rows * in_blocks + view.first // config.cols
            base += first if slices_input else 0
            operands.append(Operand(base=base, cbs=in_blocks, pitch=pitch))
        out_blocks = blocks(config, op.out_shape.c)
        out_base = target.bases[number % len(target.bases)] + first
        if not target.streams:
            out_base += strip.y.first * op.out_shape.w // config.rows * out_blocks
        in_channels = channels if slices_input else op.in_shape.c
        return Unit(
            op=op,
            kind=op.kind,
            in_shape=Shape(h=strip.y.in_size, w=strip.x.in_size, c=in_channels),
            operands=tuple(operands),
            pad_top=strip.y.pad,
            pad_left=strip.x.pad,
            out_shape=Shape(h=strip.y.size, w=strip.x.size, c=channels),
            out=Operand(base=out_base, cbs=out_blocks, pitch=strip.x.size),
            part=None
            if op.scratch
            else OutputPart(
                tensor=op.output if op.whole is None else op.whole,
                first_row=strip.y.first + op.first_row,
                rows=strip.y.size,
                width=strip.x.size,
                first_channel=first_channel,
                channels=channels,
                base=out_base,
                cbs=out_blocks,
                first_column=strip.x.first,
                image_width=op.out_shape.w,
                image_channels=op.out_shape.c,
            ),
        )


def _keep_p0_small(config: CoreConfig, move: Transfer) -> None:
    """Turn whole lines of the first pixel into base, as the field for it has 16 bits."""
    lines = move.p0 // config.rows
    move.base += lines * blocks(config, move.shape.c)
    move.p0 -= lines * config.rows


def strip_lines(config: CoreConfig, rows: int, pitch: int, channels: int) -> int:
    """Lines that ``rows`` rows of an image of that pitch take."""
    return ceil_div(rows * pitch, config.rows) * blocks(config, channels)
