"""Who asks for an instruction: the port it came through and a user context."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

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
