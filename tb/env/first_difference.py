"""The first place, in program order, where the core and the golden machine part.

Every instruction is followed through the core, and the first value that is wrong names the stage:

    retired, operands, refusal, result, dispatch, descriptor, order    --> control
    words into the core's memories                                     --> load
    accumulators leaving the array                                     --> array (or a memory)
    words that execute wrote, from right accumulators                  --> requantiser
    bytes on the bus                                                   --> store (or a memory)

Nothing of this decides whether a test passes: that was decided before, by comparing what the core
does at its ports.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.assembler import disassemble_instruction, disassemble_word
from golden.config import CoreConfig
from golden.isa import engine_of
from tb.env.descriptors import descriptor, differences
from tb.env.first_difference_golden import BUS_ERRORS, GoldenInstruction
from tb.env.first_difference_lane import Lane, lane_of
from tb.env.first_difference_places import Bytes, Written
from tb.env.first_difference_records import ENGINES, Recording, RtlInstruction
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
from tb.env.waits import Snapshot, all_waits, follow


class Stage(StrEnum):
    """Where a fault shows first."""

    CONTROL = "control"
    LOAD = "load"
    ARRAY = "array"
    REQUANTISER = "requantiser"
    STORE = "store"
    MEMORY = "memory"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The first difference of a run.

    Attributes:
        stage: where.
        index, text: the instruction and its disassembly; None for what belongs to none.
        what: what differs, with expected and actual.
        cycle: when it showed.
        issued: when the instruction was issued, or retired if it came by the doorbell.
        shape: count and pattern of everything that is wrong with it.
        evidence: what was right before, and why this stage is to blame.
        layer: layer, operator and tensor of a network.
        lane: where in the waves the wrong value is.
        missing: nothing is wrong but what did not come.
        awaited: of a hang: the handshake that does not come.
        root: of a hang: the part of the core to look at.
        chain: of a hang: who waits for whom, from the instruction to the root.
        waits: of a hang: what every engine and queue waits for.
    """

    stage: Stage
    what: str
    cycle: int
    index: int | None = None
    text: str = ""
    issued: int | None = None
    shape: str = ""
    evidence: str = ""
    layer: str = ""
    lane: Lane | None = None
    missing: bool = False
    awaited: str = ""
    root: str = ""
    chain: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()

    def sentences(self) -> str:
        """All of it, for people."""
        who = f"`{self.text}`" if self.text else ""
        if self.index is not None:
            who = f"instruction {self.index} {who}".rstrip()
        head = ", ".join(part for part in (self.layer, who) if part)
        when = "" if self.what.endswith(f"cycle {self.cycle}") else f", cycle {self.cycle}"
        lines = [f"{head}: {self.what}{when}".lstrip(": ")]
        lines.append(f"stage {self.stage}" + (f": {self.evidence}" if self.evidence else ""))
        if self.shape:
            lines.append(self.shape)
        return "\n  ".join(lines)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "sentences": self.sentences()}


@dataclass(kw_only=True)
class Job:
    """A stretch of a run that began and, unless the core hung, ended with an idle core.

    Attributes:
        goldens: what the golden machine executed, by index.
        recording: what the core did.
        before: spad and wbuf at its begin: content and known mask, flat.
        groups: the configuration at its begin, see `group_words`.
        layers: what an instruction works for, by index.
        finished: the core was idle at the end, so everything must have happened.
        hung: what every part waited for, if the core hung.
        unnumbered: what golden executed and gave no number, each with the number before it.
    """

    core: CoreConfig
    goldens: Mapping[int, GoldenInstruction]
    recording: Recording
    before: Mapping[str, tuple[NDArray[np.uint8], NDArray[np.bool_]]]
    groups: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    layers: Mapping[int, str] = field(default_factory=dict)
    finished: bool = True
    hung: Snapshot | None = None
    unnumbered: Sequence[tuple[int, GoldenInstruction]] = ()


def first_difference(job: Job) -> Difference | None:
    """Follow the instructions of a job in program order up to the first that went wrong."""
    return Follower(job).run()


