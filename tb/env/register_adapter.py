"""Connects pyuvm's register model to the bench.

    model --> adapter --> job --> host --> pins --> monitor --> order --> predictor --> mirror

Accesses of the model become jobs; what came of them, and of every other access on the port, comes
from the pins. pyuvm's own `uvm_reg_predictor` is not implemented, so this is one.
"""

from __future__ import annotations

from collections.abc import Callable

from pyuvm import (
    uvm_access_e,
    uvm_component,
    uvm_predict_e,
    uvm_reg_adapter,
    uvm_reg_bus_op,
    uvm_status_e,
)

from golden.config import CoreConfig
from honeyguide.agents.axil import RegisterRead, RegisterSeen, RegisterWrite
from honeyguide.env.checker import AnalysisImp
from honeyguide.env.host import Job
from tb.env.register_model import RatelRegister, RatelRegisters
from tb.env.registers import OKAY, build_parameters


class RegisterPredictor(uvm_component):
    """Lets the mirror follow every answered access, whoever made it.

    Attributes:
        last: the latest access.
    """

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.analysis_export = AnalysisImp("analysis_export", self, self.write, (RegisterSeen,))
        self.last: RegisterSeen | None = None

    def build_phase(self) -> None:
        """Fetch the model."""
        model: RatelRegisters = self.cdb_get("registers")
        self._at: dict[int, RatelRegister] = {
            int(register.get_address()): register for register in model.registers.values()
        }

    def write(self, item: RegisterSeen) -> None:
        """Predict one access; one that was refused changed nothing."""
        self.last = item
        register = self._at.get(item.address)
        if register is None or item.response != OKAY:
            return
        if item.write:
            register.predict(written(register, item), kind=uvm_predict_e.UVM_PREDICT_WRITE)
        elif register.get() != item.data or register.needs_update():
            # Most reads show what the mirror has; none of the core's registers changes by a read.
            register.predict(item.data, kind=uvm_predict_e.UVM_PREDICT_READ)


def written(register: RatelRegister, item: RegisterSeen) -> int:
    """Return the word whose whole write does what this one does; pyuvm's strobes are a field's."""
    lanes = sum(0xFF << 8 * lane for lane in range(4) if item.strobes >> lane & 1)
    kept = 0
    for field in register.get_fields():
        if field.get_access() == "RW":
            kept |= (1 << field.get_n_bits()) - 1 << field.get_lsb_pos()
    return item.data & lanes | register.get_mirrored_value() & kept & ~lanes


def built_model(core: CoreConfig) -> RatelRegisters:
    """Return a register model with this core's build parameters."""
    model: RatelRegisters = RatelRegisters.create("ratel")
    model.build()
    for name, value in build_parameters(core).items():
        model.registers[name].set_reset(value)
    model.reset()
    return model


class RegisterAdapter(uvm_reg_adapter):
    """One access, one job. Response and data are what the monitor saw, not what a driver says."""

    def __init__(self, predictor: RegisterPredictor, drain: Callable[[], None]) -> None:
        super().__init__("register_adapter")
        self._predictor = predictor
        self._drain = drain

    def reg2bus(self, rw: uvm_reg_bus_op) -> Job:
        """Return a job with the access."""
        self._predictor.last = None
        if rw.kind == uvm_access_e.UVM_WRITE:
            return Job("write", [RegisterWrite(address=int(rw.addr), data=rw.data)])
        return Job("read", [RegisterRead(address=int(rw.addr))])

    def bus2reg(self, bus_item: Job, rw: uvm_reg_bus_op) -> None:
        """Fill in what was seen.

        Raises:
            RuntimeError: no access was seen, or one of another register.
        """
        self._drain()
        seen = self._predictor.last
        if seen is None or seen.address != int(rw.addr):
            raise RuntimeError(f"an access of {rw.addr:#x} was played and {seen} was seen")
        rw.data = seen.data
        okay = seen.response == OKAY
        rw.status = uvm_status_e.UVM_IS_OK if okay else uvm_status_e.UVM_NOT_OK
