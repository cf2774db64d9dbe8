"""What a read of each register must return: RW registers by what was written, status by the golden
machine. Values that depend on time (counters, STATUS while busy) are not predicted.
"""

from __future__ import annotations

from golden.config import CoreConfig
from golden.registers import Register
from golden.registers_table import REGISTERS

OKAY, SLVERR = 0, 2
COUNTERS = 0x100


def register_at(offset: int) -> Register | None:
    """Return the register at a byte offset, None when there is none."""
    for register in REGISTERS:
        if offset % 4 == 0 and register.offset <= offset < register.offset + 4 * register.count:
            return register
    return None


def offset_of(name: str) -> int:
    """Return a register's byte offset.

    Raises:
        KeyError: there is no such register.
    """
    for register in REGISTERS:
        if register.name == name:
            return register.offset
    raise KeyError(name)


def build_parameters(core: CoreConfig) -> dict[str, int]:
    """Return the values of the registers that show how the core was built."""
    return {
        "PARAMS0": (core.spad_depth.bit_length() - 1) << 24 | core.cols << 16 | core.rows << 8
        | core.axi_bytes,
        "PARAMS1": core.queue_depth << 24 | (core.param_depth.bit_length() - 1) << 16
        | (core.wbuf_depth.bit_length() - 1) << 8 | core.requant_lanes,
    }  # fmt: skip


class RegisterMirror:
    """Registers that hold what was written, and the responses of all."""

    STORED = ("IRQ_ENABLE", "DB_RS1", "DB_RS2", "XIF_CONTEXT")
    WHOLE_WORD = ("CTRL", "DB_INSTR")  # refuse partial strobes

    def __init__(self, core: CoreConfig) -> None:
        self._fixed = build_parameters(core)
        self.reset()

    def reset(self) -> None:
        """Go back to the reset values."""
        self.stored = {
            register.name: register.reset for register in REGISTERS if register.name in self.STORED
        }

    def write(self, offset: int, data: int, strobes: int) -> int:
        """Apply a write and return the response it must get."""
        register = register_at(offset)
        if register is None or not register.writable_mask:
            return SLVERR
        if register.name in self.WHOLE_WORD and strobes != 0xF:
            return SLVERR
        if register.name == "XIF_CONTEXT" and strobes & 1 and not data & 3:
            return SLVERR  # context 0 is the privileged one
        if register.name in self.stored:
            lanes = sum(0xFF << 8 * lane for lane in range(4) if strobes >> lane & 1)
            mask = lanes & register.writable_mask
            old = self.stored[register.name]
            self.stored[register.name] = old & ~mask | data & mask
        return OKAY

    def read(self, offset: int) -> tuple[int, int | None]:
        """Return the response of a read and its data, None where only the machine knows."""
        register = register_at(offset)
        if register is None:
            return SLVERR, None
        if register.name in self.stored:
            return OKAY, self.stored[register.name]
        if register.name in self._fixed:
            return OKAY, self._fixed[register.name]
        if not register.readable:
            return OKAY, 0
        if register.name in ("ID", "VERSION"):
            return OKAY, register.reset
        return OKAY, None
