"""What instructions did: result, error, effects, what a debugger wants to see; and what they add to
the counters that do not depend on time, since the machine was made.

A tile takes a step a cycle, `architecture.md` section 3 says how many; a step is useful once for
each pixel and channel that becomes an output byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from golden.isa import Instruction
from golden.isa_table import Counter, ErrorCode, FieldId
from golden.machine.windows import MACHINE_MODE, Owner
from golden.memory import Region
from golden.numerics import Int8, Int32


@dataclass(frozen=True, kw_only=True)
class ErrorRecord:
    """An error as the error registers hold it. ``detail`` is None for bus errors that the model
    predicts: which of the ``beats`` fails first depends on how the core cuts its bursts.
    """

    code: ErrorCode
    field: FieldId
    detail: int | None
    word: int
    index: int
    beats: tuple[int, ...] = ()
    owner: Owner = MACHINE_MODE

    @property
    def cause(self) -> int:
        """Value of the register ERR_CAUSE."""
        return 1 << 31 | self.owner.id << 24 | self.field << 8 | self.code

    def __str__(self) -> str:
        detail = "unknown" if self.detail is None else f"{self.detail:#x}"
        return f"{self.code.name} in field {self.field.name.lower()}, detail {detail}"


@dataclass(frozen=True, kw_only=True)
class StorageRange:
    """Lines, words or entries ``first .. end - 1`` of ``what``: spad, wbuf, pbuf, lut or acc."""

    what: str
    first: int
    end: int


@dataclass(frozen=True, kw_only=True)
class MemoryWrite:
    """Bytes that a store writes: ``data`` and ``known`` are [h, w, c] as the region has them.

    A byte that is not known has an unspecified value. After a bus error every byte may or may not
    have been written, and none is known.
    """

    region: Region
    data: NDArray[np.uint8]
    known: NDArray[np.bool_]

    def by_address(self) -> dict[int, int | None]:
        """Value of every byte by its address, None where it is unspecified. Slow, for reports."""
        return {
            int(address): int(self.data[place]) if self.known[place] else None
            for place, address in np.ndenumerate(self.region.addresses())
        }


@dataclass(frozen=True, kw_only=True)
class MacTrace:
    """Inside of a conv or dwconv, by output pixel o = oy*OW + ox and output channel.

    ``products``: sum of products and, with acc, what a hold left, int32 [OH*OW, OC]. ``total``:
    that plus the bias, which is what the requantiser gets. ``known``: which are specified.
    ``output``: int8 [OH*OW, OC], None with hold. ``sums_wrap``, ``bias_wraps``: whether a step, a
    bias, took an accumulator out of int32; None if that depends on what is unspecified.
    """

    products: Int32
    total: Int32
    known: NDArray[np.bool_]
    output: Int8 | None
    sums_wrap: bool | None = False
    bias_wraps: bool | None = False

    @property
    def wraps(self) -> bool | None:
        """Whether any accumulator left int32; None if that depends on what is unspecified."""
        if self.sums_wrap or self.bias_wraps:
            return True
        return None if None in (self.sums_wrap, self.bias_wraps) else False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Everything one instruction did.

    ``accepted`` is False for an illegal word; on CV-X-IF nothing happened then. ``result`` is what
    goes to rd, None for an instruction without a result and for a counter that the model can't
    predict (``predictable`` is False then). ``error`` is this instruction's own error, whether or
    not the owner's record was free to keep it. ``owner`` asked for it.
    """

    instruction: Instruction
    mnemonic: str
    index: int | None
    accepted: bool = True
    result: int | None = None
    predictable: bool = True
    error: ErrorRecord | None = None
    done: bool = False
    reads: tuple[StorageRange, ...] = ()
    writes: tuple[StorageRange, ...] = ()
    memory_read: Region | None = None
    memory_write: MemoryWrite | None = None
    mac: MacTrace | None = None
    owner: Owner = MACHINE_MODE


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
