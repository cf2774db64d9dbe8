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

from dataclasses import replace

from golden.assembler import disassemble_instruction, disassemble_word
from golden.isa import Instruction
from tb.env.first_difference_control import Control, needs_engine
from tb.env.first_difference_engines import Engines, width_of
from tb.env.first_difference_golden import GoldenInstruction
from tb.env.first_difference_job import Difference, Job, Part, Stage
from tb.env.first_difference_lane import lane_of
from tb.env.waits import Snapshot, all_waits, follow


def first_difference(job: Job) -> Difference | None:
    """Follow the instructions of a job in program order up to the first that went wrong."""
    return Follower(job).run()


class Follower(Part):
    """Compares one job; see the module."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.control, self.engines = Control(job), Engines(job)

    def run(self) -> Difference | None:
        """Return the first difference, None if there is none."""
        unnumbered = self.control.unnumbered()
        for index, golden in sorted(self.job.goldens.items()):
            if unnumbered is not None and unnumbered[0] < index:
                return unnumbered[1]
            found = self.control.check(index, golden)
            if found is None and golden.outcome.error is None:
                found = self.engines.check(index, golden)
            elif found is None:
                found = self.engines.bus_error(self.rtl[index], golden)
            if self.job.hung is not None and (found is None or found.missing):
                found = self._hang(golden, self.job.hung, self._place_of(index, golden))
            if found is not None:
                width = width_of(golden) if golden.accumulators is not None else 1
                lane = lane_of(found.stage, found.what, self.core, width)
                found = replace(found, layer=self.job.layers.get(index, ""), lane=lane)
                return self._with_hang(found.after(self.job.broken))
        found = self._stray() if unnumbered is None else unnumbered[1]
        if found is None and self.job.hung is not None:
            found = self._unanswered(self.job.hung) or self._hang(None, self.job.hung, "host")
        return None if found is None else found.after(self.job.broken)

    def _with_hang(self, found: Difference) -> Difference:
        """Tell of a hang that came after a wrong value, too: what does not come then."""
        if self.job.hung is None or found.missing:
            return found
        for index, golden in sorted(self.job.goldens.items()):
            hang = self._hang(golden, self.job.hung, self._place_of(index, golden))
            if hang is not None:
                told = f"then the core hung: instruction {index} `{hang.text}`: {hang.what}"
                return replace(
                    found, evidence="; ".join(filter(None, (found.evidence, told))),
                    awaited=found.awaited or hang.awaited, root=found.root or hang.root,
                    chain=hang.chain, waits=hang.waits,
                )  # fmt: skip
        return found

    def _place_of(self, index: int, golden: GoldenInstruction) -> str:
        """The part where an instruction is that has not ended, empty if it has."""
        rtl = self.rtl.get(index)
        if rtl is None or rtl.retired is None:
            return "front end"
        if rtl.engine is None:
            if needs_engine(golden) and rtl.refused is None:
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
            what=f"it never ended: {chain.what()}",
            evidence=chain.sentences(), missing=True, awaited=chain.awaited, root=chain.root,
            chain=tuple(wait.sentence() for wait in chain.waits),
            waits=tuple(all_waits(snapshot)),
        )  # fmt: skip

    def _unanswered(self, snapshot: Snapshot) -> Difference | None:
        """Say why an instruction without a number, which has no other effect, has no result."""
        for _, golden in self.job.unnumbered:
            owed = golden.outcome.result is not None and golden.issued is not None  # over CV-X-IF
            if owed and golden.answered is None:
                return self._hang(golden, snapshot, "result port")
        return None

    def _stray(self) -> Difference | None:
        """What the core took although nobody issued it."""
        known = set(self.job.goldens)
        for index, rtl in sorted(self.rtl.items()):
            if index not in known and rtl.retired is not None and known and index > max(known):
                return Difference(
                    stage=Stage.CONTROL, index=index, cycle=rtl.retired, issued=rtl.retired,
                    text=disassemble_instruction(Instruction(rtl.word, rtl.rs1, rtl.rs2)),
                    what="the front end took an instruction that was not issued",
                )  # fmt: skip
        return None
