"""Variables and recurrent layers, and what the host computes by a function of golden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network.operations.operation import Arrays, Operation, State

Function = Callable[[Arrays], list[NDArray[Any]]]
StepFunction = Callable[[Arrays, Arrays], tuple[list[NDArray[Any]], Arrays]]


@dataclass(frozen=True, kw_only=True)
class ReadVariable(Operation):
    """READ_VARIABLE of a streaming network."""

    variable: str

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [state[self.variable].copy()]


@dataclass(frozen=True, kw_only=True)
class AssignVariable(Operation):
    """ASSIGN_VARIABLE of a streaming network."""

    variable: str

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        state[self.variable] = np.asarray(inputs[-1]).copy()
        return []


@dataclass(frozen=True, kw_only=True)
class HostFunction(Operation):
    """What golden can compute and the core cannot: a function of the inputs."""

    function: Function

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return self.function(inputs)


@dataclass(frozen=True, kw_only=True)
class Recurrent(Operation):
    """A host function with memory: (inputs, values of ``variables``) to (outputs, new values)."""

    variables: tuple[str, ...]
    function: StepFunction

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        outputs, values = self.function(inputs, [state[name] for name in self.variables])
        state.update(zip(self.variables, values, strict=True))
        return outputs
