"""Drives `memory_bench` one clock cycle at a time, and keeps what every memory must hold."""

from __future__ import annotations

import os
import random
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge

from tests.rtl.memory.axi_memory import AxiMemory
from tests.rtl.memory.layout import Move, Shape

EX_LINES = 4  # the last lines of the scratchpad, for the writes of the pretended execute
CYCLE_LIMIT = 40_000


class Bench:
    """The design, its memory, and NumPy images of the memories on the chip.

    Attributes:
        spad: (lines, banks, Cols) uint8. wbuf: (words, Cols). pbuf: (entries, 9*Cols). lut: (256,).
        ex_reads, ex_writes: probability a cycle that the pretended execute reads or writes a bank.
        ex_checked, ex_refused: words it read (every one is compared) and was refused.
    """

    def __init__(self, dut: Any, *, base: int = 0x4321_0000) -> None:
        self.dut = dut
        self.shape = Shape(
            rows=int(dut.Rows.value), cols=int(dut.Cols.value),
            spad_depth=int(dut.SpadDepth.value), wbuf_depth=int(dut.WbufDepth.value),
            param_depth=int(dut.ParamDepth.value),
        )  # fmt: skip
        self.bus_bytes = int(dut.AxiDataWidth.value) // 8
        self.max_burst = int(dut.MaxBurst.value)
        self.rng = random.Random(int(os.environ["RATEL_SEED"]))
        self.memory = AxiMemory(
            bus_bytes=self.bus_bytes, max_burst=self.max_burst, base=base, rng=self.rng
        )
        shape = self.shape
        numbers = np.random.default_rng(self.rng.getrandbits(32))
        self.spad = numbers.integers(
            0, 256, (shape.spad_depth, shape.rows, shape.cols), dtype=np.uint8
        )
        self.wbuf = np.zeros((shape.wbuf_depth, shape.cols), dtype=np.uint8)
        self.pbuf = np.zeros((shape.param_depth, 9 * shape.cols), dtype=np.uint8)
        self.lut = np.zeros(256, dtype=np.uint8)
        self.ex_reads = 0.0
        self.ex_writes = 0.0
        self.ex_checked = 0
        self.ex_refused = 0
        self.ex_reading: list[tuple[int, bytes]] = []  # bank and word granted in the last cycle
        self.cycles = 0
        self.queues: dict[str, deque[Move]] = {"load": deque(), "store": deque()}
        self.results: dict[str, list[tuple[int, int, int]]] = {"load": [], "store": []}
        self.refused: dict[str, list[int]] = {"load": [], "store": []}  # by the windows, likewise
        self.started: dict[str, list[int]] = {"load": [], "store": []}
        self.counted = {"load": 0, "store": 0}
        self.status = 0

    async def start(self) -> None:
        """Start the clock, reset, and fill the scratchpad with what `spad` holds."""
        dut = self.dut
        Clock(dut.clk_i, 10, "ns").start()
        await self.reset()
        for line in range(self.shape.spad_depth):
            for bank in range(self.shape.rows):
                dut.ex_wr_i.value = self._ex_write(line, bank, bytes(self.spad[line, bank]))
                await FallingEdge(dut.clk_i)
        dut.ex_wr_i.value = 0
        await FallingEdge(dut.clk_i)
        found = await self.read_back()
        assert np.array_equal(found["spad"], self.spad), "execute's writes did not arrive"
        self.wbuf, self.pbuf, self.lut = found["wbuf"], found["pbuf"], found["lut"]

    async def reset(self, *, memory: bool = True) -> None:
        """Reset the design and forget what was in work; without `memory` it goes on answering."""
        dut = self.dut
        for name in ("abort_i", "abandon_i", "windows_i", "sweep_i", "r_id_i", "b_id_i",
                     "load_i", "store_i", "ready_i", "r_i", "b_i", "ex_wr_i",
                     "ex_rd_en_i", "ex_rd_addr_i", "buf_rd_addr_i", "lut_index_i"):  # fmt: skip
            getattr(dut, name).value = 0
        await FallingEdge(dut.clk_i)
        dut.rst_ni.value = 0
        dut.bus_rst_ni.value = 0
        await FallingEdge(dut.clk_i)
        await FallingEdge(dut.clk_i)
        dut.rst_ni.value = 1
        dut.bus_rst_ni.value = 1
        self.memory.held.clear()
        if memory:
            self.memory.forget()
        self._forget()
        await FallingEdge(dut.clk_i)

    async def give_up(self) -> None:
        """Abort, and reset the engines without waiting for the memory, which goes on."""
        dut = self.dut
        self.ex_reads = self.ex_writes = 0.0
        dut.abort_i.value = 1
        for queue in self.queues.values():
            queue.clear()
        for _ in range(20):
            await self.cycle()
        dut.abandon_i.value = 1
        await self.cycle()
        dut.abandon_i.value = 0
        dut.rst_ni.value = 0
        await self.cycle()
        await self.cycle()
        dut.rst_ni.value = 1
        dut.abort_i.value = 0
        self._forget()
        await self.cycle()

    def _forget(self) -> None:
        self.ex_reading.clear()
        for queue in self.queues.values():
            queue.clear()

    def _ex_write(self, line: int, bank: int, data: bytes) -> int:
        enables = (1 << self.shape.cols) - 1
        word = enables << 8 * self.shape.cols | int.from_bytes(data, "little")
        return word << 22 | line << 6 | bank << 1 | 1

    async def cycle(self) -> None:
        """Let one rising edge happen: offer what is to be offered, and note what is taken."""
        dut, memory = self.dut, self.memory
        status = int(dut.status_o.value)
        self.status = status
        for engine, bits in (("load", status & 15), ("store", status >> 4 & 15)):
            if bits & 2:
                address = int(getattr(dut, f"{engine}_err_addr_o").value)
                self.results[engine].append((bits >> 2 & 1, address, memory.now))
                self.refused[engine].append(status >> (20 if engine == "load" else 21) & 1)
            queue = self.queues[engine]
            offered = 0
            if queue:
                offered = queue[0].descriptor(self.shape) << 1 | 1
                if bits & 1:
                    queue.popleft()
                    self.started[engine].append(memory.now)
            getattr(dut, f"{engine}_i").value = offered
        self.counted["load"] += status >> 10 & 31
        self.counted["store"] += status >> 15 & 31
        ready, r, b = memory.step(
            int(dut.ar_o.value), int(dut.aw_o.value), int(dut.w_o.value),
            status >> 8 & 1, status >> 9 & 1,
            int(dut.ar_who_o.value), int(dut.aw_who_o.value),
        )  # fmt: skip
        dut.r_id_i.value = memory.r_id
        dut.b_id_i.value = memory.b_id
        dut.ready_i.value = ready
        dut.r_i.value = r
        dut.b_i.value = b
        self._execute()
        self.cycles += 1
        await FallingEdge(dut.clk_i)

    def _execute(self) -> None:
        """Read and write the lines that are execute's alone; this cycle's write is not yet read."""
        rng, shape, dut = self.rng, self.shape, self.dut
        if self.ex_reading:
            data = int(dut.ex_rd_data_o.value).to_bytes(shape.rows * shape.cols, "little")
            for bank, word in self.ex_reading:
                found = data[bank * shape.cols : (bank + 1) * shape.cols]
                assert found == word, f"execute's read of bank {bank}"
                self.ex_checked += 1
            self.ex_reading.clear()
        enables = 0
        if self.ex_reads:
            granted = int(dut.ex_rd_gnt_o.value)
            line = self._ex_line()
            for bank in range(shape.rows):
                if rng.random() < self.ex_reads:
                    enables |= 1 << bank
                    if granted >> bank & 1:
                        self.ex_reading.append((bank, bytes(self.spad[line, bank])))
                    else:
                        self.ex_refused += 1
            dut.ex_rd_addr_i.value = line
        dut.ex_rd_en_i.value = enables
        write = 0
        if rng.random() < self.ex_writes:
            line, bank, data = self._ex_line(), rng.randrange(shape.rows), rng.randbytes(shape.cols)
            self.spad[line, bank] = np.frombuffer(data, dtype=np.uint8)
            write = self._ex_write(line, bank, data)
        dut.ex_wr_i.value = write

    def _ex_line(self) -> int:
        return self.shape.spad_depth - 1 - self.rng.randrange(EX_LINES)

    async def finish(self, *, loads: int = 0, stores: int = 0, quiet: bool = True) -> None:
        """Run until so many instructions have ended from now on and both engines are idle.

        With `quiet` the memory must then have nothing left to send.
        """
        self.results["load"].clear()
        self.results["store"].clear()
        self.refused["load"].clear()
        self.refused["store"].clear()
        await self.until(
            lambda: (
                len(self.results["load"]) >= loads
                and len(self.results["store"]) >= stores
                and bool(self.status >> 3 & 1 and self.status >> 7 & 1)
            ),
            "the engines come to an end",
        )
        assert (len(self.results["load"]), len(self.results["store"])) == (loads, stores)
        assert self.memory.quiet() or not quiet
        await self.pause_execute()

    async def until(self, comes: Callable[[], bool], what: str) -> None:
        """Go on until something comes; it is an error if that takes CYCLE_LIMIT cycles.

        No test waits without a limit: what hangs is to be said soon.
        """
        began = self.cycles
        while not comes():
            await self.cycle()
            assert self.cycles - began < CYCLE_LIMIT, f"waited in vain until {what}"

    async def pause_execute(self) -> None:
        """End the pretended execute's accesses."""
        self.dut.ex_rd_en_i.value = 0
        self.dut.ex_wr_i.value = 0
        self.ex_reading.clear()
        await FallingEdge(self.dut.clk_i)

    def image(self, move: Move) -> np.ndarray:
        """Return the memory on the chip that a move reads or writes."""
        if move.op in {"ld.t", "st.t"}:
            return self.spad
        if move.op in {"ld.p", "ld.b"}:
            return self.pbuf
        return self.lut if move.op == "ld.l" else self.wbuf

    def apply(self, move: Move) -> None:
        """Do a load to the images."""
        image = self.image(move)
        for address, place in move.places(self.shape):
            image[place] = self.memory.data[address & 0xFFFF]

    async def read_back(self) -> dict[str, np.ndarray]:
        """Return what the memories on the chip hold now, read through their read ports."""
        dut, shape = self.dut, self.shape
        found = {name: getattr(self, name).copy() for name in ("spad", "wbuf", "pbuf", "lut")}
        deepest = max(shape.spad_depth, shape.wbuf_depth, shape.param_depth, 256 // shape.cols)
        dut.ex_rd_en_i.value = (1 << shape.rows) - 1
        dut.ready_i.value = dut.r_i.value = dut.b_i.value = 0  # the memory stands still
        for index in range(deepest):
            dut.ex_rd_addr_i.value = index % shape.spad_depth
            dut.buf_rd_addr_i.value = index
            first = index * shape.cols
            dut.lut_index_i.value = int.from_bytes(
                bytes((first + lane) & 0xFF for lane in range(shape.cols)), "little"
            )
            await FallingEdge(dut.clk_i)
            if index < shape.spad_depth:
                line = to_bytes(dut.ex_rd_data_o, shape.rows * shape.cols)
                found["spad"][index] = line.reshape(shape.rows, shape.cols)
            if index < shape.wbuf_depth:
                found["wbuf"][index] = to_bytes(dut.wbuf_rd_data_o, shape.cols)
            if index < shape.param_depth:
                found["pbuf"][index] = to_bytes(dut.pbuf_rd_data_o, 9 * shape.cols)
            if first < 256:
                found["lut"][first : first + shape.cols] = to_bytes(dut.lut_rd_data_o, shape.cols)
        dut.ex_rd_en_i.value = 0
        return found

    async def compare(self) -> None:
        """Compare all memories on the chip with their images."""
        for name, found in (await self.read_back()).items():
            wrong = np.argwhere(found != getattr(self, name))
            assert wrong.size == 0, f"{name}{list(map(int, wrong[0]))}: {len(wrong)} bytes differ"

    async def adopt(self, *, but: list[Move] | None = None) -> None:
        """Take what the chip holds as the images; only bytes that `but` writes may have changed."""
        found = await self.read_back()
        if but is not None:
            free = {name: np.zeros(image.shape, dtype=bool) for name, image in found.items()}
            for move in but:
                name = {"ld.t": "spad", "ld.p": "pbuf", "ld.b": "pbuf", "ld.l": "lut"}.get(
                    move.op, "wbuf"
                )
                for _, place in move.places(self.shape):
                    free[name][place] = True
            for name, image in found.items():
                wrong = (image != getattr(self, name)) & ~free[name]
                assert not wrong.any(), f"{name}: a byte outside the destination changed"
        for name, image in found.items():
            setattr(self, name, image)


def to_bytes(handle: Any, length: int) -> np.ndarray:
    """Return a packed signal as bytes, the lowest first."""
    return np.frombuffer(int(handle.value).to_bytes(length, "little"), dtype=np.uint8).copy()
