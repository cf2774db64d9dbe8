"""What the bench uses of cocotb-coverage 2, which comes without types."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])

class CoverPoint:
    def __init__(
        self, name: str, *, xf: Callable[..., Any] = ..., bins: Sequence[Any] = ..., **more: Any
    ) -> None: ...
    def __call__(self, function: _Function) -> _Function: ...

coverage_db: dict[str, Any]
