"""Engines: the words, accumulators and bytes of an instruction, against golden."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from golden.machine.window import Axis, axes
from tb.env.first_difference_golden import BUS_ERRORS, GoldenInstruction
from tb.env.first_difference_job import Difference, Job, Part, Stage
from tb.env.first_difference_places import Bytes, Written
from tb.env.first_difference_records import ENGINES, RtlInstruction
from tb.env.first_difference_shape import shape_sentence
from tb.env.first_difference_stages import (
    Tiles,
    memory_fault,
    order_violation,
    tiles_by_instruction,
)
from tb.env.first_difference_writes import (
    compare_bytes,
    execute_words,
    load_words,
    store_bytes,
)
from tb.env.trace_records import Kind


class Engines(Part):
    """From a descriptor at its engine to the last word or byte."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        recording = job.recording
        order = {engine: recording.order(engine) for engine in ENGINES}
        tiles = tiles_by_instruction(recording, job.core)
        pairs = zip(order["execute"], tiles, strict=False)  # a run may have ended early
        self.tiles = {item.index: part for item, part in pairs}
        self.words = execute_words(recording, job.core, order["execute"])
        self.loads = load_words(recording, job.core, order["load"])
        self.stores = store_bytes(recording, job.core, job.goldens, order["store"])

    def check(self, index: int, golden: GoldenInstruction) -> Difference | None:
        """Compare what the engine did with a dispatched instruction."""
        rtl = self.rtl[index]
        if rtl.engine == "load" and golden.output is not None:
            found = self._load(rtl, golden)
        elif rtl.engine == "execute":
            found = self._execute(rtl, golden)
        elif rtl.engine == "store" and golden.output is not None:
            found = self._store(rtl, golden)
        else:
            return None
        if found is None and rtl.end is None and self.job.finished is False:
            stage = {"load": Stage.LOAD, "store": Stage.STORE}.get(rtl.engine, Stage.REQUANTISER)
            found = self.difference(golden, stage, "it never ended", None, missing=True)
        if found is not None and found.stage is not Stage.CONTROL:
            violation = order_violation(self.job.goldens, self.rtl, index)
            if violation:
                found = replace(found, stage=Stage.CONTROL, evidence=violation)
        return found

    def bus_error(self, rtl: RtlInstruction, golden: GoldenInstruction) -> Difference | None:
        """Compare what an engine says about a bus error that golden expects."""
        error = golden.outcome.error
        if error is None or error.code not in BUS_ERRORS or rtl.end is None:
            return None
        stage = Stage.LOAD if rtl.engine == "load" else Stage.STORE
        first = error.beats[0] if error.beats else 0
        if rtl.bus_error is None:
            return self.difference(
                golden, stage, f"expected a bus error (first beat {first:#x}), got none", rtl.end,
                evidence="the memory answered an error",
            )  # fmt: skip
        beat = rtl.bus_error // self.core.axi_bytes * self.core.axi_bytes
        if stage is Stage.LOAD and error.beats and beat not in error.beats:
            return self.difference(
                golden, stage,
                f"bus error: expected the address of a failing beat, the first is {first:#x}, "
                f"got {rtl.bus_error:#x}", rtl.end, evidence="the memory answered an error",
            )  # fmt: skip
        return None

    def _load(self, rtl: RtlInstruction, golden: GoldenInstruction) -> Difference | None:
        assert golden.output is not None
        written = self.loads.get(rtl.index, {})
        if rtl.bus_error is not None:
            return self.difference(
                golden, Stage.LOAD, f"expected no bus error, got one at {rtl.bus_error:#x}", rtl.end
            )
        wrong = self._compare(golden.output, written.get(golden.output.memory))
        elsewhere = [name for name in written if name != golden.output.memory]
        if wrong is None and not elsewhere:
            return None
        if wrong is None:
            what, cycle, shape = f"expected no write to {elsewhere[0]}, got one", rtl.end, ""
        else:
            what, cycle, shape = wrong
        return self.difference(
            golden, Stage.LOAD, what, cycle, shape=shape,
            evidence="its descriptor is right, the words it wrote are not",
        )  # fmt: skip

    def _execute(self, rtl: RtlInstruction, golden: GoldenInstruction) -> Difference | None:
        written = self.words.get(rtl.index)
        wrong = None
        if golden.output is not None:
            wrong = self._compare(golden.output, written)
        elif written is not None and len(written.place):
            wrong = ("expected no output, got some", int(written.cycle[0]), "")
        mac = golden.outcome.mac is not None
        if wrong is None and not mac:
            return None
        array = self._array(rtl, golden)
        if array is not None:
            what, cycle, shape = array
            kinds = (Kind.READ_SPAD, Kind.READ_WBUF)
            fault = self._memory_fault(rtl, kinds)
            after = "" if wrong is None else f"; at the end: {wrong[0]}"
            return self.difference(
                golden, Stage.MEMORY if fault else Stage.ARRAY, what, cycle, shape=shape,
                evidence=(fault or "the sums differ before they reach the requantiser") + after,
                missing="never left" in what,
            )  # fmt: skip
        if wrong is None:
            return None
        what, cycle, shape = wrong
        counted = self._counted(rtl, golden)
        if counted is not None:
            return self.difference(
                golden, Stage.ARRAY, counted[0], counted[1],
                evidence=f"the sums are right, what they are divided by is not; at the end: {what}",
            )  # fmt: skip
        fault = self._memory_fault(rtl, (Kind.READ_PBUF, Kind.READ_LUT))
        return self.difference(
            golden, Stage.MEMORY if fault else Stage.REQUANTISER, what, cycle, shape=shape,
            evidence=fault or self._before_requantiser(golden, what),
        )  # fmt: skip

    def _before_requantiser(self, golden: GoldenInstruction, what: str) -> str:
        """What is known to be right when the requantiser is to blame."""
        if golden.accumulators is None:
            return "the accumulators of this instruction are not predicted"
        told = re.match(r"y=(\d+) x=(\d+) channel (\d+)", what)
        if told is None:
            return "the accumulators that left the array are right"
        y, x, channel = (int(text) for text in told.groups())
        value = golden.accumulators.values[y * width_of(golden) + x, channel]
        return f"the accumulators that left the array are right, {value} there"

    def _array(self, rtl: RtlInstruction, golden: GoldenInstruction) -> tuple[str, int, str] | None:
        """What is wrong with the accumulators: text, cycle, shape."""
        if golden.accumulators is None:
            return None
        want, known = golden.accumulators.values, golden.accumulators.known
        pixels, channels = want.shape
        none = Tiles(
            values=np.zeros((0, self.core.rows, self.core.cols), np.int32),
            cycles=np.zeros(0, np.int64), counts=np.zeros((0, self.core.rows), np.int64),
        )  # fmt: skip
        tiles = self.tiles.get(rtl.index, none)
        got, when = tiles.by_pixel(pixels, channels, self.core)
        tall = -(-pixels // self.core.rows) * self.core.blocks(channels)
        if len(tiles.values) != tall and (len(tiles.values) > tall or self.job.finished):
            return f"expected {tall} tiles, got {len(tiles.values)}", rtl.end or rtl.start or 0, ""
        wrong = known & (want != got) & (when >= 0)
        if not wrong.any():
            if len(tiles.values) < tall:
                return (
                    f"tile {len(tiles.values)} of {tall} never left the array",
                    rtl.start or 0,
                    "",
                )
            return None
        width = width_of(golden)
        at = np.argwhere(wrong)
        pixel, channel = (int(v) for v in at[np.argmin(when[wrong])])
        y, x = divmod(pixel, width)
        shape = shape_sentence(
            wrong.reshape(-1, width, channels), want.reshape(-1, width, channels),
            got.reshape(-1, width, channels), ("y", "x", "channel"), self.core,
            unit="accumulators",
        )  # fmt: skip
        text = (
            f"accumulator of pixel y={y} x={x} channel {channel}: "
            f"expected {want[pixel, channel]}, got {got[pixel, channel]}"
        )
        return text, int(when[pixel, channel]), shape

    def _counted(self, rtl: RtlInstruction, golden: GoldenInstruction) -> tuple[str, int] | None:
        """What is wrong with the taps that the array counted for an average: text, cycle."""
        request, tiles = golden.request, self.tiles.get(rtl.index)
        if request is None or request.format.name != "avgpool" or tiles is None:
            return None
        down, across = (taps_inside(axis) for axis in axes(request.groups))
        want = np.multiply.outer(down, across).reshape(-1)
        got, when = tiles.counts_by_pixel(len(want), self.core)
        wrong = np.flatnonzero((got != want) & (when >= 0))
        if not len(wrong):
            return None
        first = int(wrong[np.argmin(when[wrong])])
        y, x = divmod(first, len(across))
        return (
            f"taps inside the image of pixel y={y} x={x}: expected {want[first]}, got {got[first]}",
            int(when[first]),
        )

    def _store(self, rtl: RtlInstruction, golden: GoldenInstruction) -> Difference | None:
        assert golden.output is not None
        if rtl.bus_error is not None:
            return self.difference(
                golden, Stage.STORE, f"expected no bus error, got one at {rtl.bus_error:#x}",
                rtl.end,
            )  # fmt: skip
        wrong = self._compare(golden.output, self.stores.get(rtl.index))
        if wrong is None:
            return None
        what, cycle, shape = wrong
        fault = self._memory_fault(rtl, (Kind.STORE_READ,))
        return self.difference(
            golden, Stage.MEMORY if fault else Stage.STORE, what, cycle, shape=shape,
            evidence=fault or "everything it reads was written rightly",
        )  # fmt: skip

    def _memory_fault(self, rtl: RtlInstruction, kinds: tuple[Kind, ...]) -> str:
        end = self.job.recording.last_cycle if rtl.end is None else rtl.end
        return memory_fault(
            self.job.recording, self.core, self.job.before, kinds, rtl.start or 0, end
        )

    def _compare(self, wanted: Bytes, written: Written | None) -> tuple[str, int, str] | None:
        return compare_bytes(
            self.core, wanted, written,
            last_cycle=self.job.recording.last_cycle, finished=self.job.finished,
        )  # fmt: skip


def width_of(golden: GoldenInstruction) -> int:
    """Pixels in a row of what an instruction makes."""
    if golden.output is not None:
        return int(golden.output.place.shape[1])
    assert golden.request is not None
    return int(golden.request.groups["out"]["ow"])


def taps_inside(axis: Axis) -> NDArray[np.int64]:
    """How many taps of a window are inside the image, for each output of an axis."""
    found = np.zeros(axis.out, dtype=np.int64)
    for outputs, _ in axis.useful_taps():
        found[outputs] += 1
    return found
