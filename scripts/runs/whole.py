"""One network, one call: RTL against golden, golden against tflite-micro, cycles against floors.

A network of which nothing runs on the core is not simulated: tflite-micro alone judges it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network import run_network
from golden.network.operations import AssignVariable
from scripts.runs.layers import layer_entries
from scripts.runs.model import Model
from scripts.runs.networks import NetworkResult, NetworkRun, run_on_rtl
from scripts.runs.oracle import OracleResult, compare_with_oracle
from sw.execution import split_inputs

PREDICTION_BAR = 0.02  # a prediction is off by more than this share of what was measured
PREDICTION_SLACK = 4  # and by more than so many cycles: 2 % of a job of 200


@dataclass(frozen=True, kw_only=True)
class WholeResult:
    """What came of a network."""

    model: Model
    inputs: NDArray[Any]
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

    def off_prediction(self) -> list[str]:
        """A sentence if the cycles are not those that were predicted."""
        predicted = self.model.program.predicted_cycles
        if self.prediction_error is None or not is_off(predicted, self.cycles):
            return []
        return [prediction_sentence(predicted, self.cycles)]

    def reasons(self) -> list[str]:
        """Everything that is wrong, a sentence each."""
        if not self.model.runs_on_core:
            return self.oracle.reasons()
        wrong = []
        if not self.rtl.passed:
            wrong.append(self.rtl.failure)
        else:
            wrong += incomplete(self.model, self.rtl, len(self.inputs))
        return wrong + self.oracle.reasons()

    def judges(self) -> list[str]:
        """Who compared what, a sentence each."""
        lines = [self.oracle.sentence()]
        if not self.model.runs_on_core:
            return [*lines, "no layer of this network runs on the core: there is no RTL to compare"]
        return [
            *lines,
            f"RTL against golden: {self.rtl.comparisons:,} values in {self.tensors} tensors of "
            f"{self.rtl.inputs} input(s), {self.rtl.mismatches:,} differ",
        ]

    def verdict(self) -> list[str]:
        """The last lines: what is wrong, or PASS and what that does not say."""
        wrong = [f"FAIL: {reason}" for reason in self.reasons()]
        return wrong or [passed(self.oracle)]

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
    inputs: NDArray[Any],
    *,
    build: Path,
    folder: Path,
    seed: int = 1,
    stall: float = 0.0,
    parts: int = 2,
    absent: str = "",
    warm: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> WholeResult:
    """Run inputs [n, ...] on the RTL, and golden against the oracle on the same.

    Args:
        model: the network.
        inputs: [n, ...], see sw/execution.py.
        build: of the bench.
        folder: where logs and results go.
        seed: root of every random choice.
        stall: wait probability on the memory bus.
        parts: processes the inputs are shared out over.
        absent: why this network is known to have no oracle; empty demands one.
        warm: see NetworkRun.
        progress: called with inputs done and inputs in all.
    """
    oracle = compare_with_oracle(model.network, model.path, inputs, absent=absent)
    if model.runs_on_core:
        wanted = NetworkRun(
            build=build,
            model=model,
            inputs=inputs,
            folder=folder,
            seed=seed,
            stall=stall,
            parts=parts,
            warm=warm,
        )
        rtl = run_on_rtl(wanted, progress)
    else:
        rtl = without_core(model, inputs)
    return WholeResult(model=model, inputs=inputs, stall=stall, rtl=rtl, oracle=oracle)


def without_core(model: Model, inputs: NDArray[Any]) -> NetworkResult:
    """Return the result of a network that has no work for the core: golden's outputs."""
    network = model.network
    state = {name: value.copy() for name, value in network.state.items()}
    values = [run_network(network, split_inputs(network, array), state) for array in inputs]
    return NetworkResult(
        inputs=len(inputs),
        cycles=[0] * len(inputs),
        outputs=[np.stack([made[index] for made in values]) for index in network.outputs],
    )


def is_off(predicted: int, measured: int) -> bool:
    """Whether a prediction is further from what was measured than it may be."""
    return abs(predicted - measured) > max(PREDICTION_BAR * measured, PREDICTION_SLACK)


def prediction_sentence(predicted: int, measured: int) -> str:
    """Tell how far a prediction is off."""
    error = 100 * (predicted - measured) / measured
    return f"predicted {predicted} cycles, measured {measured} ({error:+.1f} %)"


def passed(oracle: OracleResult) -> str:
    """Return the line of a pass, with who is known not to have judged."""
    gap = oracle.gap()
    return f"PASS, {gap}" if gap else "PASS"


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
