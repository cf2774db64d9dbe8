"""The base of every test: brings the bench up, runs `body`, and lets nothing pass by accident.

pyuvm passes a test that raises no objection, and an ERROR in the log fails nothing. So this class
counts for itself; tests/sim/test_false_pass.py proves each rule by breaking it.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import cocotb
from cocotb.triggers import RisingEdge, SimTimeoutError, select, with_timeout
from pyuvm import uvm_test

from honeyguide.env.failures import ErrorLogWatch, FailedRunError
from honeyguide.env.seeds import Seeds
from honeyguide.env.settings import results_folder
from tb.coverage.attach import Coverage, attach
from tb.env.configuration import BenchConfiguration
from tb.env.environment import Environment

log = logging.getLogger("ratel.test")
logging.getLogger("ratel").setLevel(logging.INFO)


class RatelTest(uvm_test):
    """Subclasses write `body`; `self.env` is up and the core is out of reset.

    Attributes:
        minimum_comparisons: fewer than this many fail the test.
    """

    minimum_comparisons = 1

    def build_phase(self) -> None:
        """Create the environment."""
        self.watch = ErrorLogWatch()
        self.watch.__enter__()
        self.objections = 0
        self.finished = False
        self.seeds = Seeds.from_environment()
        self.configuration = self.configure()
        self.env = self.create_environment()
        self.coverage: Coverage | None = None

    def create_environment(self) -> Environment:
        """Create the environment; the bench's own tests put broken parts in here."""
        return Environment("env", self, self.configuration, self.seeds)

    def configure(self) -> BenchConfiguration:
        """Choose the configuration; tests that need a special one override this."""
        return BenchConfiguration.from_environment()

    def raise_objection(self, *args: Any, **kwargs: Any) -> None:
        """Raise an objection, and remember that somebody did."""
        self.objections += 1
        super().raise_objection(*args, **kwargs)

    async def run_phase(self) -> None:
        """Bring the bench up, run the body against the clock, and look at what is left."""
        self.raise_objection()
        try:
            await self._run()
        finally:
            self.drop_objection()

    async def _run(self) -> None:
        dut = cocotb.top
        self.coverage = attach(self.env)
        await self.env.start(dut)
        limit = self.configuration.timeout_us
        try:
            which, _ = await with_timeout(select(self.body(), RisingEdge(dut.hung)), limit, "us")
        except SimTimeoutError:
            self.env.drain()
            raise FailedRunError(f"time-out after {limit} us of simulated time") from None
        if which == 1:
            self.env.drain()
            what = "nothing is pending in the bench"
            if self.env.predictor.pending:
                what = self.env.predictor.describe_pending()
            raise FailedRunError(
                f"hang: no pin moved for {int(dut.quiet_limit.value)} cycles; {what}"
            )
        self.finished = True

    async def body(self) -> None:
        """What the test does."""
        raise NotImplementedError

    def check_phase(self) -> None:
        """Raise FailedRunError unless the test really checked something and found nothing wrong."""
        self.watch.__exit__(None, None, None)
        failures = self.env.failures
        if not self.objections:
            failures.add("the test raised no objection, so it did nothing")
        elif not self.finished:
            failures.add("the test's body did not come to its end")
        if self.finished:
            self.env.finish()
        if self.env.comparisons < self.minimum_comparisons:
            failures.add(
                f"only {self.env.comparisons} comparisons, at least "
                f"{self.minimum_comparisons} are wanted"
            )
        if self.watch.count:
            failures.add(f"{self.watch.count} ERRORs were logged, first {self.watch.first}")
        self._write_log()
        failures.raise_if_any()
        log.info(
            "PASS %s: %d comparisons, %d cycles, log %s",
            type(self).__name__, self.env.comparisons, int(cocotb.top.cycle.value),
            self.env.log.digest(),
        )  # fmt: skip

    def _write_log(self) -> None:
        folder = results_folder()
        if folder is not None:
            text = "\n".join([*self.env.log.lines, ""])
            Path(folder, "transactions.txt").write_text(text, encoding="utf-8")
            if self.coverage is not None:
                self.coverage.write(folder)
