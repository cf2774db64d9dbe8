"""The base of every test: brings the bench up, runs `body`, and lets nothing pass by accident.

pyuvm passes a test that raises no objection, and an ERROR in the log fails nothing. So this class
counts for itself:

    build_phase    configuration into the ConfigDB, overrides of the level, environment
    run_phase      `body` against the clock and against silence
    check_phase    every checker: is something left over? then the rules for all tests
    report_phase   every component its summary; the transaction log
    final_phase    PASS, or the first thing that was wrong
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, ClassVar

import cocotb
from cocotb.triggers import RisingEdge, SimTimeoutError, select, with_timeout
from pyuvm import uvm_test

from honeyguide.env.checker import ErrorReports, FailedRunError, Failures
from honeyguide.env.configuration import BenchConfiguration, Seeds
from honeyguide.env.environment import Environment
from honeyguide.env.tile import choose_level
from honeyguide.project import results_folder

log = logging.getLogger("honeyguide.test")
logging.getLogger("honeyguide").setLevel(logging.INFO)


class BaseTest(uvm_test):
    """Subclasses write `body`; `self.env` is up and the core is out of reset.

    Attributes:
        env_type: the core's environment.
        minimum_comparisons: fewer than this many fail the test.
    """

    env_type: ClassVar[type[Environment]]
    minimum_comparisons = 1

    def build_phase(self) -> None:
        """Create the environment. To override parts of it, do so before."""
        self.reports = ErrorReports()
        self.objections = 0
        self.finished = False
        self.seeds = Seeds.from_environment()
        self.configuration = self.configure()
        choose_level(self.configuration.speed)
        self.cdb_set("bench", self.configuration)
        self.cdb_set("dut", cocotb.top)
        self.cdb_set("seeds", self.seeds)
        self.env: Any = self.env_type.create("env", self)

    def configure(self) -> BenchConfiguration:
        """Choose the configuration; tests that need a special one override this."""
        raise NotImplementedError

    @property
    def failures(self) -> Failures:
        """What is wrong so far."""
        return self.env.failures  # type: ignore[no-any-return]

    def raise_objection(self, *args: Any, **kwargs: Any) -> None:
        """Raise an objection, and remember that somebody did."""
        self.objections += 1
        super().raise_objection(*args, **kwargs)

    async def run_phase(self) -> None:
        """Bring the bench up, run the body against the clock, and look at what is left."""
        self.raise_objection()
        try:
            await self._run()
        except BaseException as error:  # also what cocotb ends a task with
            self.env.broke(str(error))
            raise
        finally:
            self.drop_objection()

    async def _run(self) -> None:
        dut: Any = cocotb.top
        await self.env.start()
        limit = self.configuration.timeout_us
        try:
            which, _ = await with_timeout(select(self.body(), RisingEdge(dut.hung)), limit, "us")
        except SimTimeoutError:
            raise FailedRunError(f"time-out after {limit} us of simulated time") from None
        if which == 1:
            self.env.drain()
            what = self.env.waiting_for() or "nothing is pending in the bench"
            raise FailedRunError(f"hang: {self._still(dut)}; {what}")
        self.finished = True

    @staticmethod
    def _still(dut: Any) -> str:
        """Say what shows that the core does not go on."""
        if int(dut.quiet.value) > int(dut.quiet_limit.value):
            return f"no pin moved for {int(dut.quiet_limit.value)} cycles"
        return f"{int(dut.transfers.value)} transfers of AXI4 in a row, and nothing else moved"

    async def body(self) -> None:
        """What the test does."""
        raise NotImplementedError

    def check_phase(self) -> None:
        """Fail unless the test really checked something; the checkers have spoken before."""
        if not self.objections:
            self.failures.add("the test raised no objection, so it did nothing")
        elif not self.finished:
            self.failures.add("the test's body did not come to its end")
        made, wanted = self.env.comparisons, self.minimum_comparisons
        if not made:
            self.failures.add("nothing was compared")
        elif made < wanted:
            self.failures.add(f"only {made} comparisons, at least {wanted} are wanted")
        if self.reports.count:
            self.failures.add(
                f"{self.reports.count} ERRORs were logged, first {self.reports.first}"
            )
        if unseen := self.reports.unseen():
            self.failures.add(f"loggers keep their records to themselves: {', '.join(unseen)}")

    def report_phase(self) -> None:
        """Leave the transaction log."""
        folder = results_folder()
        if folder is not None:
            text = "\n".join([*self.env.log.lines, ""])
            Path(folder, "transactions.txt").write_text(text, encoding="utf-8")

    def final_phase(self) -> None:
        """Raise FailedRunError with the first thing that was wrong."""
        self.reports.close()
        self.failures.raise_if_any()
        dut: Any = cocotb.top
        log.info(
            "PASS %s: %d comparisons, %d cycles, log %s",
            type(self).__name__, self.env.comparisons, int(dut.cycle.value),
            self.env.log.digest(),
        )  # fmt: skip
