"""TensorFlow Lite Micro as the oracle: run a flatbuffer, get every output or every tensor.

The package's Python interface has traps that end here: the configuration keyword is spelled
``intrepreter_config``, the arena must be sized by the caller, and a tensor that lies in the model
comes back as a dictionary.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tflite_micro.python.tflite_micro import runtime

_ARENA_MARGIN = 64 * 1024


class Oracle:
    """A loaded model. Raises RuntimeError when tflite-micro refuses it (its reason on stderr)."""

    def __init__(
        self, model: bytes, *, arena_bytes: int = 256 * 1024, preserve_all: bool = False
    ) -> None:
        kinds = runtime.InterpreterConfig
        self._interpreter = runtime.Interpreter.from_bytes(
            model,
            arena_size=arena_bytes + _ARENA_MARGIN,
            intrepreter_config=kinds.kPreserveAllTensors
            if preserve_all
            else kinds.kAllocationRecording,
        )

    def run(self, inputs: Sequence[NDArray[Any]], outputs: int = 1) -> list[NDArray[Any]]:
        """Invoke on ``inputs`` in the model's order and return copies of the first outputs."""
        for index, value in enumerate(inputs):
            self._interpreter.set_input(np.ascontiguousarray(value), index)
        self._interpreter.invoke()
        return [np.array(self._interpreter.get_output(i)) for i in range(outputs)]

    def tensor(self, index: int) -> NDArray[Any]:
        """Any tensor after ``run``; only with ``preserve_all``."""
        return np.array(self._interpreter.GetTensor(index, 0)["tensor_data"])


def run_tflm(model: bytes, inputs: Sequence[NDArray[Any]], **options: Any) -> NDArray[Any]:
    """First output of a model that is run once."""
    return Oracle(model, **options).run(inputs)[0]
