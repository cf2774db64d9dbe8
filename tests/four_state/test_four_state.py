"""Nothing unknown gets out of the core: programs on a simulator with four states.

Registers and memories are unknown until reset or a write, payloads while their valid is low, and
every byte of external memory that no program put there.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from golden import isa_builders as isa
from golden.config import CoreConfig, config_names, load_config
from golden.isa import Instruction
from golden.isa_table import Counter, MacFlag
from honeyguide.env.configuration import Seeds
from tb.build import ROOT
from tb.sequences.corners import Lines
from tb.sequences.layers import LAYERS, random_layer
from tb.sequences.slots import random_program
from tb.sequences.values import chance
from tests.four_state.support import (
    MEMORY_BYTES,
    Job,
    Offer,
    compare,
    compile_bench,
    differences,
    has_icarus,
    simulate,
)

pytestmark = [
    pytest.mark.sim,
    pytest.mark.external,
    pytest.mark.skipif(
        not has_icarus(), reason="iverilog is not installed (Debian: apt install iverilog)"
    ),
]

LENGTH = 24
STALLS = (0, 60, 150)
BEFORE = (0, 7)
# Registers that lose their reset: a fill level, a pointer, configuration, a counter, an enable, the
# state of an engine that is seen when it starts, and one that is seen only in the middle of a tile.
MISSING_RESETS = [
    ("lib/ratel_fifo.v", "count_q"),
    ("control/ratel_xif.v", "issue_ptr_q"),
    ("control/ratel_config.v", "config_q"),
    ("control/ratel_counters.v", "count_q"),
    ("control/ratel_regs.v", "irq_enable_q"),
    ("compute/ratel_exec_slots.v", "todo0_q"),
    ("compute/ratel_drain.v", "item_q"),
]
Bench = Callable[[str], Path]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Compiles a configuration once."""
    made: dict[str, Path] = {}

    def make(config: str) -> Path:
        if config not in made:
            made[config] = compile_bench(config, tmp_path_factory.mktemp("four_state"))
        return made[config]

    return make


def with_kills(program: list[Instruction], random: np.random.Generator) -> list[Offer]:
    """Return offers of a program, with killed copies of its instructions in between."""
    offers = []
    for instruction in program:
        if chance(random, 0.15):
            other = program[int(random.integers(len(program)))]
            offers.append(Offer(instruction=other, kill=True))
        offers.append(Offer(instruction=instruction))
    return offers


def random_job(config: str, seed: int) -> Job:
    """Return a job without a program, under waits and after cycles before reset that vary."""
    stall, before = STALLS[seed % len(STALLS)], BEFORE[seed % len(BEFORE)]
    return Job(core=load_config(config), seed=seed, stall=stall, before=before)


def program_job(config: str, seed: int) -> Job:
    """Return a random program in which instructions meet in every engine."""
    job = random_job(config, seed)
    random = Seeds(seed).stream("program")
    program = random_program(job.core, job.memory.write, random, length=LENGTH)
    job.offers = with_kills(program, random)
    return job


def layer_job(config: str, kind: str, seed: int) -> Job:
    """Return a random layer: odd shapes and pitches, tails, unknown bytes around everything."""
    job = random_job(config, seed)
    _, program = random_layer(
        job.core, job.memory.write, Seeds(seed).child(kind), kinds=[kind], memory_bytes=1 << 16
    )
    job.offers = [Offer(instruction=item) for item in program]
    return job


def smoke(core: CoreConfig, lines: Lines) -> list[Instruction]:
    """Return a load and a store among refusals, an illegal word and bus errors, and counters."""
    shape = {"w": 7, "h": 5, "c": 13, "cbs": core.blocks(13)}
    pitch = {"row_pitch": 7 * 13, "pix_pitch": 13, "p": 7}
    return [
        isa.rdcnt(index=Counter.INSTRUCTIONS),
        isa.st_t(addr=0, base=0),
        isa.fence(clear=1),
        isa.cfg_ld_shape(**shape),
        isa.cfg_ld_pitch(**pitch),
        isa.cfg_st_shape(**shape),
        isa.cfg_st_pitch(**pitch),
        isa.ld_t(addr=0x1003, base=3),
        isa.ld_t(addr=MEMORY_BYTES - 100, base=200),
        isa.fence(clear=1),
        isa.st_t(addr=MEMORY_BYTES - 100, base=3),
        isa.fence(clear=1),
        Instruction(0xFFFFFFFF),
        isa.st_t(addr=0x2001, base=3),
        isa.fence(done=1),
        isa.rdcnt(index=Counter.BYTES_WRITTEN),
        isa.rdcnt(index=Counter.CYCLES),
        isa.conv(in_base=0, out_base=1, wbase=0),
        isa.fence(clear=1),
        *lines.groups(),
        # Nothing is held yet.
        lines.compute("conv", 0, 1, 2, flags=int(MacFlag.ACC)),
        isa.fence(),
    ]


