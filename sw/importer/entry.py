"""What the importer states of one operator: its handler, types, where it runs, limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from golden.network.operations import Operation
from sw.importer.context import Operator

Handler = Callable[[Operator], Operation | None]

CORE = "core"
HOST = "host"
NOWHERE = "no work"
TFLITE_MICRO = "tflite-micro"
LITERT = "litert"
ANY = ("int8", "int16", "int32", "int64", "bool", "float32")  # types of an element


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One operator.

    ``types`` are those of its data, each checked by a generator of random models of that name;
    ``where`` is CORE if the core computes it (``limits`` then says what goes to the host), HOST or
    NOWHERE. ``constants_are_inputs``: operands may be constants, and are the layer's inputs then.
    ``data``: the operand that is an input of the layer even where it is a constant.
    """

    name: str
    handler: Handler
    types: tuple[str, ...] = ("int8",)
    where: str = CORE
    limits: str = ""
    constants_are_inputs: bool = False
    data: int = 0
    also: frozenset[str] = frozenset()
    judge: str = TFLITE_MICRO

    @property
    def dtypes(self) -> frozenset[str]:
        """All element types that ``types`` name; float32 passes where elements are only moved."""
        words = {word for kind in self.types for word in kind.split()}
        return frozenset(words & set(ANY)) | self.also
