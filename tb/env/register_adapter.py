"""Connects pyuvm's register model to the bench: accesses become jobs, results come from pins."""

from __future__ import annotations

from pyuvm import uvm_access_e, uvm_reg_adapter, uvm_reg_bus_op, uvm_status_e

from honeyguide.agents.axil.item import RegisterRead, RegisterSeen, RegisterWrite
from honeyguide.env.job import Job
from honeyguide.fast.recorded import Seen
from tb.env.environment import Environment
from tb.env.register_model import RatelRegisters
from tb.env.registers import OKAY, build_parameters


class RegisterAdapter(uvm_reg_adapter):
    """One access, one job. Response and data are what the monitor saw, not what a driver says."""

    def __init__(self, env: Environment) -> None:
        super().__init__("register_adapter")
        self._env = env
        self._last: RegisterSeen | None = None
        env.observers.append(self._observe)

    def _observe(self, item: Seen) -> None:
        if isinstance(item, RegisterSeen):
            self._last = item

    def reg2bus(self, rw: uvm_reg_bus_op) -> Job:
        """Return a job with the access."""
        self._last = None
        if rw.kind == uvm_access_e.UVM_WRITE:
            return Job("write", [RegisterWrite(address=int(rw.addr), data=rw.data)])
        return Job("read", [RegisterRead(address=int(rw.addr))])

    def bus2reg(self, bus_item: Job, rw: uvm_reg_bus_op) -> None:
        """Fill in what was seen.

        Raises:
            RuntimeError: no access was seen, or one of another register.
        """
        self._env.drain()
        seen = self._last
        if seen is None or seen.address != int(rw.addr):
            raise RuntimeError(f"an access of {rw.addr:#x} was played and {seen} was seen")
        rw.data = seen.data
        okay = seen.response == OKAY
        rw.status = uvm_status_e.UVM_IS_OK if okay else uvm_status_e.UVM_NOT_OK


def connected_model(env: Environment) -> RatelRegisters:
    """Return a model whose mirror follows every access, with this core's build parameters."""
    model = RatelRegisters()
    model.build()
    for name, value in build_parameters(env.configuration.core).items():
        model.registers[name].set_reset(value)
        model.registers[name].reset()
    model.map.set_sequencer(env.sequencer, RegisterAdapter(env))
    model.map.set_auto_predict(True)
    return model
