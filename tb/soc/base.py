"""The base of the tests of the system: a RatelTest whose environment drives nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

from pyuvm import uvm_factory

from honeyguide.agents.axi import Stalls
from honeyguide.env.configuration import Speed
from honeyguide.env.tile import Recorder
from honeyguide.project import results_folder
from tb.env.ports import RatelConfiguration
from tb.soc.cpu import SystemRecorder
from tb.soc.environment import SystemEnvironment
from tb.tests.base import RatelTest

MEMORY_BYTES = 2 << 20


class SystemTest(RatelTest):
    """Subclasses load a program, boot and follow it in `body`.

    Attributes:
        quiet_cycles: cycles without any movement on Ratel's pins until a run counts as hung; the
            CPU may work alone for long.
    """

    env_type = SystemEnvironment
    env: SystemEnvironment
    quiet_cycles: ClassVar[int] = 1_000_000

    def build_phase(self) -> None:
        """Let the recorder know the system's devices."""
        uvm_factory().set_type_override_by_type(Recorder, SystemRecorder)
        super().build_phase()

    def configure(self) -> RatelConfiguration:
        """Only the CPU drives."""
        return RatelConfiguration.from_environment(
            speed=Speed.SYSTEM, memory_bytes=self.memory_bytes(), timeout_us=1 << 40,
            quiet_cycles=self.quiet_cycles,
        )  # fmt: skip

    def memory_bytes(self) -> int:
        """How much memory the program needs."""
        return MEMORY_BYTES

    def report_phase(self) -> None:
        """Also leave what the program printed."""
        super().report_phase()
        folder = results_folder()
        if folder is not None:
            (folder / "console.txt").write_text(self.env.cpu.console, encoding="utf-8")


def firmware_path() -> Path:
    """Return the ELF file named by RATEL_FIRMWARE."""
    return Path(os.environ["RATEL_FIRMWARE"])


def asked_stalls() -> tuple[Stalls, tuple[float, float]]:
    """Return the waits that RATEL_STALL asks for: of the memory, and of the CPU's ports."""
    stall = float(os.environ.get("RATEL_STALL", "0"))
    return Stalls(ar=stall, r=stall, aw=stall, w=stall, b=stall), (stall, stall)
