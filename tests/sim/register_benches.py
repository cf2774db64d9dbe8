"""Register models that are wrong in one place each; the tests with them must fail."""

from __future__ import annotations

import pyuvm

from tb.env.register_adapter import connected_model
from tb.env.register_model import RatelRegisters
from tb.tests.register_model import BitBash, ModelAccess, ModelResetValues


class Broken:
    """Mixed in before a test: changes one field of the model."""

    register, field = "", ""
    access: str | None = None
    reset: int | None = None

    def make_model(self) -> RatelRegisters:
        """Return the model with the change."""
        model = connected_model(self.env)  # type: ignore[attr-defined]
        field = getattr(model.registers[self.register], self.field)
        if self.access is not None:
            field.set_access(self.access)
        if self.reset is not None:
            field.set_reset(self.reset)
            field.reset()
        return model


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
