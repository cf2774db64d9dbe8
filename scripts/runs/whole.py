"""One network, one call: RTL against golden, golden against tflite-micro, cycles against floors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network.operations import AssignVariable
from scripts.reports.layers import layer_entries
from scripts.runs.model import Model
from scripts.runs.networks import NetworkResult, NetworkRun, run_on_rtl
from scripts.runs.oracle import OracleResult, compare_with_oracle

PREDICTION_BAR = 0.05


@dataclass(frozen=True, kw_only=True)
class WholeResult:
    """What came of a network."""

    model: Model
    inputs: NDArray[np.int8]
    stall: float
    rtl: NetworkResult
    oracle: OracleResult

    @property
    def cycles(self) -> int:
        """Cycles of one inference: of the slowest input, with stalls they differ."""
        return max(self.rtl.cycles, default=0)

    @property
    def multiple(self) -> float:
        """Cycles as a multiple of the larger floor."""
        return self.cycles / self.model.floors.larger

    @property
    def prediction_error(self) -> float | None:
        """How far the prediction is off, as a share of what was measured; None without one.

        Predictions are for a memory without wait states.
        """
        predicted = self.model.program.predicted_cycles
        if not predicted or not self.cycles or self.stall:
            return None
        return (predicted - self.cycles) / self.cycles

    def reasons(self) -> list[str]:
        """Everything that is wrong, a sentence each."""
        wrong = []
        if not self.rtl.passed:
            wrong.append(self.rtl.failure)
        else:
            wrong += incomplete(self.model, self.rtl, len(self.inputs))
        if self.oracle.mismatches:
            wrong.append(self.oracle.sentence())
        return wrong

    def entries(self) -> list[dict[str, Any]]:
        """The layers, with what the compiler planned for them."""
        entries = layer_entries(self.model.core, self.model.network, self.rtl)
        for entry in entries:
            plan = self.model.program.plans.get(entry["index"])
            entry["bytes"] = plan.bytes_read + plan.bytes_written if plan else 0
            entry["predicted_cycles"] = plan.predicted_cycles if plan else 0
        return entries

    @property
    def tensors(self) -> int:
        """Tensors of each input that were compared between RTL and golden."""
        return sum(1 for layer in self.rtl.layers if layer["comparisons"])


def run_whole(
    model: Model,
    inputs: NDArray[np.int8],
    *,
    build: Path,
    folder: Path,
    seed: int = 1,
    stall: float = 0.0,
    parts: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> WholeResult:
    """Run inputs [n, ...] on the RTL, and golden against the oracle on the same."""
    oracle = compare_with_oracle(model.network, model.path, inputs)
    rtl = run_on_rtl(
        NetworkRun(
            build=build,
            core=model.core,
            model=model.path,
            network=model.network,
            inputs=inputs,
            memory_end=model.program.memory_end,
            folder=folder,
            seed=seed,
            stall=stall,
            parts=parts,
        ),
        progress,
    )
    return WholeResult(model=model, inputs=inputs, stall=stall, rtl=rtl, oracle=oracle)


def incomplete(model: Model, result: NetworkResult, inputs: int) -> list[str]:
    """Return a sentence for each layer of which not every element of every input was compared."""
    wrong = []
    if result.inputs != inputs:
        wrong.append(f"only {result.inputs} of {inputs} inputs came to their end")
    tensors = model.network.tensors
    for layer, measured in zip(model.network.layers, result.layers, strict=True):
        made = layer.inputs[-1:] if isinstance(layer.operation, AssignVariable) else layer.outputs
        elements = sum(tensors[index].size for index in made) * inputs
        compared = measured["comparisons"]
        if measured["where"] in ("npu", "host") and compared != elements:
            wrong.append(
                f"layer {layer.index} {layer.operator}: {compared} of {elements} elements "
                "were compared"
            )
    return wrong
