"""Emitter: instruction words, with a configuration group written only when its content changes."""

from __future__ import annotations

from golden import isa_builders
from golden.isa import Instruction
from sw.compiler.program import OutputPart, Step


class Emitter:
    """Collects the steps of one phase; configuration written earlier in the phase is remembered."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._groups: dict[str, Instruction] = {}

    def configure(self, layer: int, group: str, **fields: int) -> None:
        """Write configuration group ``group`` (for example ``ld_shape``) unless it holds this."""
        instruction = getattr(isa_builders, f"cfg_{group}")(**fields)
        if self._groups.get(group) != instruction:
            self._groups[group] = instruction
            self.steps.append(Step(instruction=instruction, layer=layer))

    def emit(
        self, layer: int, mnemonic: str, part: OutputPart | None = None, **fields: int
    ) -> None:
        """Append an instruction of any other class."""
        instruction = getattr(isa_builders, mnemonic)(**fields)
        self.steps.append(Step(instruction=instruction, layer=layer, part=part))
