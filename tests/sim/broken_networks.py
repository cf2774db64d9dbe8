"""Network benches whose checker skips something; tests/sim/test_completeness.py runs them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyuvm

from tb.env.layer_checker import LayerChecker
from tb.tests.network import Network


@pyuvm.test()
class Whole(Network):
    """Nothing is broken."""


@pyuvm.test()
class LooksAtNothing(Network):
    """The checker returns at once."""

    async def body(self) -> None:
        """Run with a checker that does not look."""
        checker: Any = LayerChecker
        checker.check = lambda *_: None
        await super().body()


@pyuvm.test()
class LooksTwiceAtOnePart(Network):
    """The checker compares all rows but the last of each part, and those twice."""

    async def body(self) -> None:
        """Run with a checker that never sees the last row."""
        compare = LayerChecker._compare

        def again(self: LayerChecker, result: Any, step: Any, part: Any, *rest: Any) -> None:
            _, whole, cycle = rest
            upper = replace(part, rows=part.rows - 1)
            for _ in range(2):
                compare(self, result, step, upper, upper.select(whole).size, whole, cycle)

        checker: Any = LayerChecker
        checker._compare = again
        await super().body()
