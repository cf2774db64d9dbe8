"""cocotb side of `compute_bench`: random programs against golden, and cycle counts of kernels."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, RisingEdge, with_timeout

from golden.operators.windows import Window, resolve_padding
from tests.rtl.compute.chip import DESC_WIDTH, Chip, Place
from tests.rtl.compute.program import BIAS, MAC_OPS, PERCH, VEC_OPS, Instruction, Numbers
from tests.rtl.compute.random_program import ALL_OPS, ProgramMaker

CLOCK_NS = 10
PLAY_LIMIT_US = 20_000


class Player:
    """Plays programs on the bench and compares the whole scratchpad."""

    def __init__(self, dut: Any) -> None:
        self.dut = dut
        self.rows, self.cols = int(dut.Rows.value), int(dut.Cols.value)
        self.depths = {
            "spad_depth": int(dut.SpadDepth.value),
            "wbuf_depth": int(dut.WbufDepth.value),
            "param_depth": int(dut.ParamDepth.value),
        }
        self.rng = np.random.default_rng(int(os.environ["RATEL_SEED"]))
        self.folder = Path(os.environ["RATEL_RESULTS_DIR"])
        self.spoil = False  # falsify a byte of what the hardware wrote

    def chip(self) -> Chip:
        """Memories with random contents."""
        return Chip.random(self.rng, rows=self.rows, cols=self.cols, **self.depths)

    async def start(self) -> None:
        """Start the clock and reset."""
        for name in ("rst_ni", "load_i", "dump_i", "play_i", "count_i", "deny_i"):
            getattr(self.dut, name).value = 0
        Clock(self.dut.clk_i, CLOCK_NS, unit="ns").start()
        await ClockCycles(self.dut.clk_i, 4)
        self.dut.rst_ni.value = 1
        await ClockCycles(self.dut.clk_i, 2)

    async def launch(self, chip: Chip, program: list[Instruction], *, deny: int = 0) -> None:
        """Load the memories and begin to play."""
        words = [p.descriptor(self.cols) | (int(p.wait) << DESC_WIDTH) for p in program]
        items = "\n".join(f"{word:x}" for word in words)
        (self.folder / "items.hex").write_text(items + "\n", encoding="ascii")
        chip.save(self.folder)
        dut = self.dut
        dut.load_i.value = 1
        await ClockCycles(dut.clk_i, 300 // self.cols + 2)  # the table is written meanwhile
        dut.load_i.value = 0
        dut.count_i.value = len(program)
        dut.deny_i.value = deny
        dut.play_i.value = 1

    async def play(self, chip: Chip, program: list[Instruction], *, deny: int = 0) -> int:
        """Run the program on the hardware and on the images; return the cycles it took.

        Raises AssertionError when a byte of the scratchpad differs.
        """
        await self.launch(chip, program, deny=deny)
        dut = self.dut
        await with_timeout(RisingEdge(dut.over_o), PLAY_LIMIT_US, "us")
        cycles = int(dut.cycles_o.value)
        await ClockCycles(dut.clk_i, 3)
        assert int(dut.idle_o.value) == 1, "not idle after the last instruction was done"
        assert int(dut.idle_early_o.value) == 0, "idle while an instruction was not done"
        self.counts = {
            name: int(getattr(dut, f"{name}_o").value)
            for name in (
                "steps",
                "macs",
                "fetch_stalls",
                "drain_stalls",
                "weight_reads",
                "parameter_reads",
            )
        }
        dut.dump_i.value = 1
        await ClockCycles(dut.clk_i, 2)
        dut.dump_i.value = 0
        dut.play_i.value = 0
        await ClockCycles(dut.clk_i, 2)
        self.compare(chip, program)
        return cycles

    def compare(self, chip: Chip, program: list[Instruction]) -> None:
        """Carry the program out on the images and compare."""
        held = None
        for one in program:
            held = one.run(chip, held)
        seen = chip.load_spad(self.folder)
        if self.spoil:
            seen = seen.copy()
            seen[tuple(self.rng.integers(0, seen.shape))] ^= 1
        if np.array_equal(seen, chip.spad):
            return
        bank, line, column = (int(axis[0]) for axis in np.nonzero(seen != chip.spad))
        told = "\n".join(str(one) for one in program)
        raise AssertionError(
            f"{np.count_nonzero(seen != chip.spad)} bytes differ, first bank {bank} line {line} "
            f"byte {column}: {seen[bank, line, column]:#x}, expected "
            f"{chip.spad[bank, line, column]:#x}, after\n{told}"
        )


@cocotb.test()
async def random_programs(dut: Any) -> None:
    """Programs of 1 to 12 random instructions, with and without refused reads."""
    player = Player(dut)
    await player.start()
    ops = tuple(os.environ.get("RATEL_OPS", " ".join(ALL_OPS)).split())
    for index in range(int(os.environ.get("RATEL_PROGRAMS", "40"))):
        chip = player.chip()
        maker = ProgramMaker(player.rng, chip)
        program = maker.program(1 + index % 12, ops)
        await player.play(chip, program, deny=[0, 0, 30, 160][index % 4])


@cocotb.test()
async def reads_what_it_needs(dut: Any) -> None:
    """Weights are read by what multiplies, parameters by those with a bias or a scale a channel.

    What is read in vain changes no result, but with check bits a wrong one there ends the job.
    """
    player = Player(dut)
    await player.start()
    met = set()
    for _ in range(80):
        chip = player.chip()
        (one,) = ProgramMaker(player.rng, chip).program(1, ALL_OPS)
        await player.play(chip, [one])
        wants = one.op in MAC_OPS, one.op in MAC_OPS and bool(one.flags & (PERCH | BIAS))
        reads = player.counts["weight_reads"] > 0, player.counts["parameter_reads"] > 0
        assert reads == wants, f"reads of weights, parameters: {reads}, needed: {wants}, by {one}"
        met.add(wants)
    assert met == {(False, False), (True, False), (True, True)}


@cocotb.test()
async def a_wrong_byte_is_seen(dut: Any) -> None:
    """The comparison fails when one bit of the scratchpad is not as expected."""
    player = Player(dut)
    await player.start()
    chip = player.chip()
    program = ProgramMaker(player.rng, chip).program(1, ALL_OPS)
    player.spoil = True
    try:
        await player.play(chip, program)
    except AssertionError as error:
        assert "1 bytes differ" in str(error)
        return
    raise AssertionError("a wrong byte was not seen")


@cocotb.test()
async def reset_at_any_time(dut: Any) -> None:
    """A reset in the middle of a program leaves nothing behind: the next program is right."""
    player = Player(dut)
    await player.start()
    for _ in range(int(os.environ.get("RATEL_PROGRAMS", "40"))):
        chip = player.chip()
        await player.launch(chip, ProgramMaker(player.rng, chip).program(6, ALL_OPS), deny=20)
        await ClockCycles(dut.clk_i, int(player.rng.integers(1, 400)))
        dut.rst_ni.value = 0
        dut.play_i.value = 0
        await ClockCycles(dut.clk_i, 1)
        dut.rst_ni.value = 1
        await ClockCycles(dut.clk_i, 1)
        assert int(dut.idle_o.value) == 1, "not idle after reset"
        chip = player.chip()
        await player.play(chip, ProgramMaker(player.rng, chip).program(3, ALL_OPS))


def centred(place: Place, target: Place, op: str, window: Window) -> Instruction:
    """A kernel with parameters an entry a block, as networks have it."""
    flags = PERCH | BIAS if op in MAC_OPS else 0
    return Instruction(
        op=op, source=place, target=target, window=window, flags=flags,
        source2=place if op in VEC_OPS else None, numbers=Numbers(in_zp=-128, out_zp=3),
    )  # fmt: skip


@cocotb.test()
async def kernel_cycles(dut: Any) -> None:
    """Cycles of typical kernels, operands on the chip, written to cycles.txt."""
    player = Player(dut)
    await player.start()
    rows, cols = player.rows, player.cols

    def kernel(
        op: str, shape: tuple[int, int, int], outputs: int, size: int, stride: int
    ) -> Instruction:
        window = resolve_padding(*shape[:2], kernel=(size, size), stride=(stride, stride))
        source = Place(shape=shape, base=0, pitch=shape[1], cbs=-(-shape[2] // cols))
        target = Place(
            shape=(window.out_h, window.out_w, outputs), base=source.lines(rows, cols)[1],
            pitch=window.out_w, cbs=-(-outputs // cols),
        )  # fmt: skip
        return centred(source, target, op, window)

    measured = {
        "conv3x3": [kernel("conv", (20, 24, 2 * cols), cols, 3, 1)],
        "gemm64": [kernel("conv", (1, 64, 64), 64, 1, 1)],
        "gemm32": [kernel("conv", (1, 32, 32), 32, 1, 1)],
        "pointwise": [kernel("conv", (24, 24, cols), cols, 1, 1)],
        "conv_c3": [kernel("conv", (24, 24, 3), cols, 3, 1)],
        "dw3x3_s1": [kernel("dwconv", (24, 24, cols), cols, 3, 1)],
        "dw3x3_s2": [kernel("dwconv", (32, 32, cols), cols, 3, 2)],
        "add": [kernel("add", (24, 24, cols), cols, 1, 1)],
        "copy": [kernel("copy", (24, 24, cols), cols, 1, 1)],
        "mixed": [
            kernel("conv", (24, 24, cols), cols, 3, 1),
            kernel("add", (24, 24, cols), cols, 1, 1),
            kernel("conv", (24, 24, cols), cols, 3, 1),
            kernel("maxpool", (24, 24, cols), cols, 3, 1),
            kernel("dwconv", (24, 24, cols), cols, 3, 1),
        ],
        "two_gemm64": [kernel("conv", (1, 64, 64), 64, 1, 1)] * 2,
        "four_gemm32": [kernel("conv", (1, 32, 32), 32, 1, 1)] * 4,
    }
    lines = []
    for name, program in measured.items():
        cycles = await player.play(player.chip(), program)
        floor = sum(floor_cycles(one, rows, cols) for one in program)
        lines.append(f"{name} {cycles} {floor} {floor / cycles:.4f}")
        dut._log.info(
            f"{name}: {cycles} cycles, floor {floor}: {floor / cycles:.1%} {player.counts}"
        )
    (player.folder / "cycles.txt").write_text("\n".join(lines) + "\n", encoding="ascii")


def floor_cycles(one: Instruction, rows: int, cols: int) -> int:
    """Cycles that the array cannot go below: MACs over its size; words over one a cycle."""
    height, width, channels = one.target.shape
    if one.op in MAC_OPS:
        return height * width * channels * one.steps // (rows * cols)
    return height * width * -(-channels // cols)
