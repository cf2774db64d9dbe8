"""The checker of dependencies: a wrong range, a start that comes too early."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from golden.isa import Instruction
from golden.machine import MemoryWrite, Outcome, StorageRange
from golden.memory import linear_region
from honeyguide.sim import SimBuild, SimRun, SimStatus, run
from honeyguide.sim.stand_in import stand_in
from tb.build import ROOT, bench_build
from tb.env.dependencies import Flight, Known, expected, meet, unpacked

LOAD, EXECUTE, STORE = range(3)


def outcome(*, reads: tuple[str, ...] = (), writes: tuple[str, ...] = ()) -> Outcome:
    """Return an outcome that touches ranges like `spad:3-5`."""

    def ranges(texts: tuple[str, ...]) -> tuple[StorageRange, ...]:
        found = []
        for text in texts:
            what, _, rest = text.partition(":")
            first, _, end = rest.partition("-")
            found.append(StorageRange(what=what, first=int(first), end=int(end)))
        return tuple(found)

    return Outcome(
        instruction=Instruction(0, 0, 0), mnemonic="x", index=0, reads=ranges(reads),
        writes=ranges(writes),
    )  # fmt: skip


def test_ranges_are_read_from_where_the_core_packs_them() -> None:
    bits = 1 | 3 << 1 | 5 << 17 | 1 << 165 | 1 << 166 | 0x80000000 << 167 | 1 << 32 << 199
    words = [bits >> 32 * place & 0xFFFFFFFF for place in range(8)]
    assert unpacked(words) == {"A": (3, 5), "T": (0, 256), "M": (0x80000000, 1 << 32)}


def test_golden_s_ranges_get_the_core_s_names() -> None:
    two = outcome(reads=("spad:1-2", "spad:7-9", "acc:0-1"), writes=("spad:4-5",))
    assert expected(two) == {"A": (1, 2), "B": (7, 9), "D": (4, 5)}
    assert expected(outcome(reads=("spad:1-2", "wbuf:0-3", "pbuf:1-2"))) == {
        "A": (1, 2), "W": (0, 3), "P": (1, 2),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "old_engine", "new", "new_engine", "waits"),
    [
        (outcome(writes=("spad:0-4",)), LOAD, outcome(reads=("spad:3-5",)), EXECUTE, True),
        (outcome(writes=("spad:0-4",)), LOAD, outcome(reads=("spad:4-5",)), EXECUTE, False),
        (outcome(reads=("spad:0-4",)), STORE, outcome(writes=("spad:3-4",)), LOAD, True),
        (outcome(writes=("spad:0-4",)), EXECUTE, outcome(writes=("spad:3-4",)), LOAD, True),
        (outcome(reads=("spad:0-4",)), EXECUTE, outcome(reads=("spad:0-4",)), STORE, False),
        (outcome(writes=("spad:0-4",)), EXECUTE, outcome(reads=("spad:9-10", "spad:3-5")),
         EXECUTE, True),
        (outcome(writes=("spad:0-4",)), EXECUTE, outcome(writes=("spad:0-4",)), EXECUTE, False),
        (outcome(writes=("wbuf:0-4",)), LOAD, outcome(reads=("spad:0-4",)), EXECUTE, False),
    ],
)  # fmt: skip
def test_who_waits_for_whom(
    old: Outcome, old_engine: int, new: Outcome, new_engine: int, waits: bool
) -> None:
    older = Flight(engine=old_engine, known=Known.of(old))
    assert Flight(engine=new_engine, known=Known.of(new)).waits_for(older) == waits


def test_memory_counts_too() -> None:
    assert meet((("memory", 0, 9),), (("memory", 8, 9),))
    assert not meet((("memory", 0, 9),), (("spad", 8, 9),))
    region = linear_region(16, 8)
    assert region.end == 24
    assert MemoryWrite.__dataclass_fields__.keys() >= {"region"}


MISTAKES = {
    "second operand": (
        "control/ratel_overlap.v", "read_after_write = a_after_d || b_after_d;",
        "read_after_write = a_after_d;", "which it depends on",
    ),
    "old second operand": (
        "control/ratel_overlap.v", "d_after_a || d_after_b", "d_after_a", "which it depends on",
    ),
    "range of the second operand": (
        "control/ratel_derive_compute.v", "c_o = {18'd0, base2_i} + {18'd0, blocks_i};",
        "c_o = {18'd0, blocks_i};", "range B is",
    ),
    "first line": (
        "control/ratel_derive_compute.v", "c_o = {18'd0, base_i} + {18'd0, blocks_i};",
        "c_o = {18'd0, base_i} + {18'd0, blocks_i} + 34'd1;", "range A is",
    ),
}  # fmt: skip


@pytest.mark.sim
@pytest.mark.breaks_core
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_dependency_is_found(mistake: str, tmp_path: Path, seed: int) -> None:
    """Most of these change no result in the runs of the suite."""
    file, old, new, said = MISTAKES[mistake]
    shutil.copytree(ROOT / "rtl", tmp_path / "rtl")
    path = tmp_path / "rtl" / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    wanted = {**stand_in(bench_build("8x8"), tmp_path / "rtl"), "design": None}
    result = run(
        SimRun(
            build=SimBuild(**wanted), module="tb.tests.hazards", test="EveryHazard", seed=seed,
            timeout_s=300, results_dir=tmp_path / "run",
            env={"RATEL_CONFIG": "8x8", "RATEL_SPEED": "tile"},
        )
    )  # fmt: skip
    assert result.status is SimStatus.FAIL
    assert said in result.message or said in result.log.read_text(encoding="utf-8")
