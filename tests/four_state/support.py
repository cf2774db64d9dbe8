"""Builds the four-state bench with Icarus Verilog, runs a program on it and on the golden machine.

A run is right if it came to its end, no output was ever unknown, and every result, every register
read and every byte of memory is as the golden machine has it. Bytes that nobody wrote must have
stayed unknown.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from golden import isa_builders as isa
from golden.config import CoreConfig, load_config
from golden.isa import Instruction
from golden.isa_table import Counter
from golden.machine import Machine
from golden.memory import Memory
from golden.register_map import COUNTERS, offset_of
from golden.registers_table import REGISTERS
from honeyguide.sim.mistakes import find_mistakes
from tb.build import ROOT, core_design
from tb.env.registers import build_parameters

TOP = "ratel_four_state_tb"
BENCH = ROOT / "tb" / "four_state"
MEMORY_BYTES = 1 << 17  # Size of four_state_memory.v
MOST_SHOWN = 10
READ, WRITE, WAIT, RUN = range(4)  # steps of four_state_host.v
EXACT = {
    Counter.INSTRUCTIONS, Counter.BYTES_READ, Counter.BYTES_WRITTEN, Counter.STEPS, Counter.MACS,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An instruction as the CPU offers it; a killed one has no effect and no result."""

    instruction: Instruction
    kill: bool = False


