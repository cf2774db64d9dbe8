"""Compares what each execute instruction of a network wrote with the tensor golden computed.

The words come from the scratchpad's write port (`core_trace`), the expectation from the golden
operators on the whole network: instruction words, layouts and the interpreter play no part in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.assembler import disassemble_instruction
from golden.config import CoreConfig
from golden.isa import Instruction
from golden.isa_table import InstructionClass
from golden.machine.storage import gather
from golden.network import Layer, operations
from sw.compiler.program import OutputPart, Program, Step
from tb.env.trace_records import JobTrace

Array = NDArray[Any]
Part = Callable[[Array], Array]

# What may vanish: PADs and slices into layers behind them, an assignment into what makes the value.
FOLDABLE = operations.Pad | operations.Slice | operations.AssignVariable


class ComparedElements:
    """Masks of the tensors of one inference, by index."""

    def __init__(self) -> None:
        self._masks: dict[int, NDArray[np.bool_]] = {}

    def forget(self) -> None:
        """Begin another inference."""
        self._masks.clear()

    def mark(self, tensor: int, whole: Array, part: Part | None = None) -> int:
        """Note that a part of a tensor was compared; return how many elements of it are new.

        Args:
            tensor: its index.
            whole: the tensor as golden has it, for its shape.
            part: returns a view of the part, given an array of that shape; all of it without.
        """
        mask = self._masks.setdefault(tensor, np.zeros(whole.shape, dtype=np.bool_))
        view = mask if part is None else part(mask)
        new = int(view.size - np.count_nonzero(view))
        view[...] = True
        return new

    def missing(self, tensor: int, size: int) -> int:
        """Return how many of a tensor's elements were not compared."""
        mask = self._masks.get(tensor)
        return size if mask is None else size - int(np.count_nonzero(mask))


def required(program: Program) -> dict[int, tuple[Layer, int]]:
    """Return what must be compared in each inference: layer and elements, by tensor.

    That is everything core and host write. Left out are other names for the same bytes, and PADs
    and slices that are part of the layers behind them.
    """
    wanted = {}
    tensors = program.network.tensors
    for layer in program.network.layers:
        if program.where(layer) not in ("npu", "host"):
            continue
        if isinstance(layer.operation, operations.AssignVariable):
            kept = program.variables[layer.operation.variable]
            wanted[kept] = (layer, tensors[layer.inputs[-1]].size)
        else:
            wanted.update((index, (layer, tensors[index].size)) for index in layer.outputs)
    return wanted


def required_elements(program: Program) -> int:
    """Return how many elements must be compared in each inference."""
    return sum(size for _, size in required(program).values())


def compared_elements(program: Program, compared: ComparedElements) -> int:
    """Return how many of them were, after an inference."""
    return sum(size - compared.missing(t, size) for t, (_, size) in required(program).items())


def gaps(program: Program, compared: ComparedElements) -> list[str]:
    """Return a sentence for each tensor that was not compared whole, after an inference."""
    found = [
        f"layer {layer.index} {layer.operator}: nobody computes it"
        for layer in program.network.layers
        if program.where(layer) == "folded" and not isinstance(layer.operation, FOLDABLE)
    ]
    for tensor, (layer, size) in required(program).items():
        missing = compared.missing(tensor, size)
        if missing:
            found.append(
                f"layer {layer.index} {layer.operator}: {missing} of {size} elements "
                "were not compared"
            )
    return found


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
