"""Golden against TensorFlow Lite Micro on a whole network, tensor by tensor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network import Network, Tensor, run_network
from scripts.runs.oracle_process import TIMEOUT_S, OracleError, OracleProcess
from sw.inputs import split_inputs

TFLITE_MICRO, LITERT = "TensorFlow Lite Micro", "LiteRT (reference kernels)"
ARENA_BYTES = 4 << 20


@dataclass(kw_only=True)
class OracleResult:
    """What came of the comparison.

    Attributes:
        judge: who was asked: TensorFlow Lite Micro, or LiteRT for uint8 files.
        ran: whether it ran the model on every input; `reason` says what it did instead.
        absent: why this network is known to have no oracle; empty where one is required.
        tensors: tensors compared of each input.
        expected: elements of all tensors that golden computes, over all inputs.
        comparisons: elements compared over all inputs.
        mismatches: elements that differ; `first` is the first of them.
    """

    ran: bool = True
    reason: str = ""
    judge: str = TFLITE_MICRO
    absent: str = ""
    tensors: int = 0
    expected: int = 0
    comparisons: int = 0
    mismatches: int = 0
    first: str = ""

    @property
    def judged(self) -> bool:
        """Whether every value of every tensor of every input was compared."""
        return self.ran and 0 < self.expected == self.comparisons

    def sentence(self) -> str:
        """The result in one line."""
        if self.mismatches:
            return f"golden DIFFERS from {self.judge} in {self.mismatches}: {self.first}"
        if not self.ran:
            return f"not judged by {self.judge}: {self.reason}"
        if not self.judged:
            return (
                f"not judged by {self.judge}: {self.comparisons:,} of "
                f"{self.expected:,} values were compared"
            )
        return (
            f"golden equals {self.judge}: {self.comparisons:,} values "
            f"in {self.tensors} tensors, 0 differ"
        )

    def reasons(self) -> list[str]:
        """What is wrong, a sentence each: a difference, or a required judge that is missing."""
        if self.mismatches or not (self.judged or self.absent):
            return [self.sentence()]
        return []

    def gap(self) -> str:
        """What a pass does not say: who did not judge, and why that was known; else empty."""
        if self.judged or self.mismatches:
            return ""
        return f"{self.sentence()} (known: {self.absent})"

    def report(self) -> dict[str, object]:
        """The result for a JSON report."""
        return {**vars(self), "judged": self.judged, "required": not self.absent}


def compare_with_oracle(
    network: Network,
    model: Path,
    inputs: NDArray[Any],
    *,
    absent: str = "",
    timeout_s: float = TIMEOUT_S,
) -> OracleResult:
    """Run golden and tflite-micro on the same inputs in order, both keeping their own state.

    Args:
        network: golden's.
        model: the file that tflite-micro loads.
        inputs: of n inferences, see sw/inputs.py.
        absent: why no oracle is expected; it is asked nevertheless, and believed if it answers.
        timeout_s: how long it may take for one inference.
    """
    made = computed_tensors(network)
    sizes = {index: network.tensors[index].size for index in made}
    result = OracleResult(absent=absent, expected=sum(sizes.values()) * len(inputs))
    state = {name: value.copy() for name, value in network.state.items()}
    arena = ARENA_BYTES + model.stat().st_size + 2 * sum(tensor.size for tensor in network.tensors)
    files = sorted({network.tensors[index].in_file for index in made})
    litert = is_uint8(network)
    if litert:
        result.judge = LITERT
    try:
        with OracleProcess(model, arena=arena, timeout_s=timeout_s, litert=litert) as oracle:
            for number, array in enumerate(inputs):
                given = split_inputs(network, array)
                found = oracle.infer(given, files)
                wanted = {
                    index: as_golden(network.tensors[index], found)
                    for index in made
                    if network.tensors[index].in_file in found
                }
                compare(result, network, wanted, run_network(network, given, state), number)
    except OracleError as error:
        result.ran, result.reason = False, str(error)
    return result


def is_uint8(network: Network) -> bool:
    """Return whether the network computes on uint8, which tflite-micro does not."""
    computing = [
        layer for layer in network.layers if layer.operator not in ("UINT8", "QUANTIZE", "RESHAPE")
    ]
    return any(network.tensors[i].flipped for layer in computing for i in layer.outputs)


def as_golden(tensor: Tensor, found: dict[int, NDArray[Any]]) -> NDArray[Any]:
    """Return a tensor of the judge as golden has it."""
    values = found[tensor.in_file]
    if tensor.flipped:
        return (values.astype(np.uint8) ^ np.uint8(0x80)).view(np.int8)
    return values


def computed_tensors(network: Network) -> list[int]:
    """Return the tensors that golden computes and tflite-micro keeps, in the order of layers."""
    return [index for layer in network.layers for index in layer.outputs]


def compare(
    result: OracleResult,
    network: Network,
    wanted: dict[int, NDArray[Any]],
    values: dict[int, NDArray[Any]],
    number: int,
) -> None:
    """Add the tensors of one input to the result; only what both sides have counts as compared."""
    result.tensors = 0
    for index, theirs in wanted.items():
        ours = values[index].reshape(-1)
        if theirs.size != ours.size:
            wrong = np.arange(max(theirs.size, ours.size))
            told = f"has {theirs.size} values, golden {ours.size}"
        else:
            differs = theirs != ours
            if ours.dtype.kind == "f":
                differs &= ~(np.isnan(theirs) & np.isnan(ours))
            wrong = np.flatnonzero(differs)
            told = ""
        result.tensors += 1
        result.comparisons += min(theirs.size, ours.size)
        result.mismatches += wrong.size
        if wrong.size and not result.first:
            at = np.unravel_index(int(wrong[0]), values[index].shape)
            told = told or f"has {theirs[wrong[0]]}, golden {ours[wrong[0]]}"
            result.first = (
                f"input {number}, tensor {network.tensors[index].name!r} at "
                f"{tuple(int(v) for v in at)}: {result.judge} {told}"
            )
