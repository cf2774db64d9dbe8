"""The environment of Ratel.

    agents --> order --> predictor (golden machine) --writes----> memory (scoreboard)
                     |       ^                      --expected--> results (scoreboard) <-- order
                     |       | doorbell words
                     +--> registers (checker), mirror, history, coverage

docs/verification.md has the whole picture.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from golden.isa import Instruction
from golden.machine import Machine
from golden.memory import Memory
from honeyguide.agents.axi import BurstSeen, ResponseSeen
from honeyguide.agents.axil import RegisterSeen
from honeyguide.agents.bus import known
from honeyguide.agents.irq import InterruptSeen
from honeyguide.env.checker import AnalysisImp
from honeyguide.env.host import offload
from honeyguide.env.order import History, Restarted
from honeyguide.project import coverage_wanted, results_folder
from tb.env.dependencies import Dependencies
from tb.env.ports import PortEnvironment
from tb.env.predicted import Begins, Executed, Predicted
from tb.env.predictor import Predictor
from tb.env.register_adapter import RegisterAdapter, RegisterPredictor, built_model
from tb.env.register_checker import LOOK, RegisterChecker
from tb.env.registers import SURVIVES
from tb.env.result_scoreboard import ResultScoreboard


def first_difference_wanted() -> bool:
    """Tell whether the run is repeated to be debugged."""
    return os.environ.get("RATEL_TRACE") == "stages"


class RatelEnvironment(PortEnvironment):
    """The agents, the golden machine, and who compares.

    Attributes:
        memory: write external memory here; it goes to the golden machine as well.
        machine: the golden machine.
        model: the register model; its mirror follows every access on the port.
        history: what the ports showed, for tests to look at.
    """

    looked_at = LOOK

    def build_phase(self) -> None:
        """Create golden machine, checkers, coverage."""
        super().build_phase()
        core = self.bench.core
        self._powered_up = False
        self._fences: dict[int | None, int] = {}  # index of a fence: mark of what it covers
        self.machine = Machine(core, Memory(size=self.bench.memory_bytes))
        self.cdb_set("machine", self.machine)
        if coverage_wanted():
            from tb.env.coverage import Coverage  # much to load

            self.coverage = Coverage.create("coverage", self)
        self.add_memory(self.machine.memory)
        self.predictor = Predictor.create("predictor", self)
        self.results = ResultScoreboard.create("results", self)
        self.registers = RegisterChecker.create("registers", self)
        self.dependencies = Dependencies.create("dependencies", self)
        self.history = History.create("history", self)
        self.model = built_model(core)
        self.cdb_set("registers", self.model)
        self.mirror = RegisterPredictor.create("mirror", self)
        if first_difference_wanted():
            from tb.env.first_difference_subscriber import FirstDifference  # likewise

            self.difference = FirstDifference.create("difference", self)

    def connect_phase(self) -> None:
        """Connect who looks at the ports: coverage first, so that it sees causes before effects."""
        super().connect_phase()
        seen, predicted = self.order.ap, self.predictor.ap
        if coverage_wanted():
            seen.connect(self.coverage.analysis_export)
            predicted.connect(self.coverage.predicted_export)
        for part in (self.predictor, self.results, self.registers, self.history, self.mirror):
            seen.connect(part.analysis_export)
        predicted.connect(self.registers.predicted_export)
        predicted.connect(self.dependencies.predicted_export)
        self.registers.doorbell.connect(self.predictor.doorbell_export)
        self.registers.predictor = self.predictor
        self.registers.results = self.results
        self.predictor.context = lambda: self.registers.mirror.stored["XIF_CONTEXT"]
        self.predictor.expected.connect(self.results.expected_export)
        self.predictor.writes.connect(self.memory.analysis_export)
        fences = AnalysisImp("fence_export", self, self.fence)
        self.predictor.ap.connect(fences)
        self.results.ap.connect(fences)
        if first_difference_wanted():
            self.milestones.connect(self.difference.milestone_export)
            predicted.connect(self.difference.predicted_export)
            self.results.ap.connect(self.difference.predicted_export)
            self._write_down()
        self.model.map.set_sequencer(self.sequencer, RegisterAdapter(self.mirror, self.drain))

    def _write_down(self) -> None:
        """Keep what the test does, for who wants to make it smaller."""
        from tb.env.steps import wanted, write_down

        folder = results_folder()
        if wanted() and folder is not None:
            write_down(self, folder)

    # ---- what a test does

    async def run(self, program: Sequence[Instruction]) -> None:
        """Issue a program that ends with a fence over CV-X-IF, and check everything."""
        await self.play(offload(program))

    @property
    def bursts(self) -> list[BurstSeen]:
        """Bursts on the memory port."""
        return self.history.bursts

    @property
    def responses(self) -> list[ResponseSeen]:
        """Responses on the memory port."""
        return self.history.responses

    @property
    def interrupts(self) -> list[InterruptSeen]:
        """Changes of the interrupt line."""
        return self.history.interrupts

    @property
    def registers_read(self) -> list[RegisterSeen]:
        """Answered reads of registers."""
        return self.history.registers_read

    # ---- what every environment says

    @property
    def quiet(self) -> bool:
        """After reset, or after a fence that returned."""
        return self.registers.quiet

    def check_quiet(self, cycle: int) -> None:
        """Compare the interrupt line."""
        self.registers.check_interrupt(bool(known(self.dut.irq)), cycle)
        self.registers.write_bursts.clear()
        self.dependencies.check()

    def fence(self, item: Predicted) -> None:
        """A fence was executed in the model, or has returned: what it covers is in memory."""
        if isinstance(item, Begins) or item.outcome.mnemonic != "fence" or item.outcome.error:
            return
        if isinstance(item, Executed):
            self._fences[item.outcome.index] = self.memory.mark()
        else:
            self.memory.settle(self._fences.pop(item.outcome.index, 0))

    def forget(self) -> None:
        """A reset: what was not finished may have happened or not."""
        self.predictor.forget()
        self.results.forget()
        self.dependencies.forget()
        self.memory.accept_all()
        self._fences.clear()
        if self._powered_up:
            self.machine.reset()
        else:
            self.machine.soft_reset()  # which sweeps the memories
        self._powered_up = False
        self.registers.reset()
        for name, register in self.model.registers.items():
            if not name.startswith(SURVIVES):
                register.reset()

    def cut_off(self) -> None:
        """An abort has ended: what was not finished, errors too, may have happened or not."""
        self.predictor.forget()
        self.results.forget()
        self.dependencies.forget(abort=True)
        self.memory.accept_all()
        self._fences.clear()
        self.machine.abort()
        self.registers.cut_off()
        self.log.note("abort")
        self.milestones.write(Restarted(counts=False))

    def power_up(self) -> None:
        """The reset pin: windows, locks and doorbell operands are forgotten, too."""
        self._powered_up = True
        self.registers.power_up()
        self.model.reset()

    def waiting_for(self) -> str:
        """The oldest instruction that misses something."""
        return self.predictor.waiting_for() or self.results.waiting_for()
