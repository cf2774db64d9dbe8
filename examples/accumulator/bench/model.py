"""The golden model: what the pins must show of a job; and which kinds of jobs were seen."""

from typing import Any

import numpy as np

from honeyguide.agents.axi import BurstSeen
from honeyguide.agents.axil import RegisterSeen
from honeyguide.coverage.subscriber import CoverageSubscriber
from honeyguide.env.axi_environment import Model

CONTROL, ADDRESS, COUNT, STATUS, SUM_LO, SUM_HI, ENABLE = range(0, 0x1C, 4)
NAMES = {ADDRESS: "ADDRESS", COUNT: "COUNT", STATUS: "STATUS", SUM_LO: "SUM_LO",
         SUM_HI: "SUM_HI", ENABLE: "ENABLE"}  # fmt: skip
BUSY, DONE, ERROR, OKAY, SLVERR = 1, 2, 4, 0, 2
PAGE, WORD = 4096, 2**32 - 1


class Accumulator(Model):
    """When a job ends is the core's to say: it is `running` until an answer shows its end."""

    def reset(self) -> None:
        self.registers = {ADDRESS: 0, COUNT: 0, ENABLE: 0}
        self.running = False
        self.status = self.sum = self.bytes_left = self.next_address = 0

    def write(self, item: RegisterSeen) -> None:
        start = item.address == CONTROL and item.data & 1
        allowed = item.strobes == 15 and item.address in {CONTROL, STATUS, *self.registers}
        if allowed and start and item.response == OKAY:
            self.running = False  # it was accepted, so nothing was going on any more
        wanted = OKAY if allowed and not (start and self.running) else SLVERR
        self.expect(f"answer to the write of {item.address:#x}", item.response, wanted, item.cycle)
        if wanted == OKAY and item.address in self.registers:
            self.registers[item.address] = item.data & (1 if item.address == ENABLE else WORD)
        elif wanted == OKAY and item.address == STATUS:
            self.status &= ~item.data
        elif wanted == OKAY and start:
            self.begin(item.cycle)

    def begin(self, cycle: int) -> None:
        self.expect("bytes that the last job did not read", self.bytes_left, 0, cycle)
        beat, address, size = self.bus_bytes, self.registers[ADDRESS], 4 * self.registers[COUNT]
        self.sum, self.status = 0, DONE | ERROR if address % beat else DONE
        if address % beat or not size:
            return
        self.running, self.bytes_left, self.next_address = True, size, address
        for first in range(address, address + size, beat):
            data = self.store.memory[first : min(first + beat, address + size)]
            if self.store.response(first, beat, on_write=False):
                self.status |= ERROR
            else:
                self.sum = (self.sum + int(data.view(np.int32).astype(np.int64).sum())) % 2**64

    def burst(self, item: BurstSeen) -> None:
        self.expect("address of a burst", item.address, self.next_address, item.cycle)
        asked = item.beats * item.size
        self.expect("a burst within the job", asked < self.bytes_left + item.size, True, item.cycle)
        self.next_address += asked
        self.bytes_left = max(0, self.bytes_left - asked)

    def read(self, item: RegisterSeen) -> None:
        there = item.address == CONTROL or item.address in NAMES
        what = f"read of {item.address:#x}"
        self.expect(f"answer to the {what}", item.response, OKAY if there else SLVERR, item.cycle)
        wanted = self.registers.get(item.address, 0)
        if item.address == STATUS:
            self.running = self.running and bool(item.data & BUSY)
            wanted = item.data & self.status & ERROR | BUSY if self.running else self.status
        elif item.address in (SUM_LO, SUM_HI):
            wanted = self.sum >> (32 if item.address == SUM_HI else 0) & WORD
        if not (self.running and item.address in (SUM_LO, SUM_HI)):  # the sum is on its way
            self.expect(what, f"{item.data:#x}", f"{wanted:#x}", item.cycle)

    def quiet(self, cycle: int) -> None:
        raised = bool(self.registers[ENABLE] and self.status & DONE)
        self.expect("irq of an idle core", self.line, raised, cycle)


class Coverage(CoverageSubscriber):
    """Samples what the model has just seen."""

    def write(self, item: Any) -> None:
        if not isinstance(item, RegisterSeen):
            return
        start = item.write and item.address == CONTROL and item.data & 1
        if item.write and item.response != OKAY:
            whole = item.strobes == 15
            why = "start while busy" if start and whole else "address" if whole else "strobes"
            self.hit("register.refused", why)
        elif start:
            self.job(self.model.registers[ADDRESS], self.model.registers[COUNT])
        elif not item.write and item.address in NAMES:
            self.hit("register.read", NAMES[item.address])

    def job(self, address: int, count: int) -> None:
        beat, status, size = self.model.bus_bytes, self.model.status, 4 * count
        sizes = {0: "none", 4: "one", beat: "a beat", 16 * beat: "a burst"}
        self.hit("job.count", sizes.get(size, "bursts" if size > 16 * beat else "a tail"))
        left = PAGE - address % PAGE - size
        self.hit("job.page", "over its end" if left < 0 else "inside" if left else "to its end")
        wrong = "misaligned" if address % beat else "failed beat"
        self.hit("job.outcome", wrong if status & ERROR else "done")
        total = self.model.sum - (self.model.sum >> 63 << 64)
        sign = "positive" if total > 0 else "negative" if total else "zero"
        self.hit("job.sum", sign if abs(total) < 2**31 else "beyond 32 bits")
        self.hit("job.interrupt", "enabled" if self.model.registers[ENABLE] else "not enabled")
