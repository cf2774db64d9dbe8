"""Every protocol assertion fires on a device that breaks its rule, and on no sound one.

Scenarios (checker_benches) break one assertion each; decoders (broken_decoders) are whole devices
that a CPU offloads instructions to, each with one mistake that designers make.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from honeyguide.sim import SimBuild, SimResult, SimRun, SimStatus, build, run
from tb.build import FRAMEWORK, HDL, include_dirs, pin_defines
from tests.sim.broken_decoders import CAUGHT_BY, Decoder
from tests.sim.checker_benches import BROKEN, SOUND

pytestmark = pytest.mark.sim

CHECKERS = [
    *(FRAMEWORK / "checkers" / f"{name}_checker.sv" for name in ("cvxif", "axi", "axil")),
    HDL / "core_checker.sv",
    HDL / "idle_checker.sv",
]


def play(rule: str, folder: Path, *, module: str = "checker_benches") -> SimResult:
    top = "checker_tb"
    sources = [*CHECKERS, FRAMEWORK / "bind_checkers.sv", HDL / f"{top}.sv"]
    where = build(
        SimBuild(top=top, sources=sources, includes=include_dirs(), defines=pin_defines(top))
    )
    return run(
        SimRun(
            build=where, module=f"tests.sim.{module}", env={"RULE": rule},
            results_dir=folder, timeout_s=60,
        )
    )  # fmt: skip


@pytest.mark.parametrize("rule", BROKEN)
def test_assertion_fires(rule: str, tmp_path: Path) -> None:
    result = play(rule, tmp_path)
    assert result.status is SimStatus.FAIL
    assert f".{rule.partition('.')[0]}:" in result.message, result.message


@pytest.mark.parametrize("rule", SOUND)
def test_sound_traffic_passes(rule: str, tmp_path: Path) -> None:
    result = play(rule, tmp_path)
    assert result.passed, result.message


@pytest.mark.parametrize(("decoder", "assertion"), CAUGHT_BY.items())
def test_broken_decoder_is_caught(decoder: str, assertion: str, tmp_path: Path) -> None:
    result = play(decoder, tmp_path, module="broken_decoders")
    assert result.status is SimStatus.FAIL
    assert f".{assertion}:" in result.message, result.message


def test_sound_decoder_passes(tmp_path: Path) -> None:
    result = play(Decoder.__name__, tmp_path, module="broken_decoders")
    assert result.passed, result.message


def test_no_assertion_is_left_out() -> None:
    rule = re.compile(r"(?:`STAYS\(|(?=\w+: assert))(\w+)")
    named = {name for path in CHECKERS for name in rule.findall(path.read_text())}
    assert named == {rule.partition(".")[0] for rule in BROKEN}
