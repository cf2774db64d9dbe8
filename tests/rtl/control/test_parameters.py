"""A parameter that is not supported stops elaboration, with a message that names it."""

from __future__ import annotations

import subprocess

import pytest

from golden.config import config_names, load_config
from honeyguide.sim.toolchain import clean_environment, verilator
from tb.build import ROOT

UNSUPPORTED = (
    ("Rows", 5), ("Rows", 32), ("Cols", 2), ("SpadDepth", 32), ("SpadDepth", 1000),
    ("SpadDepth", 16384), ("WbufDepth", 32), ("WbufDepth", 3000), ("ParamDepth", 4),
    ("ParamDepth", 512), ("RequantLanes", 3), ("AxiDataWidth", 16), ("AxiDataWidth", 256),
    ("AxiIdWidth", 0), ("AxiIdWidth", 9), ("MaxBurst", 3), ("MaxBurst", 512),
    ("ReadsOutstanding", 3), ("ReadsOutstanding", 17), ("QueueDepth", 3), ("QueueDepth", 8),
    ("WritesOutstanding", 3), ("WritesOutstanding", 17), ("WriteAfterData", 2), ("Windows", 3),
    ("Windows", 1), ("Windows", 17), ("Integrity", 3), ("ClockGate", 2),
    ("XifQueueDepth", 1), ("XifQueueDepth", 16), ("XifIdWidth", 2), ("XifIdWidth", 9),
)  # fmt: skip


def elaborate(parameters: dict[str, int]) -> subprocess.CompletedProcess[str]:
    command = [str(verilator()), "--lint-only", "--top-module", "ratel_parameter_check"]
    command += [f"-G{name}={value}" for name, value in parameters.items()]
    command.append(str(ROOT / "rtl/control/ratel_parameter_check.v"))
    return subprocess.run(
        command, env=clean_environment(), capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(("name", "value"), UNSUPPORTED)
def test_an_unsupported_value_is_named(name: str, value: int) -> None:
    done = elaborate({name: value})
    assert done.returncode != 0
    assert f"ratel_unsupported_{name}_must_be" in done.stderr


@pytest.mark.parametrize("config", config_names())
def test_a_supported_configuration_elaborates(config: str) -> None:
    done = elaborate(load_config(config).verilog_parameters())
    assert done.returncode == 0, done.stderr
