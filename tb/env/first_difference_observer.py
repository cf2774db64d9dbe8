"""Watches any test of the bench and leaves its first difference. Loaded only when a run is repeated
to be debugged: as a cocotb test module in front of the test's own, so that other runs pay nothing.

    COCOTB_TEST_MODULES=tb.env.first_difference_observer,tb.tests.layers

Needs RATEL_TRACE=stages and a simulation built with stage_trace.sv. Leaves in the results folder

    difference.json    the first difference and the cycles to look at
    trace.log          one line an instruction
"""

from __future__ import annotations

import functools
import json
import logging
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from golden.assembler import disassemble_instruction
from golden.isa import Instruction
from golden.machine import Outcome
from honeyguide.agents.xif.item import CommitSeen, ResultSeen
from honeyguide.env.settings import results_folder
from sw.compiler.program import NpuPhase
from tb.env import environment
from tb.env.environment import Environment
from tb.env.first_difference import Difference, Job, Stage, first_difference
from tb.env.first_difference_golden import (
    VECTOR,
    GoldenInstruction,
    after,
    group_words,
    request_of,
    vector_accumulators,
)
from tb.env.first_difference_records import Recording, live_count, read_live, sort_records
from tb.env.first_difference_transcript import HEADER, transcript_lines
from tb.env.predictor import Entry, Predictor
from tb.tests import base, network
from tb.tests.base import RatelTest

log = logging.getLogger("ratel.difference")


class Observer:
    """What happened since the core was last idle and right; one for each environment."""

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.found: Difference | None = None
        self.transcript = [HEADER]
        self.commit_cycle: int | None = None
        self.labels: list[str] = []
        self.begin()

    def begin(self) -> None:
        """A new stretch: the core is idle, and golden and RTL agree as far as anybody knows."""
        self.goldens: dict[int, GoldenInstruction] = {}
        self.layers: dict[int, str] = {}
        self.first_record = live_count()
        self.groups = group_words(self.env.machine)
        storage = self.env.machine.storage
        self.before = {
            "spad": (storage.spad.reshape(-1).view(np.uint8).copy(),
                     storage.spad_known.reshape(-1).copy()),
            "wbuf": (storage.wbuf.reshape(-1).view(np.uint8).copy(),
                     storage.wbuf_known.reshape(-1).copy()),
        }  # fmt: skip

    def label(self, phase: NpuPhase, describe: Callable[[int, Any], str]) -> None:
        """The next job is this phase of a network."""
        self.labels = [describe(step.layer, step.part) for step in phase.steps]

    # ---- what the predictor does

    def execute(
        self,
        original: Callable[..., Outcome],
        target: Predictor,
        instruction: Instruction,
        **how: Any,
    ) -> Outcome:
        """Run an instruction in the golden machine and keep what it did."""
        machine = target.machine
        request = request_of(machine, instruction.word, instruction.rs1, instruction.rs2)
        inside = None
        if request is not None and request.format.name in VECTOR:
            inside = self._inside(request)
        outcome = original(target, instruction, **how)
        if outcome.index is not None:
            golden = GoldenInstruction(outcome=outcome, request=request)
            if outcome.error is None:
                golden.accumulators = inside
            after(machine, golden)
            if self.labels:
                self.layers[outcome.index] = self.labels.pop(0)
            self.goldens[outcome.index] = golden
        return outcome

    def _inside(self, request: Any) -> Any:
        try:
            return vector_accumulators(request, self.env.machine.storage)
        except (ValueError, IndexError):  # operands that the checks are about to refuse
            return None

    # ---- ends of stretches

    def settle(self, *, finished: bool) -> Recording:
        """Look for the first difference in this stretch, and add it to the transcript."""
        recording = sort_records(read_live(self.first_record))
        self.transcript += transcript_lines(recording.instructions, self.goldens, self.layers)
        if self.found is None:
            job = Job(
                core=self.env.configuration.core, goldens=self.goldens, recording=recording,
                before=self.before, groups=self.groups, layers=self.layers, finished=finished,
            )  # fmt: skip
            self.found = first_difference(job)
            if self.found is None and self.env.failures.count:
                self.found = self.from_message(self.env.failures.messages[0], recording)
            if self.found is not None:
                log.warning("first difference: %s", self.found.sentences())
                self.write()
        return recording

    def from_message(self, message: str, recording: Recording) -> Difference:
        """A failure that no instruction's values explain: ports, registers, the bench itself."""
        told = re.search(r"cycle (\d+)", message)
        cycle = int(told.group(1)) if told else recording.last_cycle
        named = re.search(r"instruction (\d+)", message)
        index = int(named.group(1)) if named else None
        quoted = re.match(r"`([^`]+)`", message)  # an instruction at the port: it has no index yet
        if quoted and told:
            offered = [i for i, golden in self.goldens.items() if golden.issued == cycle]
            index = offered[0] if offered else None
        elif index is None:
            taken = [i for i, r in recording.instructions.items() if (r.retired or 0) <= cycle]
            index = max(taken, default=None)
        golden = self.goldens.get(-1 if index is None else index)
        return Difference(
            stage=Stage.CONTROL, what=message, cycle=cycle, index=index,
            text=quoted.group(1) if quoted else "" if golden is None
            else disassemble_instruction(golden.outcome.instruction),
            issued=None if golden is None else golden.issued,
            evidence="every value inside the engines is right",
        )  # fmt: skip

    def write(self) -> None:
        """Leave what is known so far."""
        folder = results_folder()
        if folder is None:
            return
        text = "\n".join([*self.transcript, ""])
        (folder / "trace.log").write_text(text, encoding="utf-8")
        if self.found is not None:
            document = {**self.found.as_json(), "messages": self.env.failures.messages}
            text = json.dumps(document, indent=1)
            (folder / "difference.json").write_text(text, encoding="utf-8")