def smoke_job(config: str) -> Job:
    """Return the smoke program with the tensor that it moves."""
    job = Job(core=load_config(config))
    data = Seeds(1).stream("data").integers(0, 256, 5 * 7 * 13, dtype=np.uint8)
    job.memory.write(0x1003, data)
    lines = Lines(job.core, lambda address, data: None, Seeds(1).stream("lines"))
    job.offers = [Offer(instruction=item) for item in smoke(job.core, lines)]
    return job


@pytest.mark.parametrize("config", ["4x4", "8x8"])
def test_load_and_store(config: str, bench: Bench, tmp_path: Path) -> None:
    assert differences(bench(config), smoke_job(config), tmp_path) == []


@pytest.mark.parametrize("number", range(6))
def test_programs(number: int, seed: int, bench: Bench, tmp_path: Path) -> None:
    assert differences(bench("4x4"), program_job("4x4", 10 * seed + number), tmp_path) == []


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("kind", LAYERS)
def test_layers(kind: str, number: int, seed: int, bench: Bench, tmp_path: Path) -> None:
    assert differences(bench("4x4"), layer_job("4x4", kind, 10 * seed + number), tmp_path) == []


@pytest.mark.parametrize("config", [name for name in config_names() if name != "4x4"])
def test_a_program_on_the_other_configurations(
    config: str, seed: int, bench: Bench, tmp_path: Path
) -> None:
    assert differences(bench(config), program_job(config, seed), tmp_path) == []


def without_reset(text: str, register: str) -> str:
    """Return a module in which reset does nothing to a register.

    Raises:
        ValueError: the module has no such reset, or more than one.
    """
    pattern = rf"(if \(!rst_ni\)(?: begin)?(?:(?!\bend\b).)*?)\b{register}\b[^;]*?<= [^;]*;"
    changed, count = re.subn(pattern, r"\1;", text, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"{register} has {count} resets")
    return changed


@pytest.mark.parametrize(("file", "register"), MISSING_RESETS, ids=lambda word: Path(word).stem)
def test_a_missing_reset_is_seen(file: str, register: str, tmp_path: Path) -> None:
    rtl = tmp_path / "rtl"
    shutil.copytree(ROOT / "rtl", rtl)
    source = rtl / file
    source.write_text(without_reset(source.read_text("utf-8"), register), encoding="utf-8")
    bench = compile_bench("4x4", tmp_path, rtl=rtl)
    found = differences(bench, smoke_job("4x4"), tmp_path)
    found = found or differences(bench, layer_job("4x4", "split_k", 1), tmp_path)
    assert found and found[0].startswith("X on "), found


def test_an_unwritten_byte_that_is_stored_is_seen(bench: Bench, tmp_path: Path) -> None:
    job = smoke_job("4x4")
    job.memory.known[0x1003 + 100] = False
    assert differences(bench("4x4"), job, tmp_path)[0].startswith("X on m_axi_wdata_o")


def test_a_wrong_byte_result_or_register_is_seen(bench: Bench, tmp_path: Path) -> None:
    job = smoke_job("4x4")
    run = simulate(bench("4x4"), job, tmp_path)
    assert compare(job, run) == []
    address = 0x2001 + 7
    for wrong in (int(run.memory[address]) ^ 1, -1):
        memory = run.memory.copy()
        memory[address] = wrong
        assert compare(smoke_job("4x4"), replace(run, memory=memory)) != []
    memory = run.memory.copy()
    memory[0x2000] = 0
    assert "was written by nobody" in compare(smoke_job("4x4"), replace(run, memory=memory))[0]
    for kind, place in (("result", 2), ("read", 2)):
        at = max(index for index, words in enumerate(run.log) if words[0] == kind)
        log = [list(words) for words in run.log]
        log[at][place] = f"{int(log[at][place], 16) ^ 1:08x}"
        assert compare(smoke_job("4x4"), replace(run, log=log)) != []
    lost = [words for words in run.log if words[:2] != ["result", "0"]]
    assert compare(smoke_job("4x4"), replace(run, log=lost)) != []
