"""Plays jobs at the tile level: Python writes the commands, SystemVerilog plays them."""

from __future__ import annotations

from cocotb.triggers import ReadWrite, ValueChange

from honeyguide.agents.axi.driver import Stalls
from honeyguide.agents.axil.item import RegisterPoll, RegisterRead, RegisterWrite
from honeyguide.agents.bus import known
from honeyguide.agents.command import Barrier, Command
from honeyguide.agents.xif.item import Offload
from honeyguide.env.host import Host
from honeyguide.env.tile.native import NativeStore

# Numbers of bench_pkg.sv
ISSUE, WRITE, READ, POLL, BARRIER = range(5)


def encode(command: Command) -> tuple[int, ...]:
    """Return the words of a command for `hdl/command_player.sv`."""
    gap = command.gap << 16
    match command:
        case Offload():
            flags = int(command.kill) | command.rs_valid << 1 | int(command.dropped) << 3
            flags |= command.mode << 4
            item = command.instruction
            head = ISSUE | flags << 8 | gap
            return head, item.word, item.rs1, item.rs2, command.commit_delay
        case RegisterWrite():
            return WRITE | gap, command.address, command.data, command.strobes
        case RegisterRead():
            return READ | gap, command.address
        case RegisterPoll():
            return POLL | gap, command.address, command.value, command.mask
        case Barrier():
            return (BARRIER | gap,)


def packed(stalls: Stalls) -> int:
    """Return the stalls as the memory in the bench top takes them: 8 bits a channel, 255: dead."""
    order = (stalls.ar, stalls.r, stalls.aw, stalls.w, stalls.b)
    return sum(min(int(value * 256), 255) << 8 * index for index, value in enumerate(order))


class TileHost(Host):
    """Driver of jobs for the tile level: the player in the bench top plays them."""

    def start_of_simulation_phase(self) -> None:
        """Let the player drive the pins."""
        self.store: NativeStore = self.cdb_get("store")
        self.played = 0
        dut = self.dut
        dut.command_count.value = 0
        dut.seed.value = self.cdb_get("seeds").word("tile")
        dut.tile.value = 1
        dut.play.value = 1

    def set_stalls(self, stalls: Stalls, *, result: float = 0.0, latency: int = 0) -> None:
        """Set the wait probabilities of the memory and of the result channel."""
        self.dut.stall.value = packed(stalls)
        self.dut.result_stall.value = int(result * 256)
        self.dut.latency.value = latency

    def set_lawless(self, *, twice: float = 0.0, other_id: float = 0.0) -> None:
        """Let the memory in the bench top break its rules."""
        self.dut.lawless.value = int(other_id * 255) << 8 | int(twice * 255)

    def forget(self) -> None:
        """The player forgets by itself in reset."""

    async def play(self, commands: list[Command]) -> None:
        """Return when nothing of the job is in flight at the ports."""
        if not commands:
            return
        self.played += self.store.add_commands(encode(command) for command in commands)
        self.dut.command_count.value = self.played
        await ReadWrite()
        while known(self.dut.finished) != self.played:
            await ValueChange(self.dut.finished)