def observer_of(env: Environment) -> Observer:
    """The observer of an environment."""
    return env.difference_observer  # type: ignore[attr-defined, no-any-return]


def wrap(owner: type, name: str) -> Callable[[Callable[..., Any]], None]:
    """Put a function around a method: it gets the original and the method's arguments."""
    original = getattr(owner, name)

    def put(around: Callable[..., Any]) -> None:
        @functools.wraps(original)
        def method(self: Any, *args: Any, **kwargs: Any) -> Any:
            return around(original, self, *args, **kwargs)

        setattr(owner, name, method)

    return put


@wrap(environment.Environment, "build_phase")
def _build(original: Callable[..., None], env: Environment) -> None:
    original(env)
    env.difference_observer = Observer(env)  # type: ignore[attr-defined]
    env.predictor.difference_observer = env.difference_observer  # type: ignore[attr-defined]


@wrap(Environment, "play")
async def _play(
    original: Callable[..., Any], env: Environment, commands: Any, *, check: bool = True
) -> None:
    await original(env, commands, check=check)
    observer = observer_of(env)
    idle = check and env.registers.quiet
    if idle or env.failures.count:
        observer.settle(finished=idle)
        if idle and observer.found is None:
            observer.begin()


@wrap(Environment, "forget_in_flight")
def _forget(original: Callable[..., None], env: Environment) -> None:
    original(env)
    observer_of(env).begin()


@wrap(Predictor, "execute")
def _execute(
    original: Callable[..., Outcome], target: Predictor, instruction: Instruction, **how: Any
) -> Outcome:
    observer: Observer = target.difference_observer  # type: ignore[attr-defined]
    return observer.execute(original, target, instruction, **how)


@wrap(Predictor, "commit")
def _commit(original: Callable[..., None], target: Predictor, seen: CommitSeen) -> None:
    target.difference_observer.commit_cycle = seen.cycle  # type: ignore[attr-defined]
    original(target, seen)


@wrap(Predictor, "_decide")
def _decide(original: Callable[..., None], target: Predictor, entry: Entry) -> None:
    original(target, entry)
    observer: Observer = target.difference_observer  # type: ignore[attr-defined]
    if entry.outcome is not None and entry.outcome.index in observer.goldens:
        golden = observer.goldens[entry.outcome.index]
        golden.issued, golden.committed = entry.cycle, observer.commit_cycle


@wrap(Predictor, "_compare")
def _compare(
    original: Callable[..., None], target: Predictor, entry: Entry, seen: ResultSeen
) -> None:
    original(target, entry, seen)
    observer: Observer = target.difference_observer  # type: ignore[attr-defined]
    if entry.outcome is not None and entry.outcome.index in observer.goldens:
        observer.goldens[entry.outcome.index].answered = seen.cycle


@wrap(RatelTest, "_run")
async def _run(original: Callable[..., Any], test: RatelTest) -> None:
    try:
        await original(test)
    except BaseException as error:  # also what cocotb ends a task with
        test.env.failures.messages.append(str(error))
        test.env.failures.count += 1
        observer_of(test.env).settle(finished=False)
        raise


@wrap(base.RatelTest, "check_phase")
def _check(original: Callable[..., None], test: RatelTest) -> None:
    observer = observer_of(test.env)
    if observer.found is None:
        observer.settle(finished=False)
        observer.write()
    original(test)


@wrap(network.Network, "play")
async def _network(original: Callable[..., Any], test: Any, phase: NpuPhase, expected: Any) -> None:
    graph = test.debugged_network

    def describe(layer: int, part: Any) -> str:
        if layer < 0:
            return ""
        operator = graph.layers[layer].operator
        name = "" if part is None else f", tensor {graph.tensors[part.tensor].name!r}"
        return f"layer {layer} {operator}{name}"

    observer_of(test.env).label(phase, describe)
    await original(test, phase, expected)


@wrap(network.Network, "body")
async def _body(original: Callable[..., Any], test: Any) -> None:
    imported = network.import_network

    def remember(path: Any) -> Any:
        test.debugged_network = imported(path)
        return test.debugged_network

    network.import_network = remember
    try:
        await original(test)
    finally:
        network.import_network = imported
