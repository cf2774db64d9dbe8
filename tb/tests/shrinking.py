"""Tries programs on one simulation, one after the other, for who looks for the smallest that fails.

    <folder>/<n>.json  steps (tb/env/steps.py)  -->  <folder>/<n>.answer  how they failed, if so

Each program begins on a core that was reset, with all memories 0. `make shrink` starts this.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import cocotb
import pyuvm
from cocotb.triggers import First, RisingEdge, Timer

from tb.env.steps import Step, do
from tb.env.trace_records import forget_live
from tb.sequences.fresh import fresh
from tb.tests.base import RatelTest

QUIET = 5_000  # cycles without a movement until a program hangs; memories wait 100 at most
LONGEST_US = 5_000  # simulated time of one program


@pyuvm.test()
class Candidates(RatelTest):
    """Programs come as files; the last one is called `end`."""

    async def _run(self) -> None:
        await self.env.start()
        self.env.dut.quiet_limit.value = QUIET
        await self.body()
        self.forget_failures()
        self.finished = True

    async def body(self) -> None:
        """Try what comes."""
        folder = Path(os.environ["RATEL_CANDIDATES"])
        number = 0
        while not (folder / "end").exists():
            path = folder / f"{number}.json"
            if not path.exists():
                time.sleep(0.001)
                continue
            answer = await self.attempt(json.loads(path.read_text(encoding="utf-8")))
            temporary = folder / f"{number}.tmp"
            temporary.write_text(json.dumps(answer), encoding="utf-8")
            temporary.replace(folder / f"{number}.answer")
            number += 1

    async def attempt(self, steps: list[Step]) -> dict[str, Any] | None:
        """Do the steps on a fresh core; tell how they failed, None if they passed."""
        env = self.env
        await fresh(env)
        self.forget_failures()
        forget_live()
        env.difference.found = None
        env.difference.begin()
        job = cocotb.start_soon(do(env, steps))
        await First(job, RisingEdge(env.dut.hung), Timer(LONGEST_US, "us"))
        hung = not job.done()
        if hung:
            env.drain()
            env.failures.add("hang: it does not go on")
            env.difference.settle(finished=False, hung=True)
        messages, found = list(env.failures.messages), env.difference.found
        if hung:  # the reset ends what the job waits for
            await env.reset()
            await First(job, Timer(LONGEST_US, "us"))
        if not messages:
            return None
        return {"said": messages[0], **({} if found is None else found.as_json())}

    def forget_failures(self) -> None:
        """What failed was the program, not this test."""
        self.env.failures.messages.clear()
        self.env.failures.count = 0
        self.reports.count = 0
