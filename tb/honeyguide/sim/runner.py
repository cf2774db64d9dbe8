"""cocotb's Verilator runner without `--public-flat-rw`, and with a quiet, logged execution."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from cocotb_tools import runner as cocotb_runner

from honeyguide.place import full, plain
from honeyguide.sim.errors import HdlError
from honeyguide.sim.supervise import supervise
from honeyguide.sim.toolchain import MAIN, clean_environment, verilator

# Files so small that an edit changes few lines' worth, so large that reading headers is little.
SPLIT = ("--output-split", "8000", "--output-split-cfuncs", "800")


class QuietVerilator(cocotb_runner.Verilator):
    """Verilates one design and knows the environment that a cocotb simulation needs.

    cocotb's own runner makes every signal of the design public, which costs a factor of 3 to 18 in
    speed; here the caller's `.vlt` file names what is public. Waves are part of the build and never
    taken from the variable WAVES.
    """

    def __init__(self, *, trace_options: Sequence[str] = ()) -> None:
        super().__init__()
        self.trace_options = list(trace_options)

    def _simulator_in_path_build_only(self) -> None:
        self.executable = str(verilator())

    def _set_env_common(self) -> None:
        # In place of cocotb's, which begins with the whole environment and lets it overrule.
        self.env.update(clean_environment())

    def _build_command(self) -> list[list[str]]:
        self.waves = bool(self.trace_options)
        # cocotb has made every path a real one, which may be one that Verilator can't read.
        self.includes = [plain(path) for path in self.includes]
        for source in self._sources:
            source.value = plain(source.value)
        verilate = super()._build_command()[0]
        verilate = [word for word in verilate if word not in {"--public-flat-rw", "--trace"}]
        verilate[1:1] = [*self.trace_options, *SPLIT, "--make", "json"]
        # cocotb's main program, within ours
        cocotb_main = next(word for word in verilate if word.endswith("/verilator.cpp"))
        verilate[verilate.index(cocotb_main)] = str(plain(MAIN))
        return [verilate]

    def _execute_cmds(
        self, cmds: Sequence[list[str]], cwd: cocotb_runner.PathLike, stdout: TextIO | None = None
    ) -> None:
        if stdout is None:
            raise HdlError("a build needs a log file")
        for command in cmds:
            stdout.write(f"$ {' '.join(command)}\n")
            stdout.flush()
            code = supervise(command, cwd=Path(cwd), env=self.env, output=stdout.buffer)
            # Verilator does not notice that a disk is full and leaves files cut short.
            if code or full(self.build_dir):
                raise subprocess.CalledProcessError(code or 1, command)
