"""Owners and memory windows: who asks for an instruction (the port it came through and a user
context), and which bursts an owner may put on the bus (docs/architecture.md section 3).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from golden.memory import Region

CONTEXTS = 4  # 0 is the privileged one, the others are users


class Port(IntEnum):
    """The ports that take instructions."""

    XIF = 0
    AXIL = 1


@dataclass(frozen=True, kw_only=True)
class Owner:
    """An owner as errors, descriptors and registers name it: docs/architecture.md section 3."""

    port: Port = Port.XIF
    context: int = 0

    @property
    def id(self) -> int:
        """The number of three bits, {port, context}."""
        return self.port * CONTEXTS + self.context

    @property
    def privileged(self) -> bool:
        """Whether it is machine mode or the supervisor page."""
        return self.context == 0

    @property
    def domain(self) -> int:
        """Number of the protection domain: all that is privileged is one, 0; else the id."""
        return 0 if self.privileged else self.id

    def __str__(self) -> str:
        who = "privileged" if self.privileged else f"user {self.context}"
        return f"{who} on {'CV-X-IF' if self.port is Port.XIF else 'AXI4-Lite'}"


MACHINE_MODE = Owner()
SUPERVISOR = Owner(port=Port.AXIL)
OWNERS = tuple(Owner(port=port, context=context) for port in Port for context in range(CONTEXTS))


GRANULE = 16  # bytes
USERS_A_PORT = 3


@dataclass(frozen=True, kw_only=True)
class Window:
    """A window as its three registers hold it.

    Attributes:
        base: first address inside.
        limit: address of the last granule inside.
        read, write: what it allows.
        owners: bit context - 1 of users of CV-X-IF, bit context + 2 of users of AXI4-Lite.
    """

    base: int = 0
    limit: int = 0
    valid: bool = False
    read: bool = False
    write: bool = False
    owners: int = 0

    @classmethod
    def from_registers(cls, base: int, limit: int, ctrl: int) -> Window:
        """Read WINDOW_BASE, WINDOW_LIMIT and WINDOW_CTRL."""
        return cls(
            base=base, limit=limit, read=bool(ctrl & 1), write=bool(ctrl & 2),
            valid=bool(ctrl & 4), owners=ctrl >> 8 & 63,
        )  # fmt: skip

    def allows(self, first: int, last: int, owner: Owner, *, write: bool) -> bool:
        """Return whether a user may touch the bytes first..last through this window."""
        user = 1 << owner.context - 1 + USERS_A_PORT * owner.port
        inside = self.base <= first and last < self.limit + GRANULE
        return self.valid and bool(self.owners & user) and inside and (
            self.write if write else self.read
        )  # fmt: skip


def bursts(region: Region, *, beat: int, max_burst: int) -> Iterator[tuple[int, int]]:
    """Yield (first, last) byte address of the bus words of each burst of a transfer, in order.

    Pixels join to one run when they follow each other without a gap, rows too when their pixels
    do; a burst is the part of a run inside an aligned block of `max_burst` bus words.

    Args:
        region: bytes of the transfer.
        beat: bytes of a bus word.
        max_burst: most beats of a burst.
    """
    for first, last in _runs(region):
        block = beat * max_burst
        while first <= last:
            end = min(last, first // block * block + block - 1)
            yield first // beat * beat, end // beat * beat + beat - 1
            first = end + 1


def _runs(region: Region) -> Iterator[tuple[int, int]]:
    row = region.w * region.c
    if region.pix_pitch == region.c and (region.row_pitch == row or region.h == 1):
        yield region.addr, region.addr + region.h * row - 1
        return
    for y in range(region.h):
        start = region.addr + y * region.row_pitch
        if region.pix_pitch == region.c:
            yield start, start + row - 1
            continue
        for x in range(region.w):
            yield start + x * region.pix_pitch, start + x * region.pix_pitch + region.c - 1


def refused_burst(
    windows: Sequence[Window],
    owner: Owner,
    region: Region,
    *,
    beat: int,
    max_burst: int,
    write: bool,
) -> tuple[int, list[tuple[int, int]]] | None:
    """Return the address of the first burst that no window allows, and the bursts before it.

    None if all of them are allowed, as they always are to a privileged owner.
    """
    if owner.privileged:
        return None
    before: list[tuple[int, int]] = []
    for first, last in bursts(region, beat=beat, max_burst=max_burst):
        if not any(window.allows(first, last, owner, write=write) for window in windows):
            return first, before
        before.append((first, last))
    return None
