"""Bits that turn in the memories of the whole core; `test_options.py` runs them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cocotb
import numpy as np
import pyuvm
from cocotb.handle import Immediate
from cocotb.triggers import FallingEdge

from golden import isa_builders as isa
from golden.isa import Instruction
from golden.isa_table import ErrorCode
from golden.register_map import offset_of
from honeyguide.agents.axil import RegisterPoll, RegisterRead, RegisterWrite
from honeyguide.agents.xif import MACHINE, USER, Offload
from honeyguide.env.host import Command, offload
from honeyguide.project import count
from tb.env.ports import RatelConfiguration
from tb.sequences.layers import random_layer
from tb.tests.base import RatelTest

BUSY_OR_RESETTING = 1 << 5 | 1
SOFT_RESET, CLEAR_COUNTERS, VALID = 1, 2, 1 << 31
SOURCE, TARGET = 0x1003, 0x9001
PARAMETERS = ("u_bias", "u_mult", "u_shift")


# A memory, the word in it that is spoiled (-1: all), a program that reads it, and the bit of
# ERR_DETAIL that is its.
_Use = tuple[Any, int, list[Instruction], int]


class SpoiledTest(RatelTest):
    """Helpers: the memories of the core, with the width of a byte's lane."""

    lane, integrity = 13, 2

    def configure(self) -> RatelConfiguration:
        """Let the bench know that the memories are checked."""
        known = super().configure()
        return replace(known, core=replace(known.core, integrity=self.integrity))

    def memories(self) -> list[tuple[Any, int]]:
        """Return (handle, words) of every memory of the core."""
        top, core = self.env.dut.dut, self.configuration.core
        banks = [(top.u_spad.gen_bank[bank].u_sram, core.spad_depth) for bank in range(core.rows)]
        lanes = [(top.u_lut.gen_lane[lane].u_sram, 256 // core.cols) for lane in range(core.cols)]
        entries = [(getattr(top.u_pbuf, name), core.param_depth) for name in PARAMETERS]
        return [*banks, *lanes, *entries, (top.u_wbuf.u_sram, core.wbuf_depth)]

    @staticmethod
    def flip(memory: Any, word: int, bit: int) -> None:
        """Turn a bit; called between rising edges."""
        cell = memory.mem_q[word]
        cell.set(Immediate(int(cell.value) ^ 1 << bit))

    def uses(self) -> tuple[list[Instruction], dict[str, _Use]]:
        """Return what fills all memories, and a program that reads each of them."""
        core = self.configuration.core
        top, blocks = self.env.dut.dut, core.blocks(13)
        noise = self.seeds.stream("data").integers(0, 256, 0x1000, dtype=np.uint8)
        self.env.memory.write(SOURCE & ~3, noise)
        load = [
            isa.cfg_ld_shape(w=7, h=5, c=13, cbs=blocks),
            isa.cfg_ld_pitch(row_pitch=7 * 13, pix_pitch=13, p=7),
            isa.ld_t(addr=SOURCE, base=0),
            isa.ld_w(addr=SOURCE, first=0, count=64), isa.ld_p(addr=SOURCE & ~3, first=0, count=4),
            isa.ld_l(addr=SOURCE), isa.fence(),
        ]  # fmt: skip
        store = [
            isa.cfg_st_shape(w=7, h=5, c=13, cbs=blocks),
            isa.cfg_st_pitch(row_pitch=7 * 13, pix_pitch=13, p=7),
        ]
        shapes = [
            isa.cfg_in(w=7, h=5, c=13, cbs=blocks), isa.cfg_out(ow=7, oh=5, oc=13, cbs=blocks),
            isa.cfg_pitch(in_p=7, out_p=7), isa.cfg_kernel(kw=1, kh=1), isa.cfg_pad(),
            isa.cfg_act(), isa.cfg_scale(mult=1 << 30, shift=0),
        ]  # fmt: skip
        far = core.spad_depth // 2
        conv = [*shapes, isa.conv(in_base=0, out_base=far, wbase=0, pbase=0, flags=3)]
        lut = [*shapes, isa.lut(in_base=0, out_base=far)]
        result, plain = isa.st_t(addr=TARGET, base=far), isa.st_t(addr=TARGET, base=0)
        bank = top.u_spad.gen_bank[1].u_sram
        cases: dict[str, _Use] = {
            "spad by store": (bank, 2, [*store, plain], 1 << 4),
            "spad by execute": (bank, 2, [*store, *conv, result], 1 << 0),
            "weights": (top.u_wbuf.u_sram, 3, [*store, *conv, result], 1 << 1),
            **{
                name: (getattr(top.u_pbuf, name), 0, [*store, *conv, result], 1 << 2)
                for name in PARAMETERS
            },
        }
        for lane in range(core.cols):  # every index that the lane's pixels have, or it is not read
            memory = top.u_lut.gen_lane[lane].u_sram
            cases[f"table {lane}"] = memory, -1, [*store, *lut, result], 1 << 3
        return load, cases

    def spoil_word(self, turn: int, memory: Any, word: int) -> None:
        """Turn a bit of a word, of all if it is -1; which bit depends on the turn."""
        bit = self.lane * (turn % 5) + turn % self.lane
        for address in range(256 // self.configuration.core.cols) if word < 0 else (word,):
            self.flip(memory, address, bit)

    async def register(self, name: str) -> int:
        """Read a register."""
        await self.env.play([RegisterRead(address=offset_of(name))], check=False)
        return self.env.registers_read[-1].data


@pyuvm.test()
class PutRight(SpoiledTest):
    """Bits turn all the time, in all memories, one a byte: every result is exact; it is counted."""

    async def body(self) -> None:
        """Random layers."""
        core = self.configuration.core
        self.done = False
        spoiler = cocotb.start_soon(self.spoil())
        for index in range(count("RATEL_LAYERS", 12)):
            _, program = random_layer(
                core, self.env.memory.write, self.seeds.child(f"layer {index}"),
                memory_bytes=self.configuration.memory_bytes,
            )  # fmt: skip
            await self.env.run(program)
        self.done = True
        await spoiler
        seen = await self.register("MEMORY_ERRORS")
        assert seen >> 30 == 2 and not seen >> 16 & 0xFF, f"{seen:#x}"
        assert seen & 0xFFFF >= 20, f"only {seen & 0xFFFF} words that were read had a wrong bit"

    async def spoil(self) -> None:
        """Turn a bit of a byte that none turned in yet, every few cycles."""
        random = self.seeds.stream("bits")
        memories, spoiled = self.memories(), set[tuple[int, int, int]]()
        fall = FallingEdge(self.env.dut.clk)
        while not self.done:
            for _ in range(int(random.integers(1, 6))):
                await fall
            for which, (memory, words) in enumerate(memories):
                word = int(random.integers(words))
                lanes = len(memory.mem_q[0]) // self.lane
                place = which, word, int(random.integers(lanes))
                if place not in spoiled:
                    spoiled.add(place)
                    bit = self.lane * place[2] + int(random.integers(self.lane))
                    self.flip(memory, word, bit)


@pyuvm.test()
class Counted(SpoiledTest):
    """A wrong bit in one memory, each in its turn: what was put right there is counted."""

    async def body(self) -> None:
        """Load, turn a bit, use."""
        load, cases = self.uses()
        for turn, (name, (memory, word, program, _)) in enumerate(cases.items()):
            await self.env.run(load)
            clear = RegisterWrite(address=offset_of("CTRL"), data=CLEAR_COUNTERS)
            await self.env.play([clear], check=False)
            await FallingEdge(self.env.dut.clk)
            self.spoil_word(turn, memory, word)
            await self.env.run([*program, isa.fence()])
            counts = await self.register("MEMORY_ERRORS")
            assert counts & 0xFFFF and not counts >> 16 & 0xFF, f"{name}: {counts:#x}"


@pyuvm.test()
class Found(SpoiledTest):
    """A wrong bit in each memory: the job ends, no wrong byte gets out, the next job is exact."""

    lane, integrity = 9, 1

    async def body(self) -> None:
        """Load, turn a bit, use."""
        core = self.configuration.core
        load, cases = self.uses()
        for turn, (name, (memory, word, program, where)) in enumerate(cases.items()):
            await self.env.run(load)
            self.env.memory.write(TARGET, np.zeros(7 * 5 * 13, np.uint8))
            await FallingEdge(self.env.dut.clk)
            self.spoil_word(turn, memory, word)
            waits = [
                RegisterPoll(address=offset_of("ERR_PENDING"), mask=1, value=1),
                RegisterPoll(address=offset_of("STATUS"), mask=BUSY_OR_RESETTING, value=0),
            ]
            await self.env.play([*offload(program), *waits], check=False)
            cause = await self.register("ERR_CAUSE")
            assert cause & 0xFF == ErrorCode.INTEGRITY, f"{name}: {cause:#x}"
            detail = await self.register("ERR_DETAIL")
            assert detail == where, f"{name}: {detail:#x}"
            # What was predicted may have been stored or not, and nothing else.
            self.env.cut_off()
            clear = [
                RegisterWrite(address=offset_of("ERR_CAUSE"), data=VALID),
                RegisterWrite(address=offset_of("CTRL"), data=CLEAR_COUNTERS),
            ]
            counts = await self.register("MEMORY_ERRORS")
            assert counts >> 30 == 1 and counts >> 16 & 0xFF and not counts & 0xFFFF, name
            await self.env.play(clear, check=False)
            _, layer = random_layer(
                core, self.env.memory.write, self.seeds.child(name),
                memory_bytes=self.configuration.memory_bytes,
            )  # fmt: skip
            await self.env.run(layer)


@pyuvm.test()
class Swept(SpoiledTest):
    """Whoever comes after another finds every word of every memory 0, as does who resets."""

    async def body(self) -> None:
        """Fill all memories by the back door, let the next owner in, look at all of them."""
        for who, context, mode in (
            ("a user", 1, USER), ("another user", 2, USER), ("the machine", 2, MACHINE),
            ("a soft reset", 2, MACHINE),
        ):  # fmt: skip
            await FallingEdge(self.env.dut.clk)
            self.fill()
            if who == "a soft reset":
                reset: list[Command] = [
                    RegisterWrite(address=offset_of("CTRL"), data=SOFT_RESET),
                    RegisterPoll(address=offset_of("STATUS"), mask=BUSY_OR_RESETTING, value=0),
                ]
                await self.env.play(reset, check=False)
            chosen = RegisterWrite(address=offset_of("XIF_CONTEXT"), data=context)
            program = [Offload(instruction=one, mode=mode) for one in (isa.cfg_act(), isa.fence())]
            await self.env.play([chosen], check=False)
            await self.env.play(program, check=False)
            await FallingEdge(self.env.dut.clk)
            self.look(who)

    def fill(self) -> None:
        """Give every word of every memory a value that is not 0."""
        random = self.seeds.stream("left behind")
        for memory, words in self.memories():
            for word in range(words):
                bits = len(memory.mem_q[word])
                value = int.from_bytes(random.bytes(bits // 8 + 1), "little") | 1
                memory.mem_q[word].set(Immediate(value & (1 << bits) - 1))

    def look(self, who: str) -> None:
        """All words are 0, check bits too."""
        for memory, words in self.memories():
            left = [word for word in range(words) if int(memory.mem_q[word].value)]
            assert not left, f"{who} finds {len(left)} words in {memory._path}, first {left[0]}"
