"""What instructions add to the counters that do not depend on time, since the machine was made.

A tile takes a step a cycle, `architecture.md` section 3 says how many; a step is useful once for
each pixel and channel that becomes an output byte.
"""

from __future__ import annotations

from collections.abc import Mapping

from golden.isa import MAC
from golden.isa_table import Counter
from golden.machine.operands import Operands

SUMS = (Counter.BYTES_READ, Counter.BYTES_WRITTEN, Counter.STEPS, Counter.MACS)
Loose = Mapping[Counter, int | None]


class Counted:
    """Sums that only grow; what came between two moments is their difference."""

    def __init__(self) -> None:
        self._sums = dict.fromkeys((*SUMS, Counter.INSTRUCTIONS), 0)
        self._unknown = dict.fromkeys(self._sums, 0)  # amounts that depend on time

    def add(self, counter: Counter, amount: int | None) -> None:
        """Count; None for what a failure cut off nobody knows where."""
        if amount is None:
            self._unknown[counter] += 1
        else:
            self._sums[counter] += amount

    def copy(self) -> Counted:
        """Return this moment."""
        made = Counted()
        made._sums, made._unknown = dict(self._sums), dict(self._unknown)
        return made

    def since(self, before: Counted) -> Loose:
        """Return what each counter got since another moment, None where that is not known."""
        return {
            counter: None
            if self._unknown[counter] != before._unknown[counter]
            else total - before._sums[counter]
            for counter, total in self._sums.items()
        }


def array_work(request: Operands) -> tuple[int, int]:
    """Return array steps and useful multiply-accumulates of a mac or vec instruction."""
    name, groups, core = request.format.name, request.groups, request.core
    image, out, kernel = groups["in"], groups["out"], groups["kernel"]
    if request.format.windowed:
        pixels = out["oh"] * out["ow"]
        steps = kernel["kh"] * kernel["kw"] * (image["c"] if name == "conv" else 1)
    else:
        pixels, steps = image["h"] * image["w"], 2 if request.format.binary else 1
    channels = out["oc"] if name == "conv" else image["c"]
    tiles = -(-pixels // core.rows) * core.blocks(channels)
    macs = pixels * channels * steps if name in MAC else 0
    return tiles * steps, macs
