"""What is compared for a first difference, a job, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.assembler import disassemble_instruction
from golden.config import CoreConfig
from tb.env.accounts import Broken
from tb.env.first_difference_golden import GoldenInstruction
from tb.env.first_difference_lane import Lane
from tb.env.first_difference_records import Recording
from tb.env.waits import Snapshot


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
        awaited: of a hang: the handshake that does not come; else one that went wrong before it.
        root: the part of the core to look at, of these.
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

    def after(self, broken: Sequence[Broken]) -> Difference:
        """Tell of what was lost or added before it showed, if anything was."""
        if not broken or broken[0].cycle > self.cycle or self.awaited:  # of a hang: it knows
            return self
        told = f"before it, {broken[0].sentence()}: {broken[0].part} is the part to look at"
        return replace(
            self, evidence="; ".join(filter(None, (self.evidence, told))), root=broken[0].part,
            awaited=broken[0].account.name,
        )  # fmt: skip


@dataclass(kw_only=True)
class Job:
    """A stretch of a run that began and, unless the core hung, ended with an idle core.

    Attributes:
        goldens: what the golden machine executed, by index.
        recording: what the core did.
        before: every memory at its begin: content and known mask, flat.
        groups: the configuration at its begin, see `group_words`.
        layers: what an instruction works for, by index.
        finished: the core was idle at the end, so everything must have happened.
        hung: what every part waited for, if the core hung.
        broken: accounts of events that did not balance, the first first.
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
    broken: Sequence[Broken] = ()
    unnumbered: Sequence[tuple[int, GoldenInstruction]] = ()


class Part:
    """Compares a part of what the core did with an instruction."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.core = job.core
        self.rtl = job.recording.instructions

    def difference(
        self, golden: GoldenInstruction, stage: Stage, what: str, cycle: int | None, **more: Any
    ) -> Difference:
        """Return what is wrong with an instruction."""
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