class Follower:
    """Compares one job; see the module."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.core = job.core
        self.rtl = job.recording.instructions
        order = {engine: job.recording.order(engine) for engine in ENGINES}
        tiles = tiles_by_instruction(job.recording, job.core)
        self.tiles = {item.index: part for item, part in zip(order["execute"], tiles, strict=False)}
        recording = job.recording
        self.words = execute_words(recording, job.core, order["execute"])
        self.loads = load_words(recording, job.core, order["load"])
        self.stores = store_bytes(recording, job.core, job.goldens, order["store"])
        self.groups = dict(job.groups)  # as golden has them

    def run(self) -> Difference | None:
        """Return the first difference, None if there is none."""
        for index, golden in sorted(self.job.goldens.items()):
            found = self._control(index, golden)
            if found is None and golden.outcome.error is None:
                found = self._engine(index, golden)
            elif found is None:
                found = self._bus_error(self.rtl[index], golden)
            if self.job.hung is not None and (found is None or found.missing):
                found = self._hang(golden, self.job.hung, self._place_of(index, golden))
            if found is not None:
                width = self._width(golden) if golden.accumulators is not None else 1
                lane = lane_of(found.stage, found.what, self.core, width)
                return replace(found, layer=self.job.layers.get(index, ""), lane=lane)
        found = self._stray()
        if found is None and self.job.hung is not None:
            found = self._hang(None, self.job.hung, "host")
        return found

    # ---- hangs

    def _place_of(self, index: int, golden: GoldenInstruction) -> str:
        """The part where an instruction is that has not ended, empty if it has."""
        rtl = self.rtl.get(index)
        if rtl is None or rtl.retired is None:
            return "front end"
        if rtl.engine is None:
            if self._needs_engine(golden) and rtl.refused is None:
                return "check"
            owed = golden.outcome.result is not None and golden.issued is not None
            return "result port" if owed and golden.answered is None else ""
        if rtl.start is None:
            return f"{rtl.engine} queue"
        return f"{rtl.engine} end" if rtl.end is None else ""

    def _hang(
        self, golden: GoldenInstruction | None, snapshot: Snapshot, place: str
    ) -> Difference | None:
        """Say why what is at `place` does not go on."""
        if not place:
            return None
        ended = {index: item.end for index, item in self.rtl.items() if item.end is not None}
        index = None if golden is None else golden.outcome.index
        rtl = self.rtl.get(-1 if index is None else index)
        begun = 0 if rtl is None else rtl.start or rtl.dispatched or rtl.retired or 0
        chain = follow(place, snapshot, ended, begun)
        if place == "front end" and chain.root == "merge" and not chain.loop:  # not come so far
            chain = follow("host", snapshot, ended)
        text = "" if golden is None else disassemble_instruction(golden.outcome.instruction)
        if golden is None and "CV-X-IF" in chain.awaited:
            held = "undecided word" if "commit" in chain.awaited else "offered word"
            text = disassemble_word(snapshot.numbers[held])
        issued = None if golden is None else golden.issued
        if issued is None and rtl is not None:
            issued = rtl.retired
        return Difference(
            stage=Stage(chain.stage), index=index, text=text, issued=issued,
            cycle=max(chain.since, begun),
            what=f"it never ended: {chain.root} is the root, {chain.awaited} does not come",
            evidence=chain.sentences(), missing=True, awaited=chain.awaited, root=chain.root,
            chain=tuple(wait.sentence() for wait in chain.waits),
            waits=tuple(all_waits(snapshot)),
        )  # fmt: skip

    # ---- control

    def _difference(
        self, golden: GoldenInstruction, stage: Stage, what: str, cycle: int | None, **more: Any
    ) -> Difference:
        index = golden.outcome.index
        rtl = self.rtl.get(-1 if index is None else index)
        issued = golden.issued
        if issued is None and rtl is not None:
            issued = rtl.retired
        return Difference(
            stage=stage, what=what, index=index, issued=issued,
            text=disassemble_instruction(golden.outcome.instruction),
            cycle=self.job.recording.last_cycle if cycle is None else cycle, **more,
        )  # fmt: skip

    def _control(self, index: int, golden: GoldenInstruction) -> Difference | None:
        rtl, outcome = self.rtl.get(index), golden.outcome
        if rtl is None or rtl.retired is None:
            return self._difference(
                golden, Stage.CONTROL, "the front end never took it", None,
                evidence="everything before it is right", missing=True,
            )  # fmt: skip
        told = outcome.instruction
        for name, got, want in (
            ("word", rtl.word, told.word), ("rs1", rtl.rs1, told.rs1), ("rs2", rtl.rs2, told.rs2),
        ):  # fmt: skip
            if name == "rs2" and golden.request is not None and golden.request.format.rs2_is_x0:
                continue
            if got != want:
                return self._difference(
                    golden, Stage.CONTROL, f"{name}: expected {want:#010x}, got {got:#010x}",
                    rtl.retired, evidence="the front end took another instruction than was issued",
                )  # fmt: skip
        found = self._refusal(rtl, golden)
        if found is None and outcome.result is not None and rtl.result != outcome.result:
            found = self._difference(
                golden, Stage.CONTROL,
                f"result: expected {outcome.result:#010x}, got {rtl.result:#010x}", rtl.retired,
                evidence="the instructions before it are right",
            )  # fmt: skip
            found = self._error_before(golden, rtl) or found
        return found or self._group(rtl, golden) or self._dispatch(rtl, golden)

    def _error_before(self, golden: GoldenInstruction, rtl: RtlInstruction) -> Difference | None:
        """A fence returns the first error before it. If no numbered instruction explains that it is
        another than expected, it is of one without a number: what reads counters, for one.
        """
        index, told = golden.outcome.index or 0, golden.outcome
        if told.mnemonic != "fence":
            return None
        fences = [i for i, g in self.job.goldens.items() if g.outcome.mnemonic == "fence"]
        since = max((i for i in fences if i < index), default=-1)
        between = [one for before, one in self.job.unnumbered if since <= before < index]
        refused = [one for one in between if (one.outcome.error is not None) == bool(told.result)]
        if not refused:
            return None
        one = refused[0]
        return replace(
            self._difference(
                golden, Stage.CONTROL,
                f"the fence after it returned {rtl.result:#010x}, expected {told.result:#010x}",
                rtl.retired, evidence="every numbered instruction before the fence is right",
            ),
            index=None, issued=one.issued, text=disassemble_instruction(one.outcome.instruction),
        )  # fmt: skip

    def _group(self, rtl: RtlInstruction, golden: GoldenInstruction) -> Difference | None:
        """Compare the configuration group that an instruction wrote, or was refused to write."""
        outcome = golden.outcome
        if not outcome.mnemonic.startswith("cfg."):
            return None
        if outcome.error is None:
            self.groups[outcome.mnemonic] = (outcome.instruction.rs1, outcome.instruction.rs2)
        want = self.groups.get(outcome.mnemonic)
        if want is None or rtl.group in (None, want):
            return None
        assert rtl.group is not None
        return self._difference(
            golden, Stage.CONTROL,
            f"configuration group: expected {want[0]:#x} {want[1]:#x}, "
            f"got {rtl.group[0]:#x} {rtl.group[1]:#x}", rtl.retired,
            evidence="the instruction itself arrived as it was issued",
        )  # fmt: skip

    def _bus_error(self, rtl: RtlInstruction, golden: GoldenInstruction) -> Difference | None:
        """Compare what an engine says about a bus error that golden expects."""
        error = golden.outcome.error
        if error is None or error.code not in BUS_ERRORS or rtl.end is None:
            return None
        stage = Stage.LOAD if rtl.engine == "load" else Stage.STORE
        first = error.beats[0] if error.beats else 0
        if rtl.bus_error is None:
            return self._difference(
                golden, stage, f"expected a bus error (first beat {first:#x}), got none", rtl.end,
                evidence="the memory answered an error",
            )  # fmt: skip
        beat = rtl.bus_error // self.core.axi_bytes * self.core.axi_bytes
        if stage is Stage.LOAD and error.beats and beat not in error.beats:
            return self._difference(
                golden, stage,
                f"bus error: expected the address of a failing beat, the first is {first:#x}, "
                f"got {rtl.bus_error:#x}", rtl.end, evidence="the memory answered an error",
            )  # fmt: skip
        return None

    def _refusal(self, rtl: RtlInstruction, golden: GoldenInstruction) -> Difference | None:
        error = golden.outcome.error
        if error is not None and error.code in BUS_ERRORS:
            error = None
        want = "none" if error is None else str(error)
        got = "none"
        if rtl.refused is not None:
            got = (
                f"code {rtl.refused.code} field {rtl.refused.field} detail {rtl.refused.detail:#x}"
            )
        if error is None and rtl.refused is None:
            return None
        if error is not None and rtl.refused is not None:
            same = (rtl.refused.code, rtl.refused.field) == (error.code, error.field)
            if same and error.detail in (None, rtl.refused.detail):
                return None
            want = f"code {int(error.code)} field {int(error.field)} detail {error.detail or 0:#x}"
        return self._difference(
            golden, Stage.CONTROL, f"error: expected {want}, got {got}", rtl.retired,
            evidence="the check decides this, before any engine",
        )  # fmt: skip

    def _dispatch(self, rtl: RtlInstruction, golden: GoldenInstruction) -> Difference | None:
        outcome, request = golden.outcome, golden.request
        if request is None or not self._needs_engine(golden):
            return None
        engine = engine_of(outcome.mnemonic)
        if rtl.engine is None or rtl.start is None:
            step = "was never dispatched" if rtl.engine is None else "never started"
            return self._difference(
                golden, Stage.CONTROL, f"it was accepted but {step}", None,
                evidence=f"{engine} waits for nothing that golden knows of", missing=True,
            )  # fmt: skip
        if rtl.engine != engine:
            return self._difference(
                golden, Stage.CONTROL, f"expected engine {engine}, got {rtl.engine}",
                rtl.dispatched,
            )  # fmt: skip
        wrong = differences(engine, rtl.descriptor, descriptor(request))
        if wrong:
            name, (got, want) = next(iter(wrong.items()))
            more = f" (and {len(wrong) - 1} more fields)" if len(wrong) > 1 else ""
            return self._difference(
                golden, Stage.CONTROL,
                f"descriptor field {name}: expected {want:#x}, got {got:#x}{more}", rtl.start,
                evidence="the check derives it, the engine only follows it",
            )  # fmt: skip
        return None

    @staticmethod
    def _needs_engine(golden: GoldenInstruction) -> bool:
        """Whether an engine has to work for an instruction."""
        outcome = golden.outcome
        refused = outcome.error is not None and outcome.error.code not in BUS_ERRORS
        moves = outcome.memory_read or outcome.memory_write or outcome.writes or outcome.reads
        return bool(moves) and not refused and golden.request is not None

    # ---- engines

    def _engine(self, index: int, golden: GoldenInstruction) -> Difference | None:
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
            found = self._difference(golden, stage, "it never ended", None, missing=True)
        if found is not None and found.stage is not Stage.CONTROL:
            violation = order_violation(self.job.goldens, self.rtl, index)
            if violation:
                found = replace(found, stage=Stage.CONTROL, evidence=violation)
        return found

    def _load(self, rtl: RtlInstruction, golden: GoldenInstruction) -> Difference | None:
        assert golden.output is not None
        written = self.loads.get(rtl.index, {})
        if rtl.bus_error is not None:
            return self._difference(
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
        return self._difference(
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
            return self._difference(
                golden, Stage.MEMORY if fault else Stage.ARRAY, what, cycle, shape=shape,
                evidence=(fault or "the sums differ before they reach the requantiser") + after,
                missing="never left" in what,
            )  # fmt: skip
        if wrong is None:
            return None
        what, cycle, shape = wrong
        return self._difference(
            golden, Stage.REQUANTISER, what, cycle, shape=shape,
            evidence=self._before_requantiser(golden, what),
        )  # fmt: skip

    def _before_requantiser(self, golden: GoldenInstruction, what: str) -> str:
        """What is known to be right when the requantiser is to blame."""
        if golden.accumulators is None:
            return "the accumulators of this instruction are not predicted"
        told = re.match(r"y=(\d+) x=(\d+) channel (\d+)", what)
        if told is None:
            return "the accumulators that left the array are right"
        y, x, channel = (int(text) for text in told.groups())
        value = golden.accumulators.values[y * self._width(golden) + x, channel]
        return f"the accumulators that left the array are right, {value} there"

    def _array(self, rtl: RtlInstruction, golden: GoldenInstruction) -> tuple[str, int, str] | None:
        """What is wrong with the accumulators: text, cycle, shape."""
        if golden.accumulators is None:
            return None
        want, known = golden.accumulators.values, golden.accumulators.known
        pixels, channels = want.shape
        none = Tiles(
            values=np.zeros((0, self.core.rows, self.core.cols), np.int32),
            cycles=np.zeros(0, np.int64),
        )
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
        width = self._width(golden)
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

    def _width(self, golden: GoldenInstruction) -> int:
        if golden.output is not None:
            return int(golden.output.place.shape[1])
        assert golden.request is not None
        return int(golden.request.groups["out"]["ow"])

    def _store(self, rtl: RtlInstruction, golden: GoldenInstruction) -> Difference | None:
        assert golden.output is not None
        if rtl.bus_error is not None:
            return self._difference(
                golden, Stage.STORE, f"expected no bus error, got one at {rtl.bus_error:#x}",
                rtl.end,
            )  # fmt: skip
        wrong = self._compare(golden.output, self.stores.get(rtl.index))
        if wrong is None:
            return None
        what, cycle, shape = wrong
        fault = self._memory_fault(rtl, (Kind.STORE_READ,))
        return self._difference(
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

    def _stray(self) -> Difference | None:
        """What the core took although nobody issued it."""
        known = set(self.job.goldens)
        for index, rtl in sorted(self.rtl.items()):
            if index not in known and rtl.retired is not None and known and index > max(known):
                return Difference(
                    stage=Stage.CONTROL, index=index, cycle=rtl.retired, issued=rtl.retired,
                    text=f".word {rtl.word:#010x}",
                    what="the front end took an instruction that was not issued",
                )  # fmt: skip
        return None
