"""What a read of each register must return: RW registers by what was written, status by the golden
machine. Values that depend on time (counters, STATUS while busy) are not predicted.
"""

from __future__ import annotations

from golden.config import CoreConfig
from golden.machine.windows import Window
from golden.register_map import PAGE, PAGES, WINDOW_ARRAYS, register_at
from golden.registers import Register
from golden.registers_table import REGISTERS

OKAY, SLVERR = 0, 2
# What outlives a soft reset.
SURVIVES = (
    *WINDOW_ARRAYS, "DB_RS1", "DB_RS2", "XIF_CONTEXT", "LOCK", "WATCHDOG", "OPTIONS",
)  # fmt: skip


def _stored_name(register: Register, offset: int) -> str:
    if register.count == 1:
        return register.name
    return f"{register.name}[{(offset - register.offset) // 4}]"


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

    STORED = (
        "IRQ_ENABLE", "XIF_CONTEXT", "ERR_OWNER", "USER_RIGHTS", "LOCK", "WATCHDOG",
        "OPTIONS",
    )  # fmt: skip
    OPERANDS = ("DB_RS1", "DB_RS2")  # of every page
    WHOLE_WORD = ("CTRL", "DB_INSTR")  # refuse partial strobes
    LOCKS = {"XIF_CONTEXT": 1, "USER_RIGHTS": 2, "WATCHDOG": 4, "OPTIONS": 4}
    WINDOW_LOCKS = 8  # bit of the first window's

    def __init__(self, core: CoreConfig) -> None:
        self._fixed = build_parameters(core)
        self._integrity = core.integrity
        self._windows = [
            f"{name}[{index}]" for name in WINDOW_ARRAYS for index in range(core.windows)
        ]
        self.power_up()

    def power_up(self) -> None:
        """Go back to the reset values, as the pin does."""
        self.stored = {
            register.name: register.reset for register in REGISTERS if register.name in self.STORED
        }
        self.stored |= dict.fromkeys(self._windows, 0)
        self.operands = {(page, name): 0 for page in range(PAGES) for name in self.OPERANDS}

    def reset(self) -> None:
        """Soft reset: the same, but for what SURVIVES and what is locked."""
        kept, operands = dict(self.stored), dict(self.operands)
        self.power_up()
        self.operands = operands
        for name in ("XIF_CONTEXT", "LOCK", "WATCHDOG", "OPTIONS", *self._windows):
            self.stored[name] = kept[name]
        for name, bit in self.LOCKS.items():
            if kept["LOCK"] & bit:
                self.stored[name] = kept[name]

    def windows(self) -> list[Window]:
        """Return the memory windows that the registers hold."""
        arrays = [
            [value for name, value in self.stored.items() if name.startswith(f"{array}[")]
            for array in WINDOW_ARRAYS
        ]
        return [Window.from_registers(*values) for values in zip(*arrays, strict=True)]

    def write(self, address: int, data: int, strobes: int) -> int:
        """Apply a write and return the response it must get."""
        register, page = register_at(address), address // PAGE
        if register is None or not register.writable_mask:
            return SLVERR
        name = _stored_name(register, address)
        if register.name in WINDOW_ARRAYS and name not in self.stored:
            return SLVERR  # the core has fewer windows
        if name in self.WHOLE_WORD and strobes != 0xF:
            return SLVERR
        lock = self.LOCKS.get(name, 0)
        if register.name in WINDOW_ARRAYS:
            lock = 1 << self.WINDOW_LOCKS + (address - register.offset) // 4
        if self.stored["LOCK"] & lock:
            return SLVERR
        if name == "XIF_CONTEXT" and strobes & 1 and not data & 3:
            return SLVERR  # context 0 is the privileged one
        lanes = sum(0xFF << 8 * lane for lane in range(4) if strobes >> lane & 1)
        mask = lanes & register.writable_mask
        if name == "LOCK":
            self.stored[name] |= data & mask
        elif name in self.stored:
            self.stored[name] = self.stored[name] & ~mask | data & mask
        elif name in self.OPERANDS:
            self.operands[page, name] = self.operands[page, name] & ~mask | data & mask
        return OKAY

    def read(self, address: int) -> tuple[int, int | None]:
        """Return the response of a read and its data, None where only the machine knows."""
        register = register_at(address)
        if register is None:
            return SLVERR, None
        name = _stored_name(register, address)
        if name in self.stored:
            return OKAY, self.stored[name]
        if register.name in WINDOW_ARRAYS:
            return SLVERR, None
        if name in self.OPERANDS:
            return OKAY, self.operands[address // PAGE, name]
        if name in self._fixed:
            return OKAY, self._fixed[name]
        if not register.readable:
            return OKAY, 0
        if name in ("ID", "VERSION"):
            return OKAY, register.reset
        if name == "MEMORY_ERRORS" and not self._integrity:
            return OKAY, 0
        return OKAY, None
