"""Firmware on the CPU: every instruction, traps, interrupts, both ports, random programs."""

from __future__ import annotations

import pytest

from honeyguide.sim import SimStatus
from tests.soc.support import run_program

pytestmark = [pytest.mark.sim, pytest.mark.slow, pytest.mark.xdist_group("soc")]

JOBS = ("jobs.c", "job_xif.c", "job_doorbell.c")


@pytest.mark.parametrize(
    ("sources", "stall"),
    [
        (("hello.c",), 0.0),
        (("hello.c",), 0.4),
        (("selftest.c",), 0.0),
        (("traps.c",), 0.0),
        (("traps.c",), 0.3),
        (("interrupts.c",), 0.0),
        (("interrupts.c",), 0.3),
        (JOBS, 0.0),
        (("user.c",), 0.0),
        (("user.c",), 0.3),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else f"stall{value}",
)
def test_program(sources: tuple[str, ...], stall: float, seed: int) -> None:
    result = run_program(*sources, stall=stall, seed=seed)
    assert result.passed, f"{result.message}; log: {result.log}"


def test_a_wrong_exit_code_fails(seed: int) -> None:
    result = run_program("hello.c", seed=seed, RATEL_EXIT="7")
    assert result.status is SimStatus.FAIL
    assert "ended with 0x0, not 0x7" in result.message


def test_a_result_under_a_wrong_id_is_caught_by_the_checkers(seed: int) -> None:
    result = run_program("hello.c", seed=seed, spoil=True)
    assert result.status is SimStatus.FAIL
    assert "cvxif_result_after_commit" in result.message
