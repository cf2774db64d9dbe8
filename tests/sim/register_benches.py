"""Register models that are wrong in one place each; the tests with them must fail."""

from __future__ import annotations

from typing import ClassVar

import pyuvm
from pyuvm import uvm_factory

from honeyguide.agents.axil import RegisterSeen
from tb.env.register_adapter import RegisterPredictor
from tb.env.register_model import RatelRegisters
from tb.tests.register_model import BitBash, MirrorFollows, ModelAccess, ModelResetValues, ModelTest


class BrokenModel(RatelRegisters):
    """The model with one field changed."""

    change: ClassVar[type[Broken]]

    def build(self) -> None:
        """Build the model and change the field."""
        super().build()
        change = self.change
        field = getattr(self.registers[change.register], change.field)
        if change.access is not None:
            field.set_access(change.access)
        if change.reset is not None:
            field.set_reset(change.reset)


class Broken(ModelTest):
    """Mixed in before a test: the factory makes a model with one field changed."""

    register, field = "", ""
    access: str | None = None
    reset: int | None = None

    def build_phase(self) -> None:
        """Override the model, then build."""
        model = type("ChangedModel", (BrokenModel,), {"change": type(self)})
        uvm_factory().set_type_override_by_type(RatelRegisters, model)
        super().build_phase()


@pyuvm.test()
class WrongReset(Broken, ModelResetValues):
    """VERSION.MINOR is not 1."""

    register, field, reset = "VERSION", "minor", 2


@pyuvm.test()
class WrongCounterReset(Broken, ModelResetValues):
    """A counter does not start from 7."""

    register, field, reset = "COUNTER[9]", "count", 7


@pyuvm.test()
class ReadOnlyBit(Broken, BitBash):
    """IRQ_ENABLE.ERROR can be written."""

    register, field, access = "IRQ_ENABLE", "error", "RO"


@pyuvm.test()
class NotCleared(Broken, BitBash):
    """DB_RS2 is stored as written."""

    register, field, access = "DB_RS2", "rs2", "W1C"


@pyuvm.test()
class Writable(Broken, BitBash):
    """ERR_INDEX is read-only: it refuses every write."""

    register, field, access = "ERR_INDEX", "index", "RW"


@pyuvm.test()
class NotWritable(Broken, ModelAccess):
    """DB_RS1 takes what is written."""

    register, field, access = "DB_RS1", "rs1", "RO"


class DeafPredictor(RegisterPredictor):
    """Predicts reads only."""

    def write(self, item: RegisterSeen) -> None:
        """Leave writes out."""
        if not item.write:
            super().write(item)


@pyuvm.test()
class WritesUnseen(MirrorFollows):
    """A write that did not come from the model is seen on the port, too."""

    def build_phase(self) -> None:
        """Override the predictor, then build."""
        uvm_factory().set_type_override_by_type(RegisterPredictor, DeafPredictor)
        super().build_phase()