@dataclass(kw_only=True)
class Job:
    """A program and what is in memory before it; all other bytes are unknown.

    Attributes:
        stall: probability of a wait, of 256, on each channel.
        before: cycles without reset, with everything unknown, before reset.
    """

    core: CoreConfig
    offers: list[Offer] = field(default_factory=list)
    memory: Memory = field(default_factory=lambda: unknown_memory())
    seed: int = 1
    stall: int = 0
    before: int = 0


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a simulation left: its output, its log by lines, and memory, -1 where unknown."""

    output: str
    log: list[list[str]]
    memory: np.ndarray


def unknown_memory() -> Memory:
    """Return a memory of which no byte is known until it is written."""
    memory = Memory(size=MEMORY_BYTES)
    memory.known[:] = False
    return memory


def compile_bench(config: str, folder: Path, *, rtl: Path = ROOT / "rtl") -> Path:
    """Return the bench with the core in `rtl`, compiled for a named configuration."""
    program = folder / f"four_state_{config}.vvp"
    values = load_config(config).verilog_parameters()
    # Icarus sees no loop, latch or second driver; a loop would never let it end.
    mistakes = [str(one) for one in find_mistakes(core_design(rtl), values)]
    assert not mistakes, "\n".join(mistakes)
    parameters = values.items()
    done = subprocess.run(
        [
            "iverilog", "-g2012", "-Wall", "-Wno-timescale", "-s", TOP, "-o", str(program),
            f"-I{rtl / 'include'}", *(f"-P{TOP}.{name}={size}" for name, size in parameters),
            *(str(path) for path in sorted([*rtl.rglob("*.v"), *BENCH.glob("*.v")])),
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"iverilog: {done.stderr}"
    assert not done.stderr, f"iverilog warns: {done.stderr}"
    return program


def steps() -> list[tuple[int, int, int]]:
    """Return what the host does: read all, run, read all, and one word through the doorbell."""
    offsets = [item.offset + 4 * index for item in REGISTERS for index in range(item.count)]
    read_all = [(READ, offset, 0) for offset in offsets]
    word = doorbell_word()
    doorbell = [
        (WRITE, offset_of("DB_RS1"), word.rs1),
        (WRITE, offset_of("DB_RS2"), word.rs2),
        (WRITE, offset_of("DB_INSTR"), word.word),
        (WAIT, 0, 40),
        (READ, offset_of("DB_RESULT"), 0),
    ]
    return [*read_all, (WRITE, offset_of("IRQ_ENABLE"), 3), (RUN, 0, 0), *read_all, *doorbell]


def doorbell_word() -> Instruction:
    """Return the instruction that goes through the doorbell in the end."""
    return isa.rdcnt(index=Counter.INSTRUCTIONS)


def simulate(bench: Path, job: Job, folder: Path) -> Run:
    """Run a job on a compiled bench."""
    folder.mkdir(parents=True, exist_ok=True)
    words = [program_line(offer) for offer in job.offers]
    (folder / "program.hex").write_text("\n".join(words) + "\n", encoding="ascii")
    script = [f"{kind:08x}{address:08x}{data:08x}" for kind, address, data in steps()]
    (folder / "script.hex").write_text("\n".join(script) + "\n", encoding="ascii")
    image = [
        f"{byte:02x}" if known else "xx"
        for byte, known in zip(job.memory.data, job.memory.known, strict=True)
    ]
    (folder / "memory.hex").write_text("\n".join(image) + "\n", encoding="ascii")
    done = subprocess.run(
        [
            "vvp", "-n", str(bench), "+program=program.hex", f"+count={len(words)}",
            "+script=script.hex", f"+steps={len(script)}", "+memory=memory.hex",
            "+memory_after=after.hex", "+log=log.txt", f"+seed={job.seed}", f"+stall={job.stall}",
            f"+before={job.before}",
        ],
        cwd=folder, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    after = folder / "after.hex"
    return Run(
        output=done.stdout + done.stderr,
        log=[line.split() for line in (folder / "log.txt").read_text("ascii").splitlines()],
        memory=read_memory(after) if after.exists() else np.full(MEMORY_BYTES, -1),
    )


def program_line(offer: Offer) -> str:
    """Return an entry of four_state_cpu.v; rs2 is unknown where the instruction has none."""
    item = offer.instruction.format
    rs2 = "x" * 8 if item and item.rs2_is_x0 else f"{offer.instruction.rs2:08x}"
    return f"{int(offer.kill):08x}{offer.instruction.word:08x}{offer.instruction.rs1:08x}{rs2}"


def read_memory(path: Path) -> np.ndarray:
    """Return what $writememh wrote, -1 where a bit is unknown; int16 [MEMORY_BYTES]."""
    words = [word for line in path.read_text("ascii").splitlines() if not line.startswith("//")
             for word in line.split()]  # fmt: skip
    return np.array([-1 if "x" in word.lower() else int(word, 16) for word in words], np.int16)


def differences(bench: Path, job: Job, folder: Path) -> list[str]:
    """Run a job; return a sentence for everything that is not as the golden machine has it."""
    run = simulate(bench, job, folder)
    lines = [line for line in run.output.splitlines() if line.strip()]
    if len(lines) != 1 or not lines[0].startswith("finished"):
        return [" / ".join(lines[:5]) or "the simulation said nothing"]
    return compare(job, run)


def compare(job: Job, run: Run) -> list[str]:
    """Return the differences between a run that finished and the golden machine, which runs now."""
    free = ~job.memory.known  # bytes that nobody may write
    machine = Machine(job.core, job.memory)
    results, lost = [], []
    for index, offer in enumerate(job.offers):
        if offer.kill:
            continue
        outcome = machine.execute(offer.instruction)
        if outcome.accepted:
            wanted = outcome.result if outcome.predictable else None
            returns = bool(offer.instruction.format and offer.instruction.format.result)
            results.append((index, wanted, offer.instruction.word >> 7 & 31, returns))
        written = outcome.memory_write
        if written is not None:
            inside = written.region.addresses().reshape(-1)
            free[inside[inside < MEMORY_BYTES]] = False
            if not outcome.error and not written.known.all():
                lost.append(f"entry {index} stores bytes that nobody wrote: no such test")
    registers = expected_registers(machine)
    doorbell = machine.execute(doorbell_word(), doorbell=True).result
    return [
        *lost,
        *compare_results(results, [line[1:] for line in run.log if line[0] == "result"]),
        *compare_reads(job.core, registers, doorbell, run.log),
        *compare_memory(job.memory, free, run.memory),
    ]


def compare_results(
    expected: Sequence[tuple[int, int | None, int, bool]], seen: Sequence[Sequence[str]]
) -> list[str]:
    """Compare results: entry, value (None: any), register, and whether it is written."""
    found = []
    seen = sorted(seen, key=lambda words: int(words[0]))  # rdcnt overtakes
    if [item[0] for item in expected] != [int(words[0]) for words in seen]:
        found.append(f"results of {len(expected)} entries expected, {len(seen)} seen, or others")
    for (index, value, rd, returns), words in zip(expected, seen, strict=False):  # as just told
        data, register, written = int(words[1], 16), int(words[2]), words[3] == "1"
        if written != returns or register != rd:
            found.append(
                f"entry {index}: x{register}, written {written}; expected x{rd}, {returns}"
            )
        if returns and value is not None and data != value:
            found.append(f"entry {index} returned {data:#x}, expected {value:#x}")
    return found


def expected_registers(machine: Machine) -> dict[int, int]:
    """Return what registers hold after the program, by offset, where the machine knows it."""
    error = machine.error
    values = {
        offset_of("STATUS"): int(error is not None) << 8,
        offset_of("IRQ_ENABLE"): 3,
        offset_of("IRQ_STATUS"): int(machine.irq_error) << 1 | int(machine.irq_done),
        offset_of("ERR_CAUSE"): machine.err_cause,
        offset_of("ERR_INSTR"): error.word if error else 0,
        offset_of("ERR_INDEX"): error.index if error else 0,
    }
    if error is None or error.detail is not None:
        values[offset_of("ERR_DETAIL")] = error.detail if error and error.detail else 0
    for counter in EXACT:
        if (value := machine.counter(counter)) is not None:
            values[COUNTERS + 4 * counter] = value
    return values


def compare_reads(
    core: CoreConfig, after: dict[int, int], doorbell: int | None, log: Sequence[Sequence[str]]
) -> list[str]:
    """Compare the host's reads: reset values before the program, `after`, the doorbell's result."""
    built = build_parameters(core)
    fresh = {item.offset: built.get(item.name, item.reset) for item in REGISTERS if item.count == 1}
    reads = [
        (int(words[1], 16), int(words[2], 16), words[3]) for words in log if words[0] == "read"
    ]
    count = sum(item.count for item in REGISTERS)
    if len(reads) != 2 * count + 1 or doorbell is None:
        return [f"{len(reads)} reads of registers, expected {2 * count + 1}"]
    expected = [fresh.get(offset) for offset, *_ in reads[:count]]
    expected += [after.get(offset) for offset, *_ in reads[count:-1]]
    return [
        f"register {offset:#x} is {data:#x} (response {response}), expected {value:#x}"
        for (offset, data, response), value in zip(reads, [*expected, doorbell], strict=True)
        if value is not None and (data != value or response != "0")
    ]


def compare_memory(golden: Memory, free: np.ndarray, seen: np.ndarray) -> list[str]:
    """Compare every byte: known ones by value, the free ones, which nobody wrote, are unknown."""
    wrong = golden.known & (seen != golden.data)
    stray = free & (seen >= 0)
    found = [
        f"memory {at:#x} is {seen[at]}, expected {golden.data[at]}" for at in np.flatnonzero(wrong)
    ]
    found += [
        f"memory {at:#x} was written by nobody, and is {seen[at]}" for at in np.flatnonzero(stray)
    ]
    return found[:MOST_SHOWN]


def has_icarus() -> bool:
    """Return whether Icarus Verilog is installed."""
    return shutil.which("iverilog") is not None and shutil.which("vvp") is not None
