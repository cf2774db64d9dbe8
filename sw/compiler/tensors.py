"""Tensors by index: the network's own, then what the compiler adds to them.

A *view* is a stretch of bytes of another tensor in memory; a *temporary* has memory of its own; a
*variable* keeps its bytes from one inference to the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from golden.network import Network


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One tensor; ``parent`` and ``offset`` (bytes) say what a view is part of."""

    name: str
    shape: tuple[int, ...]
    data: NDArray[np.int8] | None = None
    parent: int | None = None
    offset: int = 0

    @property
    def size(self) -> int:
        """Bytes, which are elements."""
        return int(np.prod(self.shape, dtype=np.int64))


class TensorTable:
    """All tensors of a program."""

    def __init__(self, network: Network) -> None:
        self._entries = [
            Entry(name=t.name, shape=t.shape, data=t.data if t.dtype == "int8" else None)
            for t in network.tensors
        ]
        self.variables: dict[str, int] = {}

    def __getitem__(self, index: int) -> Entry:
        return self._entries[index]

    def view(self, parent: int, offset: int, shape: tuple[int, ...]) -> int:
        """Add a view of ``parent`` from byte ``offset`` on."""
        name = f"part of {self[parent].name}"
        return self._add(Entry(name=name, shape=shape, parent=parent, offset=offset))

    def temporary(self, name: str, shape: tuple[int, ...]) -> int:
        """Add a tensor with memory of its own."""
        return self._add(Entry(name=name, shape=shape))

    def constant(self, name: str, data: NDArray[np.int8]) -> int:
        """Add a tensor of known bytes."""
        return self._add(Entry(name=name, shape=data.shape, data=data))

    def variable(self, name: str, shape: tuple[int, ...]) -> int:
        """Tensor of a persistent variable; the same one each time."""
        if name not in self.variables:
            self.variables[name] = self._add(Entry(name=f"variable {name}", shape=shape))
        return self.variables[name]

    def base(self, index: int) -> tuple[int, int]:
        """Tensor that owns the memory of ``index``, and the offset in it."""
        offset = 0
        while (parent := self[index].parent) is not None:
            offset += self[index].offset
            index = parent
        return index, offset

    def _add(self, entry: Entry) -> int:
        self._entries.append(entry)
        return len(self._entries) - 1
