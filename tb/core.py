"""What the framework has to know of Ratel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from honeyguide.core import Core, FaultTests, PythonPart
from honeyguide.sim.configurations import configurations, default_configuration

if TYPE_CHECKING:
    from honeyguide.regress.suite import Run

ROOT = Path(__file__).resolve().parents[1]
CONFIGS = ROOT / "spec" / "configs.toml"
# Folders whose pytest files prove something about the core itself.
PROOFS = ("tests/rtl", "tests/sim", "tests/four_state", "tests/golden_machine")

SMOKE = r"test_tile_level\[smoke-LoadAndStore\]"
INSTRUCTIONS = [
    r"tile_level\[instructions-", r"tile_level\[doorbell-", r"tile_level\[registers-",
    r"test_corner\[",
]  # fmt: skip
PROGRAMS = [r"tile_level\[hazards-", r"tile_level\[offload-"]
LAYERS = [r"test_vector_layers\[8x8\]", r"test_mac_layers\[8x8-[0-2]\]"]
MEMORY = [r"tile_level\[memory_port-"]
PINS = [r"pin_level\[doorbell-", r"pin_level\[registers-Interrupts", r"pin_level\[smoke-"]

FAULT_TESTS = FaultTests(
    folders=("tests/sim", "tests/rtl", "tests/soc"),
    left_out=r"test_false_pass|test_replay|test_checkers|_catches|test_axi_memory|/selftest/",
    whole="tests/sim/",
    by_part={
        "control": [SMOKE, *INSTRUCTIONS, *PROGRAMS, *MEMORY, *LAYERS, *PINS],
        "compute": [SMOKE, *LAYERS, r"test_corner\[", *PROGRAMS],
        "memory": [SMOKE, *MEMORY, *PROGRAMS, *LAYERS],
        "adapters": [r"tests/soc/", SMOKE],
        "lib": [SMOKE, *MEMORY, *LAYERS],
        "rtl": [SMOKE, *LAYERS, *PROGRAMS],
    },
    # The default core at the tile level is quick, all of it takes a minute; the pin level is slow,
    # the units alone and other configurations need builds of their own.
    quick=[r"tile_level", r"test_corner\[", *LAYERS],
    slow=[r"pin_level", r"tests/rtl/.*\[8x8", r"tests/rtl/", r"8x8", r""],
    others=r"tests/sim/test_options\.py",
    broken_benches="tests/sim/test_false_pass.py",
    broken_wanted=12,
    copied=("golden", "models", "scripts", "spec", "sw", "tb", "tests", "rtl", "pyproject.toml"),
    # Tests that build networks or firmware, or look for what is stale, look for these.
    linked=(
        "docs",
        "README.md",
        "Makefile",
        "requirements*.txt",
        ".venv",
        "integration",
        "ratel.core",
        "Bender.yml",
    ),
)

_QUICK = ("-m", "not sim and not fuzz and not nightly")
_LONG = ("-m", "not sim and not nightly")
_LIBRARIES = ("numpy", "tflite_micro.python.tflite_micro.runtime")
PARTS = {
    "golden": PythonPart(
        files=("golden/**/*.py",),
        tests=("tests/golden", "tests/golden_machine", "tests/spec", "tests/sw"),
        # Its judge, too, on random operators; what plants mistakes of its own can't tell one more,
        # and what asks the compiler for cycles speaks of another part.
        options=(
            *_LONG, "--ignore=tests/golden/test_fuzz_catches.py",
            "--ignore=tests/sw/test_measured.py",
        ), preload=_LIBRARIES,
    ),
    "compiler": PythonPart(
        files=("sw/compiler/**/*.py",), tests=("tests/sw", "tests/models"),
        options=_QUICK, preload=_LIBRARIES,
    ),
    "bench": PythonPart(
        files=("tb/env/*.py", "tb/honeyguide/env/*.py"),
        tests=("tests/sim", "tests/framework", "tests/regress"),
        options=_QUICK, preload=_LIBRARIES,
    ),
}  # fmt: skip


def bench_build(config: str) -> dict[str, Any]:
    """Return what a simulation of a configuration is built from."""
    from tb.build import bench_build

    return bench_build(config)


def debug_build(config: str) -> dict[str, Any]:
    """Return the same with the recorder of stages."""
    from tb.build import debug_build

    return debug_build(config)


def hdl() -> list[Path]:
    """Return the core's Verilog files."""
    from tb.build import rtl_sources

    return rtl_sources()


def points() -> Mapping[str, tuple[str, ...]]:
    """Return the coverage points with their bins."""
    from tb.coverage.points import POINTS

    return POINTS


def claims() -> Iterator[str]:
    """Yield everything of the specification that the test plan has to name."""
    from golden.config import CoreConfig
    from golden.isa_table import GROUPS, INSTRUCTIONS, Counter, ErrorCode
    from golden.registers_table import REGISTERS

    yield from (f"instruction:{item.name}" for item in (*GROUPS, *INSTRUCTIONS))
    yield from (f"error:{code.name}" for code in ErrorCode if code is not ErrorCode.NONE)
    yield from (f"register:{register.name}" for register in REGISTERS)
    yield from (f"counter:{counter.name}" for counter in Counter)
    yield from (f"parameter:{name}" for name in CoreConfig().verilog_parameters())


def proofs() -> Iterator[str]:
    """Yield the pytest files that prove something about the core, and `prove:` with each proof."""
    from honeyguide.proofs.table import load
    from tb.build import PROOFS as RULES

    yield from (f"prove:{proof.name}" for proof in load(RULES))
    for folder in PROOFS:
        for path in (ROOT / folder).rglob("test_*.py"):
            yield str(path.relative_to(ROOT))


def crash(folder: Path, result: Any) -> dict[str, Any]:
    """Return the first difference of a run whose process died."""
    from tb.env.crash import crash_difference

    return crash_difference(folder, result)


def views() -> Any:
    """Return which signals a wave viewer shows."""
    from tb.waves.signals import VIEWS

    return VIEWS


def shrink(run: Run, folder: Path, seconds: float) -> str:
    """Make a failing run smaller; leave the test that is left, and say how small it is."""
    from tb.shrink.shrink import shrink_run

    return shrink_run(run, folder, seconds)


RATEL = Core(
    top="ratel_tb",
    tests="tb.tests",
    warm=("tb.tests.base", "tb.sequences.scenario", "tb.sequences.corners", "tb.env.coverage"),
    # make run, fuzz, bench and shrink start these
    driven=frozenset({"network", "networks", "kernels", "shrinking"}),
    configurations=lambda: configurations(CONFIGS),
    default=default_configuration(CONFIGS),
    build=bench_build,
    debug_build=debug_build,
    hdl=hdl,
    sources=("golden", "models", "tb", "sw", "spec"),
    suite="spec/regression.toml",
    plan="spec/testplan.toml",
    exclusions="spec/coverage_exclusions.toml",
    kept="spec/pull_request.toml",
    uncovered=("tb/hdl/bench_uncovered.vlt",),
    points=points,
    claims=claims,
    proofs=proofs,
    faults="tests/faults",
    fault_tests=FAULT_TESTS,
    survivors="tests/faults/survivors.toml",
    parts=PARTS,
    observed={"RATEL_TRACE": "stages"},
    crash=crash,
    views=views,
    shrink=shrink,
)
