"""LiteRT's reference kernels as the oracle of what TensorFlow Lite Micro does not run.

That is: uint8 networks, and a few operators. Only its BUILTIN_REF kernels are asked, which compute
in integers; the optimised ones round otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray


def run_litert(model: bytes, runs: Sequence[Sequence[NDArray[Any]]]) -> list[NDArray[Any]]:
    """All outputs of all runs. Raises RuntimeError when LiteRT refuses the model."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    try:
        interpreter = Interpreter(
            model_content=model, experimental_op_resolver_type=OpResolverType.BUILTIN_REF
        )
        interpreter.allocate_tensors()
    except ValueError as error:
        raise RuntimeError(str(error)) from error
    outputs = []
    for inputs in runs:
        for details, array in zip(interpreter.get_input_details(), inputs, strict=True):
            interpreter.set_tensor(details["index"], array)
        interpreter.invoke()
        outputs += [
            interpreter.get_tensor(details["index"]) for details in interpreter.get_output_details()
        ]
    return outputs
