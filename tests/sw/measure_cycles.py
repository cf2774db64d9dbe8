"""Measure the networks of measured_networks.py on the RTL: python -m tests.sw.measure_cycles.

Writes measured_cycles.json: what was predicted, what the core's own counter said, and a digest of
the program that said it. It takes some minutes. Do it when the compiler or its cycle model is meant
to give other programs or figures, and look at what became slower.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NotRequired, TypedDict

import numpy as np

from golden.config import load_config
from honeyguide.sim import SimBuild, build
from scripts.random_networks.judge import Equal, Judged, simulate
from sw.compiler.fastest import compile_network
from sw.compiler.program import MEMORY_BASE, HostPhase, Program, write_program
from tb.build import bench_build
from tests.sw.measured_networks import CONFIGS, NETWORKS

RECORD = Path(__file__).with_name("measured_cycles.json")


class Row(TypedDict):
    """What is recorded of a network: cycles, bytes of memory, a digest, cycles of the RTL."""

    predicted: int
    memory_end: int
    program: str
    measured: NotRequired[int]


Rows = dict[str, Row]  # by network


def planned(program: Program) -> Row:
    """Return what is known of a program before it runs."""
    return {
        "predicted": program.predicted_cycles, "memory_end": program.memory_end,
        "program": digest(program),
    }  # fmt: skip


def digest(program: Program) -> str:
    """Return a name of all that is in memory and all that the core is told, in this order."""
    said = hashlib.sha256()
    for phase in program.phases:
        lines = (
            [f"host {phase.op.layer}"]
            if isinstance(phase, HostPhase)
            else [
                f"{step.layer} {step.instruction.word:08x} {step.instruction.rs1:08x} "
                f"{step.instruction.rs2:08x} {step.part}"
                for step in phase.steps
            ]
        )
        said.update("\n".join([*lines, ""]).encode())
    for address, data in program.image:
        said.update(f"{address:08x} ".encode() + data.tobytes())
    said.update(f"{sorted(program.regions.items())}".encode())
    return said.hexdigest()[:12]


def measured(config: str, names: Iterable[str], folder: Path) -> Rows:
    """Return what networks take; every element of theirs is compared on the way."""
    core = load_config(config)
    every: dict[Path, tuple[str, Judged]] = {}
    rows: Rows = {}
    for number, name in enumerate(names):
        network = NETWORKS[name]()
        program = compile_network(core, network, memory_base=MEMORY_BASE)
        path = folder / f"{number}.net"
        one = Judged(path=path, inputs=path.with_suffix(".npy"), predicted=program.predicted_cycles)
        write_program(one.program, program)
        sizes = sum(network.tensors[index].size for index in network.inputs)
        values = np.random.default_rng(number).integers(-128, 128, (1, sizes)).astype(np.int8)
        np.save(one.inputs, values)
        every[path] = (name, one)
        rows[name] = planned(program)
    ended = simulate(
        [one for _, one in every.values()],
        build=build(SimBuild(**bench_build(config))), core=core, folder=folder / "results",
        seed=1,
    )  # fmt: skip
    for path, (name, _) in every.items():
        end = ended[path]
        assert isinstance(end, Equal), f"{name}: {end}"
        rows[name]["measured"] = end.cycles
    return rows


def main() -> None:
    """Write the record."""
    record: dict[str, Rows] = {}
    for config in CONFIGS:
        with tempfile.TemporaryDirectory() as folder:
            record[config] = measured(config, NETWORKS, Path(folder))
    lines = (
        f"  {json.dumps(config)}: {{\n"
        + ",\n".join(f"    {json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
        + "\n  }"
        for config, rows in record.items()
    )
    RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
