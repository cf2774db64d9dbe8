"""Directed and random sums, at pin and tile level alike."""

import numpy as np
import pyuvm

from bench import model
from honeyguide.agents.axi import Stalls
from honeyguide.agents.axil import RegisterPoll, RegisterRead, RegisterWrite
from honeyguide.env.axi_environment import AxiTest

BIG = 2**31 - 1
ENDS = RegisterPoll(address=model.STATUS, value=0, mask=model.BUSY)


def _set(**values: int) -> list[RegisterWrite]:
    return [RegisterWrite(address=getattr(model, name), data=values[name]) for name in values]


class SumTest(AxiTest):
    """Subclasses write `body`."""

    model_type, coverage_type = model.Accumulator, model.Coverage
    looked_at = (model.STATUS, model.SUM_LO, model.SUM_HI)

    async def job(self, address: int, words: np.ndarray) -> None:
        if words.size:
            self.env.memory.write(address, words.astype(np.int32))
        start = _set(STATUS=6, ADDRESS=address, COUNT=words.size, CONTROL=1)
        await self.env.play([*start, ENDS])


@pyuvm.test()
class Corners(SumTest):
    """Lengths around beats, bursts and pages; sums of 64 bits; nothing to add; misaligned."""

    async def body(self) -> None:
        for count in (0, 1, 2, 3, 4, 16, 31, 32, 33, 65):
            await self.job(0x1000, np.arange(count) - 3)
            await self.job(0x2000 - 8 * (count // 2), np.full(count, BIG - count))
        await self.job(0x1F80, np.full(100, -BIG))
        await self.job(0x1002, np.arange(4))


@pyuvm.test()
class Registers(SumTest):
    """What was written is read back; what has no place is refused, and a start while busy."""

    async def body(self) -> None:
        reads = [RegisterRead(address=address) for address in (*range(0, 0x20, 4), 0x102)]
        for data in (0x12345678, 0xEDCBA987, 0):
            tried = (RegisterWrite(address=a, data=data) for a in (4, 8, 0x18, 0x10, 0x1C, 6))
            await self.env.play([*tried, *reads])
        await self.env.play([RegisterWrite(address=model.COUNT, data=5, strobes=7), *reads])
        self.env.host.set_stalls(Stalls(r=0.9))
        again = _set(CONTROL=1)
        await self.env.play([*_set(ADDRESS=0, COUNT=64, CONTROL=1), *again, ENDS])


@pyuvm.test()
class Interrupts(SumTest):
    """The line follows DONE and ENABLE."""

    async def body(self) -> None:
        for enable in (1, 0, 1):
            await self.env.play(_set(ENABLE=enable))
            await self.job(0x800, np.arange(9))
            await self.env.play(_set(STATUS=model.DONE))


@pyuvm.test()
class Failures(SumTest):
    """Beats that fail, and a reset in the middle of a job."""

    async def body(self) -> None:
        for first in (0x400, 0x43C, 0x4FC):
            self.env.store.add_fault(first, first + 3, on_write=False, response=2)
            await self.job(0x400, np.arange(64) + 1)
            self.env.store.clear_faults()
        await self.env.play(_set(CONTROL=1), check=False)
        await self.env.reset()
        await self.job(0x400, np.arange(5))


@pyuvm.test()
class Random(SumTest):
    """Jobs of any size anywhere, with waits on every channel."""

    async def body(self) -> None:
        random = self.seeds.stream("jobs")
        for _ in range(12):
            ar, r = random.choice([0.0, 0.3, 0.7], 2)
            self.env.host.set_stalls(Stalls(ar=ar, r=r), result=ar)
            words = random.integers(-(2**31), 2**31, int(random.integers(0, 200)))
            await self.job(8 * int(random.integers(0, 2000)), words)
