"""Commands that clear and read the core's performance counters around a job."""

from __future__ import annotations

from collections.abc import Sequence

from golden.isa_table import Counter
from golden.register_map import COUNTERS, offset_of
from honeyguide.agents.axil import RegisterRead, RegisterSeen, RegisterWrite
from honeyguide.agents.bus import Barrier
from honeyguide.env.host import Command

CLEAR_COUNTERS = 1 << 1  # bit of CTRL


def counted(commands: Sequence[Command]) -> list[Command]:
    """Return the job with the counters cleared before it and all of them read after it."""
    reads = [RegisterRead(address=COUNTERS + 4 * counter) for counter in Counter]
    clear = RegisterWrite(address=offset_of("CTRL"), data=CLEAR_COUNTERS)
    return [Barrier(), clear, *commands, Barrier(), *reads]


def counter_values(registers_read: Sequence[RegisterSeen]) -> dict[Counter, int]:
    """Return the latest value read of each counter.

    Raises:
        KeyError: a counter was never read.
    """
    latest = {seen.address: seen.data for seen in registers_read}
    return {counter: latest[COUNTERS + 4 * counter] for counter in Counter}
