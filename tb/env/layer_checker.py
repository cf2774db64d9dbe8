"""Compares what each execute instruction of a network wrote with the tensor golden computed.

The words come from the scratchpad's write port (`core_trace`), the expectation from the golden
operators on the whole network: instruction words, layouts and the interpreter play no part in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.assembler import disassemble_instruction
from golden.config import CoreConfig
from golden.isa import Instruction
from golden.isa_table import InstructionClass
from golden.machine.layout import gather
from sw.compiler.program import OutputPart, Step
from tb.env.compared import ComparedElements
from tb.env.core_trace import JobTrace


@dataclass(kw_only=True)
class LayerResult:
    """One layer so far: elements compared, elements that differ, the first of them, cycles.

    An element of one inference counts once, however often it was compared.
    """

    layer: int
    comparisons: int = 0
    mismatches: int = 0
    first: str = ""
    cycles: int = 0


class LayerChecker:
    """Keeps a scratchpad of what was written, and a result for each layer.

    `compared` learns which elements were; who shares it begins each inference with `forget`.
    """

    def __init__(self, core: CoreConfig, compared: ComparedElements) -> None:
        self._core = core
        self._compared = compared
        self._spad = np.zeros((core.spad_depth, core.rows, core.cols), dtype=np.int8)
        self.layers: dict[int, LayerResult] = {}
        self.stray_words = 0

    def check(
        self,
        steps: Sequence[Step],
        trace: JobTrace,
        expected: dict[int, NDArray[Any]],
        start_cycle: int,
    ) -> None:
        """Compare one job.

        Args:
            steps: its instructions.
            trace: what the core did with them.
            expected: tensors by index, as golden has them.
            start_cycle: when the job began; a layer's cycles run from the end of the one before.

        Raises:
            ValueError: the core finished more or fewer execute instructions than there are.
        """
        working = [step for step in steps if executes(step.instruction)]
        if len(working) != len(trace.execute):
            raise ValueError(
                f"the program has {len(working)} execute instructions, "
                f"the core finished {len(trace.execute)}"
            )
        before = start_cycle
        for number, step in enumerate(working):
            result = self.layers.setdefault(step.layer, LayerResult(layer=step.layer))
            end = trace.execute[number].end
            result.cycles += max(0, end - before)
            before = max(before, end)
            written = self._apply(trace.words[number])
            if step.part is None:
                self.stray_words += written
                continue
            self._compare(result, step, step.part, written, expected[step.part.tensor], end)

    def _apply(self, words: NDArray[np.void]) -> int:
        """Write words into the scratchpad; return how many bytes they carry."""
        lanes = np.arange(self._core.cols)
        enabled = (words["strobes"][:, None] >> lanes & 1).astype(bool)
        record, lane = np.nonzero(enabled)
        data = words["data"][:, : self._core.cols].view(np.int8)
        # Later records win, as in the memory: NumPy assigns in order.
        self._spad[words["line"][record], words["bank"][record], lane] = data[record, lane]
        return int(enabled.sum())

    def _compare(
        self,
        result: LayerResult,
        step: Step,
        part: OutputPart,
        written: int,
        whole: NDArray[Any],
        cycle: int,
    ) -> None:
        everything = gather(self._core, self._spad, part.place())
        actual = everything[..., part.extra :]
        wanted = part.select(whole)
        result.comparisons += self._compared.mark(part.tensor, whole, part.select)
        wrong = actual != wanted
        count = int(wrong.sum())
        text = disassemble_instruction(step.instruction)
        if written != everything.size:
            count = max(count, 1)
            result.first = result.first or (
                f"`{text}` wrote {written} bytes, {everything.size} were expected, by cycle {cycle}"
            )
        elif count:
            y, x, c = (int(v) for v in np.argwhere(wrong)[0])
            result.first = result.first or (
                f"`{text}`: pixel y={part.first_row + y} x={part.first_column + x} "
                f"channel {part.first_channel + c}: expected {int(wanted[y, x, c])}, "
                f"got {int(actual[y, x, c])}, by cycle {cycle}"
            )
        result.mismatches += count


def executes(instruction: Instruction) -> bool:
    """Tell whether the execute engine runs an instruction."""
    item = instruction.format
    return item is not None and item.funct3 in (InstructionClass.MAC, InstructionClass.VEC)
