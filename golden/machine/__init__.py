"""The core as a sequential interpreter of instructions, from docs/architecture.md."""

from golden.machine.interpreter import Machine
from golden.machine.layout import Tensor
from golden.machine.outcome import ErrorRecord, MacTrace, MemoryWrite, Outcome, StorageRange

__all__ = [
    "ErrorRecord",
    "MacTrace",
    "Machine",
    "MemoryWrite",
    "Outcome",
    "StorageRange",
    "Tensor",
]
