"""Control: what was retired, refused, returned and dispatched, against golden."""

from __future__ import annotations

from dataclasses import replace

from golden.assembler import disassemble_instruction
from golden.isa import engine_of
from tb.env.descriptors import descriptor, differences
from tb.env.first_difference_golden import AT_WORK, GoldenInstruction
from tb.env.first_difference_job import Difference, Job, Part, Stage
from tb.env.first_difference_records import RtlInstruction


class Control(Part):
    """From the front end to a descriptor at its engine."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.groups = dict(job.groups)  # as golden has them

    def check(self, index: int, golden: GoldenInstruction) -> Difference | None:
        """Compare an instruction up to its dispatch."""
        rtl, outcome = self.rtl.get(index), golden.outcome
        if golden.foreign:
            self.groups = dict.fromkeys(self.groups, (0, 0))
        if rtl is None or rtl.retired is None:
            return self.difference(
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
                return self.difference(
                    golden, Stage.CONTROL, f"{name}: expected {want:#010x}, got {got:#010x}",
                    rtl.retired, evidence="the front end took another instruction than was issued",
                )  # fmt: skip
        found = self._refusal(rtl, golden)
        if found is None and outcome.result is not None and rtl.result != outcome.result:
            found = self.difference(
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
            self.difference(
                golden, Stage.CONTROL,
                f"the fence after it returned {rtl.result:#010x}, expected {told.result:#010x}",
                rtl.retired, evidence="every numbered instruction before the fence is right",
            ),
            index=None, issued=one.issued, text=disassemble_instruction(one.outcome.instruction),
        )  # fmt: skip

    def unnumbered(self) -> tuple[int, Difference] | None:
        """Compare refusals of instructions without a number, in order.

        Returns:
            The number of the instruction before the first that is wrong, and what is wrong with it.
        """
        wanted = [(n, one) for n, one in self.job.unnumbered if one.outcome.error is not None]
        got = self.job.recording.unnumbered
        for (before, golden), rtl in zip(wanted, got, strict=False):  # one may have more of them
            error = golden.outcome.error
            assert error is not None and rtl.refused is not None
            told = rtl.refused
            same = (told.code, told.field) == (error.code, error.field) and rtl.word == error.word
            if same and error.detail in (None, told.detail):
                continue
            found = self.difference(
                golden, Stage.CONTROL,
                f"error: expected code {int(error.code)} field {int(error.field)} detail "
                f"{error.detail or 0:#x}, got code {told.code} field {told.field} detail "
                f"{told.detail:#x}", rtl.retired,
                evidence="it was refused at the port, before any check",
            )  # fmt: skip
            return before, found
        return None

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
        return self.difference(
            golden, Stage.CONTROL,
            f"configuration group: expected {want[0]:#x} {want[1]:#x}, "
            f"got {rtl.group[0]:#x} {rtl.group[1]:#x}", rtl.retired,
            evidence="the instruction itself arrived as it was issued",
        )  # fmt: skip

    def _refusal(self, rtl: RtlInstruction, golden: GoldenInstruction) -> Difference | None:
        error = golden.outcome.error
        if error is not None and error.code in AT_WORK:
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
        return self.difference(
            golden, Stage.CONTROL, f"error: expected {want}, got {got}", rtl.retired,
            evidence="the check decides this, before any engine",
        )  # fmt: skip

    def _dispatch(self, rtl: RtlInstruction, golden: GoldenInstruction) -> Difference | None:
        outcome, request = golden.outcome, golden.request
        if request is None or not needs_engine(golden):
            return None
        engine = engine_of(outcome.mnemonic)
        if rtl.engine is None or rtl.start is None:
            step = "was never dispatched" if rtl.engine is None else "never started"
            return self.difference(
                golden, Stage.CONTROL, f"it was accepted but {step}", None,
                evidence=f"{engine} waits for nothing that golden knows of", missing=True,
            )  # fmt: skip
        if rtl.engine != engine:
            return self.difference(
                golden, Stage.CONTROL, f"expected engine {engine}, got {rtl.engine}",
                rtl.dispatched,
            )  # fmt: skip
        wrong = differences(engine, rtl.descriptor, descriptor(request))
        if wrong:
            name, (got, want) = next(iter(wrong.items()))
            more = f" (and {len(wrong) - 1} more fields)" if len(wrong) > 1 else ""
            return self.difference(
                golden, Stage.CONTROL,
                f"descriptor field {name}: expected {want:#x}, got {got:#x}{more}", rtl.start,
                evidence="the check derives it, the engine only follows it",
            )  # fmt: skip
        return None


def needs_engine(golden: GoldenInstruction) -> bool:
    """Whether an engine has to work for an instruction."""
    outcome = golden.outcome
    refused = outcome.error is not None and outcome.error.code not in AT_WORK
    moves = outcome.memory_read or outcome.memory_write or outcome.writes or outcome.reads
    return bool(moves) and not refused and golden.request is not None
