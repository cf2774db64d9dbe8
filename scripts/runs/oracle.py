"""Golden against TensorFlow Lite Micro on a whole network, tensor by tensor."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tflite_micro.python.tflite_micro import runtime

from golden.network import Network, run_network

ARENA_BYTES = 4 << 20


@dataclass(kw_only=True)
class OracleResult:
    """What came of the comparison.

    Attributes:
        ran: whether tflite-micro could load and run the model; `reason` says why not.
        tensors: tensors compared of each input.
        comparisons: elements compared over all inputs.
        mismatches: elements that differ; `first` is the first of them.
    """

    ran: bool = True
    reason: str = ""
    tensors: int = 0
    comparisons: int = 0
    mismatches: int = 0
    first: str = ""

    def sentence(self) -> str:
        """The result in one line."""
        if not self.ran:
            return f"TensorFlow Lite Micro does not run this model: {self.reason}"
        if self.mismatches:
            return f"golden DIFFERS from TensorFlow Lite Micro in {self.mismatches}: {self.first}"
        return (
            f"golden equals TensorFlow Lite Micro: {self.comparisons:,} values "
            f"in {self.tensors} tensors, 0 differ"
        )


def compare_with_oracle(network: Network, model: Path, inputs: NDArray[np.int8]) -> OracleResult:
    """Run golden and tflite-micro on the same inputs in order, both keeping their own state."""
    result = OracleResult()
    kinds = runtime.InterpreterConfig
    try:
        interpreter = runtime.Interpreter.from_bytes(
            model.read_bytes(),
            arena_size=ARENA_BYTES + model.stat().st_size,
            intrepreter_config=kinds.kPreserveAllTensors,
        )
    except RuntimeError as error:
        return OracleResult(ran=False, reason=reason_of(error))
    state = {name: value.copy() for name, value in network.state.items()}
    shape = network.tensors[network.inputs[0]].shape
    for number, array in enumerate(inputs):
        given = np.ascontiguousarray(array).reshape(shape)
        interpreter.set_input(given, 0)
        try:
            interpreter.invoke()
        except RuntimeError as error:
            return OracleResult(ran=False, reason=reason_of(error))
        values = run_network(network, [given], state)
        compare(result, network, interpreter, values, number)
    return result


def compare(
    result: OracleResult,
    network: Network,
    interpreter: runtime.Interpreter,
    values: dict[int, NDArray[np.generic]],
    number: int,
) -> None:
    """Add the tensors of one input to the result."""
    result.tensors = 0
    for index, value in values.items():
        if index in network.inputs:
            continue
        wanted = np.asarray(interpreter.GetTensor(index, 0)["tensor_data"]).reshape(-1)
        wrong = np.flatnonzero(wanted != value.reshape(-1))
        result.tensors += 1
        result.comparisons += wanted.size
        result.mismatches += wrong.size
        if wrong.size and not result.first:
            at = np.unravel_index(int(wrong[0]), value.shape)
            result.first = (
                f"input {number}, tensor {network.tensors[index].name!r} at "
                f"{tuple(int(v) for v in at)}: tflite-micro has {int(wanted[wrong[0]])}, "
                f"golden {int(value[at])}"
            )


def reason_of(error: RuntimeError) -> str:
    """Return the first line of an error that says something."""
    lines = [line.strip() for line in re.split(r"[\r\n]+", str(error)) if line.strip()]
    return lines[0] if lines else "it gives no reason"
