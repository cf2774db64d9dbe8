"""Where registers are: on which pages of the port, docs/architecture.md section 3."""

from __future__ import annotations

from golden.registers import Register
from golden.registers_table import REGISTERS

WINDOW_ARRAYS = ("WINDOW_BASE", "WINDOW_LIMIT", "WINDOW_CTRL")
PAGE = 0x1000  # bytes of a page: 0 is the supervisor's, 1..3 are those of user contexts
PAGES = 4
# What a user page has, docs/architecture.md section 3; of the last nine, each page has its own.
USER_PAGE = (
    "ID", "VERSION", "PARAMS0", "PARAMS1", "STATUS", "ERR_CAUSE", "ERR_INSTR", "ERR_DETAIL",
    "ERR_INDEX", "DB_RS1", "DB_RS2", "DB_INSTR", "DB_RESULT", "WRAPPED",
)  # fmt: skip


_OFFSETS = {register.name: register.offset for register in REGISTERS}
_AT = {
    register.offset + 4 * place: register
    for register in REGISTERS
    for place in range(register.count)
}
COUNTERS = _OFFSETS["COUNTER"]


def register_at(address: int) -> Register | None:
    """Return the register at an address of the port, None when there is none."""
    page, offset = divmod(address, PAGE)
    register = _AT.get(offset)  # asked at every access of the port
    if register is None or page == 0 or (register.name in USER_PAGE and page < PAGES):
        return register
    return None


def offset_of(name: str) -> int:
    """Return a register's byte offset.

    Raises:
        KeyError: there is no such register.
    """
    return _OFFSETS[name]
