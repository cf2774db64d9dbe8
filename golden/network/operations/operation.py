"""What every operation of a layer is: frozen, with integer parameters and ``evaluate``.

``evaluate`` takes the layer's activation inputs (int8 NHWC arrays, or constants where the operator
reads one) and the network's persistent state, and returns the outputs. The compiler reads the same
fields, so what the hardware is told and what golden computes come from one place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from golden.numerics import INT8_MAX, INT8_MIN, Int32

Arrays = Sequence[NDArray[Any]]
State = dict[str, NDArray[Any]]


@dataclass(frozen=True, kw_only=True)
class Requantisation:
    """Accumulator to int8: multipliers and shifts (one, or one a channel), zero point, clamp."""

    multiplier: Int32
    shift: Int32
    output_zero_point: int
    act_min: int = INT8_MIN
    act_max: int = INT8_MAX

    def arguments(self) -> dict[str, Any]:
        """As keyword arguments of the golden operators."""
        return {
            "multiplier": self.multiplier,
            "shift": self.shift,
            "output_zero_point": self.output_zero_point,
            "act_min": self.act_min,
            "act_max": self.act_max,
        }


class Operation:
    """Base of all operations."""

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        """Outputs for these inputs; only variable operations touch ``state``."""
        raise NotImplementedError(type(self).__name__)
