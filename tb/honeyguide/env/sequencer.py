"""The sequencer that virtual sequences run on."""

from __future__ import annotations

from pyuvm import uvm_component, uvm_sequencer


class VirtualSequencer(uvm_sequencer):
    """Takes jobs for the host, and holds the sequencers of the agents that drive.

    Attributes:
        ports: sequencers by the agents' names; none at the tile level, where a job is all there is.
    """

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.ports: dict[str, uvm_sequencer] = {}
