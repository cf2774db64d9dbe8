from collections.abc import Callable
from typing import Any

from cocotb_bus.bus import Bus

class BusMonitor:
    _signals: list[str]
    _optional_signals: list[str]
    bus: Bus
    clock: Any
    def __init__(
        self,
        entity: Any,
        name: str | None,
        clock: Any,
        *,
        reset_n: Any = ...,
        callback: Callable[[Any], None] | None = ...,
        case_insensitive: bool = ...,
    ) -> None: ...
    @property
    def in_reset(self) -> bool: ...
    def _recv(self, transaction: Any) -> None: ...
    async def _monitor_recv(self) -> None: ...
