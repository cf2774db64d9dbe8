"""The rules that are proved hold in the whole core, and so does what the proofs assume of it.

A proof of a module assumes things of its surroundings; here every such assumption is an assertion
in every instance of the module, under the stimulus that reaches most of the core.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from honeyguide.proofs.binding import bind_rules
from honeyguide.proofs.table import load
from honeyguide.sim import SimBuild, SimResult, SimRun, SimStatus, build, run
from honeyguide.sim.stand_in import stand_in
from tb.build import PROOFS, ROOT, ruled_build

pytestmark = pytest.mark.sim

# Not optimised: these runs are short, and to compile takes longest.
RULED = {**ruled_build("8x8"), "quick": True}

RUNS = {
    "layers.AnyLayers": {"RATEL_LAYERS": "6"},
    "hazards.RandomPrograms": {"RATEL_PROGRAMS": "6"},
    "memory_port.ResetInJob": {"RATEL_RESETS": "6"},
    "memory_port.Stalled": {},
    "adversary.Escape": {},
}


def simulate(name: str, folder: Path, where: Path, seed: int) -> SimResult:
    """Run an entry of the suite on a build."""
    file, _, test = name.partition(".")
    return run(
        SimRun(
            build=where, module=f"tb.tests.{file}", test=test, seed=seed, timeout_s=300,
            env={"RATEL_CONFIG": "8x8", "RATEL_SPEED": "tile", **RUNS[name]}, results_dir=folder,
        )
    )  # fmt: skip


@pytest.mark.parametrize("name", RUNS)
def test_rules_and_assumptions_hold_in_the_core(name: str, tmp_path: Path, seed: int) -> None:
    result = simulate(name, tmp_path, build(SimBuild(**RULED)), seed)
    assert result.passed, f"{result.message} (seed {seed}, {result.log})"


@pytest.mark.breaks_core
def test_a_rule_of_an_inner_module_fires(tmp_path: Path, seed: int) -> None:
    """The proofs' own fault of the queue, in the whole core."""
    (proof,) = (entry for entry in load(PROOFS) if entry.module == "ratel_fifo")
    fault = next(item for item in proof.faults if item.breaks == "ready_until_full")
    shutil.copytree(ROOT / "rtl", tmp_path / "rtl")
    file = tmp_path / "rtl" / "lib" / "ratel_fifo.v"
    file.write_text(file.read_text().replace(fault.old, fault.new))
    broken = {**stand_in(RULED, tmp_path / "rtl"), "design": None}
    result = simulate("layers.AnyLayers", tmp_path / "run", build(SimBuild(**broken)), seed)
    assert result.status is SimStatus.FAIL
    assert ".ready_until_full:" in result.message


def test_a_port_that_only_proofs_have_is_not_bound(tmp_path: Path) -> None:
    proofs = load(PROOFS)
    bound = bind_rules(proofs, tmp_path / "bind.sv")
    text = bound[-1].read_text(encoding="utf-8")
    assert text.count("\nbind ") == len({proof.module for proof in proofs}) < len(proofs)
    assert ".entries(" not in text
    assert any(".entries(" in entry.instance(formal=True) for entry in proofs)
