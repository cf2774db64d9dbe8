"""Follows any test of the bench and leaves its first difference. The environment has it only when a
run is repeated to be debugged (RATEL_TRACE=stages, on a simulation built with stage_trace.sv), so
other runs pay nothing. It subscribes to what the predictor does and to the course of the test:

    predictor.ap     Begins, Executed, Answered         --> what golden did with each instruction
    env.milestones   Announced, Played, Restarted, Broken --> where a stretch begins and ends

Leaves in the results folder

    difference.json    the first difference and the cycles to look at
    trace.log          one line an instruction
"""

from __future__ import annotations

import json
import logging
import os
import re
from typing import Any

from pyuvm import uvm_component

from golden.assembler import disassemble_instruction
from golden.isa import VECTOR, Instruction
from golden.machine import Machine, Owner
from honeyguide.env.checker import AnalysisImp, Failures
from honeyguide.env.order import Announced, Broken, Milestone, Played, Restarted
from honeyguide.project import results_folder
from tb.env.first_difference import first_difference
from tb.env.first_difference_counts import Miscount, counter_of, miscount, miswrapped
from tb.env.first_difference_golden import (
    GoldenInstruction,
    after,
    group_words,
    is_foreign,
    request_of,
    vector_accumulators,
)
from tb.env.first_difference_job import Difference, Job, Stage
from tb.env.first_difference_lane import Texts, texts_of
from tb.env.first_difference_places import contents
from tb.env.first_difference_records import (
    Recording,
    RtlInstruction,
    renumbered,
    sort_records,
)
from tb.env.first_difference_stages import tiles_by_instruction
from tb.env.first_difference_transcript import HEADER, transcript_lines
from tb.env.predicted import Answered, Begins, Executed, Predicted
from tb.env.trace_records import asserted, live_count, read_live, save_live
from tb.env.waits import read_waits

log = logging.getLogger("ratel.difference")
KEEP = "RATEL_RECORDS"  # "1": leave records.bin
LONGEST, AFTER = 4000, 60  # cycles before and after the difference of which waves are recorded
STAGES = {"load": Stage.LOAD, "execute": Stage.ARRAY, "store": Stage.STORE}
ABOUT_ERRORS = re.compile(r"\bERR_\w+")  # registers that hold an error
WRAPPED = "read of WRAPPED "
IN_MEMORY = re.compile(r"\bbyte 0x[0-9a-f]+\b.*(?:: | )expected ")  # as the scoreboard says it
HUNG = re.compile("hang:|time-out after")  # how a test begins to say that the core does not go on


def stage_of(message: str, rtl: RtlInstruction | None) -> Stage:
    """Return the stage of a failure that no value inside the core explains.

    Bytes in memory come from stores alone; a wrong address of a bus error from the engine that
    reported it, unless it reported another.
    """
    if IN_MEMORY.search(message):
        return Stage.STORE
    if rtl is None or rtl.engine not in ("load", "store") or rtl.bus_error is None:
        return Stage.CONTROL
    reported = ABOUT_ERRORS.search(message) and f"got {rtl.bus_error:#010x}" in message
    return STAGES[rtl.engine] if reported else Stage.CONTROL


