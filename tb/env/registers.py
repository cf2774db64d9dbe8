"""What a read of each register must return: RW registers by what was written, status by the golden
machine. Values that depend on time (counters, STATUS while busy) are not predicted.
"""

from __future__ import annotations

from golden.config import CoreConfig
from golden.machine.windows import Window
from golden.registers import Register
from golden.registers_table import REGISTERS

OKAY, SLVERR = 0, 2
WINDOW_ARRAYS = ("WINDOW_BASE", "WINDOW_LIMIT", "WINDOW_CTRL")
COUNTERS = 0x100


def register_at(offset: int) -> Register | None:
    """Return the register at a byte offset, None when there is none."""
    for register in REGISTERS:
        if offset % 4 == 0 and register.offset <= offset < register.offset + 4 * register.count:
            return register
    return None


def _stored_name(register: Register, offset: int) -> str:
    if register.count == 1:
        return register.name
    return f"{register.name}[{(offset - register.offset) // 4}]"


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
        self._windows = {
            f"{name}[{index}]": 0 for name in WINDOW_ARRAYS for index in range(core.windows)
        }
        self.reset()

    def reset(self) -> None:
        """Go back to the reset values."""
        self.stored = {
            register.name: register.reset for register in REGISTERS if register.name in self.STORED
        }
        self.stored |= self._windows

    def power_up(self) -> None:
        """Forget what outlives a soft reset, too."""
        self._windows = dict.fromkeys(self._windows, 0)
        self.reset()

    def windows(self) -> list[Window]:
        """Return the memory windows that the registers hold."""
        arrays = [
            [value for name, value in self.stored.items() if name.startswith(f"{array}[")]
            for array in WINDOW_ARRAYS
        ]
        return [Window.from_registers(*values) for values in zip(*arrays, strict=True)]

    def write(self, offset: int, data: int, strobes: int) -> int:
        """Apply a write and return the response it must get."""
        register = register_at(offset)
        if register is None or not register.writable_mask:
            return SLVERR
        if register.name in self.WHOLE_WORD and strobes != 0xF:
            return SLVERR
        if register.name == "XIF_CONTEXT" and strobes & 1 and not data & 3:
            return SLVERR  # context 0 is the privileged one
        name = _stored_name(register, offset)
        if register.name in WINDOW_ARRAYS and name not in self.stored:
            return SLVERR  # the core has fewer windows
        if name in self.stored:
            lanes = sum(0xFF << 8 * lane for lane in range(4) if strobes >> lane & 1)
            mask = lanes & register.writable_mask
            self.stored[name] = self.stored[name] & ~mask | data & mask
            if name in self._windows:
                self._windows[name] = self.stored[name]
        return OKAY

    def read(self, offset: int) -> tuple[int, int | None]:
        """Return the response of a read and its data, None where only the machine knows."""
        register = register_at(offset)
        if register is None:
            return SLVERR, None
        name = _stored_name(register, offset)
        if name in self.stored:
            return OKAY, self.stored[name]
        if register.name in WINDOW_ARRAYS:
            return SLVERR, None
        if register.name in self._fixed:
            return OKAY, self._fixed[register.name]
        if not register.readable:
            return OKAY, 0
        if register.name in ("ID", "VERSION"):
            return OKAY, register.reset
        return OKAY, None
