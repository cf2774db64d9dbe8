"""One root seed makes every random number of a run.

Each user draws from a stream of its own, named after itself, so adding one does not shift another:

    seeds = Seeds(7)
    waits = seeds.stream("xif.driver")      # numpy Generator
    lfsr = seeds.word("axi.memory")         # 32 bits for a generator in hardware
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

import numpy as np

from honeyguide.project import variable


@dataclass(frozen=True)
class Seeds:
    """The root seed of a run, a non-negative integer."""

    root: int

    @classmethod
    def from_environment(cls) -> Seeds:
        """Return the root seed that the launcher gave.

        Raises:
            ValueError: it is not set or not a non-negative integer.
        """
        text = os.environ.get(variable("SEED"), "")
        if not text.isdecimal():
            raise ValueError(f"{variable('SEED')} must be a non-negative integer, not {text!r}")
        return cls(int(text))

    def _digest(self, name: str) -> bytes:
        return hashlib.sha256(f"{self.root}/{name}".encode()).digest()

    def stream(self, name: str) -> np.random.Generator:
        """Return a fresh generator for `name`; the same name gives the same numbers."""
        return np.random.default_rng(int.from_bytes(self._digest(name)[:16], "little"))

    def word(self, name: str) -> int:
        """Return 32 bits for `name`."""
        return int.from_bytes(self._digest(name)[16:20], "little")

    def child(self, name: str) -> Seeds:
        """Return the root of a part of the run that can be replayed alone."""
        return Seeds(int.from_bytes(self._digest(name)[20:24], "little"))
