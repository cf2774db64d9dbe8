"""Benches of the system with one thing wrong each; tests/soc/test_no_false_pass.py runs them."""

from __future__ import annotations

import logging
from typing import ClassVar

import pyuvm
from pyuvm import uvm_factory

from honeyguide.env.scoreboard import MemoryScoreboard
from tb.soc.environment import SystemEnvironment
from tb.soc.network import Network
from tb.soc.program import Program
from tb.soc.random_programs import RandomPrograms


class Overridden(RandomPrograms):
    """Random programs with a part of the environment replaced."""

    instead: ClassVar[dict[type, type]] = {}

    def build_phase(self) -> None:
        """Override parts, then build."""
        for part, broken in self.instead.items():
            uvm_factory().set_type_override_by_type(part, broken)
        super().build_phase()


@pyuvm.test()
class SoundPrograms(Overridden):
    """Nothing is wrong here."""


class BlindScoreboard(MemoryScoreboard):
    """Compares no byte of memory."""

    def check(self, cycle: int) -> None:
        pass


@pyuvm.test()
class NeverComparesMemory(Overridden):
    instead = {MemoryScoreboard: BlindScoreboard}


class BlindEnvironment(SystemEnvironment):
    """Compares nothing when the program asks for it."""

    def checkpoint(self) -> None:
        pass


@pyuvm.test()
class IgnoresMarks(Overridden):
    instead = {SystemEnvironment: BlindEnvironment}


@pyuvm.test()
class RunsNothing(Program):
    async def body(self) -> None:
        self.env.load([])


@pyuvm.test()
class LogsAnError(Program):
    async def body(self) -> None:
        await super().body()
        logging.getLogger("somebody.else").error("this is wrong")


@pyuvm.test()
class SkipsLayers(Network):
    """The checker of layers returns at once."""

    async def body(self) -> None:
        self.checker.check = lambda *_: None  # type: ignore[method-assign]
        await super().body()