class FirstDifference(uvm_component):
    """What happened since the core was last idle and right."""

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.predicted_export = AnalysisImp("predicted_export", self, self.predicted)
        self.milestone_export = AnalysisImp("milestone_export", self, self.milestone)
        self.found: Difference | None = None
        self.transcript = [HEADER]
        self.labels: list[str] = []

    def build_phase(self) -> None:
        """Fetch the golden machine; the first stretch begins."""
        self.machine: Machine = self.cdb_get("machine")
        self.failures: Failures = self.cdb_get("failures")
        self.core = self.cdb_get("bench").core
        self.begin()

    def begin(self, *, aligned: bool = True) -> None:
        """A new stretch: the core is idle, and golden and RTL agree as far as anybody knows.

        Args:
            aligned: on the number of the next instruction, too: an abort takes instructions that
                golden has counted and the core has not.
        """
        self.aligned = aligned
        self.goldens: dict[int, GoldenInstruction] = {}
        self.unnumbered: list[tuple[int, GoldenInstruction]] = []
        self.layers: dict[int, str] = {}
        self.first_record = live_count()
        self.groups = group_words(self.machine)
        self.before = contents(self.machine.storage)

    # ---- what the predictor does

    def predicted(self, item: Predicted) -> None:
        """Keep what the golden machine did with an instruction, and when the ports showed it."""
        match item:
            case Begins():
                self._begins(item.instruction, item.owner)
            case Executed():
                self._executed(item)
            case Answered():
                if item.outcome.index in self.goldens:
                    self.goldens[item.outcome.index].answered = item.cycle
                for _, golden in self.unnumbered:
                    if golden.outcome is item.outcome:
                        golden.answered = item.cycle

    def _begins(self, instruction: Instruction, owner: Owner) -> None:
        word = instruction.word
        self._request = request_of(self.machine, word, instruction.rs1, instruction.rs2, owner)
        self._foreign = is_foreign(self.machine, word, owner)
        self._inside: Any = None
        if self._request is not None and not self._foreign and self._request.format.name in VECTOR:
            try:
                self._inside = vector_accumulators(self._request, self.machine.storage)
            except (ValueError, IndexError):  # operands that the checks are about to refuse
                self._inside = None

    def _executed(self, item: Executed) -> None:
        outcome = item.outcome
        golden = GoldenInstruction(outcome=outcome, request=self._request, foreign=self._foreign)
        if outcome.index is None:  # it reads a counter or was refused at the port
            golden.issued, golden.committed = item.issued, item.committed
            self.unnumbered.append((max(self.goldens, default=-1), golden))
            return
        if outcome.error is None:
            golden.accumulators = self._inside
        after(self.machine, golden)
        golden.issued, golden.committed = item.issued, item.committed
        if self.labels:
            self.layers[outcome.index] = self.labels.pop(0)
        self.goldens[outcome.index] = golden

    # ---- the course of the test

    def milestone(self, item: Milestone) -> None:
        """A stretch begins or ends."""
        match item:
            case Announced():
                self.labels = item.labels()
            case Played():
                if item.quiet or self.failures.count:
                    self.settle(finished=item.quiet)
                    if item.quiet and self.found is None:
                        self.begin(aligned=self.aligned)
            case Restarted():
                self.begin(aligned=item.counts)
            case Broken():
                self.failures.add(item.message)
                self.settle(finished=False, hung=HUNG.match(item.message) is not None)

    def check_phase(self) -> None:
        """Look at what is left, after the checkers did: this component was made last."""
        if self.found is None:
            self.settle(finished=False)

    def report_phase(self) -> None:
        """Leave the transcript."""
        self.write()

    def settle(self, *, finished: bool, hung: bool = False) -> None:
        """Look for the first difference in this stretch, and add it to the transcript."""
        records = read_live(self.first_record)
        if not self.aligned:
            records = renumbered(records, min(self.goldens, default=0))
        recording = sort_records(records)
        waits = read_waits()
        broken = () if waits is None else waits.broken
        self.transcript += transcript_lines(recording.instructions, self.goldens, self.layers)
        if self.found is not None:
            return
        job = Job(
            core=self.core, goldens=self.goldens, recording=recording,
            before=self.before, groups=self.groups, layers=self.layers, finished=finished,
            unnumbered=self.unnumbered,
            hung=waits if hung else None, broken=broken,
        )  # fmt: skip
        self.found = first_difference(job)
        self.texts: Texts = {}
        said = [message for message in self.failures.messages if message.strip()]
        if self.found is None and said:  # nothing is said where the simulation was ended
            self.found = self.from_message(said[0], recording).after(broken)
        if self.found is not None:
            self.texts = self.around(self.found, recording)
            log.warning("first difference: %s", self.found.sentences())
            self.write()

    def around(self, found: Difference, recording: Recording) -> Texts:
        """What the engines worked on while it happened, for the waves."""
        tiles = tiles_by_instruction(recording, self.core)
        order = recording.order("execute")
        window = (found.cycle - LONGEST, found.cycle + AFTER)
        pairs = zip(order, tiles, strict=False)  # a run may have ended early
        return texts_of(
            recording, self.goldens, {item.index: part for item, part in pairs},
            self.layers, self.core, window,
        )  # fmt: skip

    def from_message(self, message: str, recording: Recording) -> Difference:
        """A failure that no instruction's values explain: ports, registers, the bench itself."""
        engine = counter_of(message)
        wrong = None if engine is None else miscount(engine, recording, self.goldens)
        if wrong is not None:
            return self.of_count(message, wrong)
        wrapped = miswrapped(recording, self.goldens) if WRAPPED in message else None
        if wrapped is not None:
            stage, item, when, what = wrapped
            return Difference(
                stage=Stage(stage), what=what, cycle=when, index=item.index, issued=item.retired,
                text=disassemble_instruction(Instruction(item.word, item.rs1, item.rs2)),
                evidence=f"every value inside the engines is right; {message}",
            )  # fmt: skip
        told = re.search(r"cycle (\d+)", message)
        cycle = int(told.group(1)) if told else recording.last_cycle
        named = re.search(r"instruction (\d+)", message)
        index = int(named.group(1)) if named else None
        quoted = re.match(
            r"(?:instruction None )?`([^`]+)`", message
        )  # an instruction at the port: it has no index yet
        if quoted and told:
            offered = [i for i, golden in self.goldens.items() if golden.issued == cycle]
            index = offered[0] if offered else None
        elif index is None and ABOUT_ERRORS.search(message):
            refused = [i for i, golden in self.goldens.items() if golden.outcome.error is not None]
            index = max(refused, default=None)
        if index is None and not quoted:
            taken = [i for i, r in recording.instructions.items() if (r.retired or 0) <= cycle]
            index = max(taken, default=None)
        golden = self.goldens.get(-1 if index is None else index)
        return Difference(
            stage=stage_of(message, recording.instructions.get(-1 if index is None else index)),
            what=message, cycle=cycle, index=index,
            text=quoted.group(1) if quoted else "" if golden is None
            else disassemble_instruction(golden.outcome.instruction),
            issued=None if golden is None else golden.issued,
            evidence="every value inside the engines is right",
        )  # fmt: skip

    def of_count(self, message: str, wrong: Miscount) -> Difference:
        """A counter that is wrong because an engine counted wrongly."""
        golden = self.goldens[wrong.first]
        return Difference(
            stage=STAGES[wrong.engine], what=wrong.sentence(), cycle=wrong.cycle, index=wrong.first,
            text=disassemble_instruction(golden.outcome.instruction), issued=golden.issued,
            evidence=f"every value inside the engines is right; {message}",
        )  # fmt: skip

    def write(self) -> None:
        """Leave what is known so far; and the records, for who compares cores by them, and where
        an assertion is what there is to tell.
        """
        folder = results_folder()
        if folder is None:
            return
        if os.environ.get(KEEP) == "1" or asserted():
            save_live()
        text = "\n".join([*self.transcript, ""])
        (folder / "trace.log").write_text(text, encoding="utf-8")
        if self.found is not None:
            document = {
                **self.found.as_json(), "messages": self.failures.messages, "texts": self.texts
            }  # fmt: skip
            text = json.dumps(document, indent=1)
            (folder / "difference.json").write_text(text, encoding="utf-8")
