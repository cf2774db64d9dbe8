from typing import Any

from cocotb_bus.bus import Bus

class BusDriver:
    _signals: list[str]
    _optional_signals: list[str]
    bus: Bus
    clock: Any
    def __init__(
        self, entity: Any, name: str | None, clock: Any, *, case_insensitive: bool = ...
    ) -> None: ...
    async def send(self, transaction: Any, sync: bool = ...) -> None: ...
    async def _driver_send(self, transaction: Any, sync: bool = ...) -> None: ...
