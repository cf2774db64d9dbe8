"""Emitter: instruction words, with a configuration group written only when its content changes."""

from __future__ import annotations

from golden import isa_builders
from golden.isa import Instruction
from sw.compiler.geometry import LayerError
from sw.compiler.program import OutputPart, Step


class Emitter:
    """Collects the steps of one phase; configuration written earlier in the phase is remembered."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._groups: dict[str, dict[str, int]] = {}

    def configure(self, layer: int, group: str, **fields: int) -> None:
        """Write configuration group ``group`` (for example ``ld_shape``) unless it holds this."""
        if self._groups.get(group) != fields:
            self._groups[group] = fields
            instruction = built(layer, f"cfg_{group}", fields)
            self.steps.append(Step(instruction=instruction, layer=layer))

    def emit(
        self, layer: int, mnemonic: str, part: OutputPart | None = None, **fields: int
    ) -> None:
        """Append an instruction of any other class."""
        instruction = built(layer, mnemonic, fields)
        self.steps.append(Step(instruction=instruction, layer=layer, part=part))


def built(layer: int, builder: str, fields: dict[str, int]) -> Instruction:
    """Instruction of a layer. Raises LayerError for a number that its fields cannot hold."""
    try:
        instruction: Instruction = getattr(isa_builders, builder)(**fields)
    except ValueError as error:
        raise LayerError(layer, f"its sizes do not fit the instructions: {error}") from None
    return instruction
