"""What instructions add to the counters that do not depend on time, since the machine was made."""

from __future__ import annotations

from collections.abc import Mapping

from golden.isa_table import Counter

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
