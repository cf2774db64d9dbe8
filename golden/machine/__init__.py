"""The core as a sequential interpreter of instructions, from docs/architecture.md."""

from golden.machine.checks import HIGH_HALF
from golden.machine.interpreter import Machine
from golden.machine.outcome import ErrorRecord, MacTrace, MemoryWrite, Outcome, StorageRange
from golden.machine.storage import Tensor
from golden.machine.windows import MACHINE_MODE, OWNERS, SUPERVISOR, Owner, Port

__all__ = [
    "HIGH_HALF",
    "MACHINE_MODE",
    "OWNERS",
    "SUPERVISOR",
    "ErrorRecord",
    "MacTrace",
    "Machine",
    "MemoryWrite",
    "Outcome",
    "Owner",
    "Port",
    "StorageRange",
    "Tensor",
]
