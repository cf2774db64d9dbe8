"""What the bench uses of cocotb-bus 0.3, which comes without types; signals are attributes."""

from collections.abc import Iterable
from typing import Any

class Bus:
    _signals: dict[str, Any]
    def __init__(
        self,
        entity: Any,
        name: str | None,
        signals: Iterable[str],
        optional_signals: Iterable[str] = ...,
        bus_separator: str = ...,
        case_insensitive: bool = ...,
        array_idx: int | None = ...,
    ) -> None: ...
    def __getattr__(self, name: str) -> Any: ...
