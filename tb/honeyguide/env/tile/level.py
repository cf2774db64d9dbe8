"""What the factory puts in the place of the pin level's parts when Python drives no pins."""

from __future__ import annotations

from pyuvm import uvm_factory

from honeyguide.agents.axi.monitor import AxiMonitor
from honeyguide.agents.axil.monitor import AxilMonitor
from honeyguide.agents.irq.monitor import IrqMonitor
from honeyguide.agents.xif.monitor import XifMonitor
from honeyguide.env.configuration import Speed
from honeyguide.env.pin_host import PinHost
from honeyguide.env.tile.recorder import RecordedMonitor
from honeyguide.env.tile.tile_host import TileHost

STAND_INS: dict[type, type] = {
    PinHost: TileHost,
    **dict.fromkeys((XifMonitor, AxilMonitor, AxiMonitor, IrqMonitor), RecordedMonitor),
}


def choose_level(speed: Speed) -> None:
    """Set the overrides of a level; those that a test has made before stay."""
    if speed is Speed.PIN:
        return
    for part, stand_in in STAND_INS.items():
        uvm_factory().set_type_override_by_type(part, stand_in, replace=False)
