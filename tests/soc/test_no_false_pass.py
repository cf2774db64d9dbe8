"""No broken bench of the system may pass: it is judged like every other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden.config import load_config
from honeyguide.sim import SimStatus
from models.tflite_writer import TfliteWriter
from scripts.runs.model import load_model
from scripts.soc.networks import PROGRAM, Job, network_firmware
from tests.soc.support import run_program

pytestmark = [pytest.mark.sim, pytest.mark.slow, pytest.mark.xdist_group("soc")]

BENCHES = "tests.soc.broken_systems"
PROGRAMS = {
    "NeverComparesMemory": "memory was written and never compared",
    "IgnoresMarks": "memory was written and never compared",
}
HELLO = {
    "RunsNothing": "nothing was compared",
    "LogsAnError": "1 ERRORs were logged, first somebody.else",
}


def test_unbroken_programs_pass(seed: int) -> None:
    result = run_program(
        "random.c", module=BENCHES, test="SoundPrograms", seed=seed, RATEL_COUNT="3"
    )
    assert result.passed, result.message


@pytest.mark.parametrize("bench", PROGRAMS)
def test_broken_programs_fail(bench: str, seed: int) -> None:
    result = run_program("random.c", module=BENCHES, test=bench, seed=seed, RATEL_COUNT="3")
    assert result.status is SimStatus.FAIL, result.message
    assert PROGRAMS[bench] in result.message


@pytest.mark.parametrize("bench", HELLO)
def test_a_broken_program_fails(bench: str, seed: int) -> None:
    result = run_program("hello.c", module=BENCHES, test=bench, seed=seed)
    assert result.status is SimStatus.FAIL, result.message
    assert HELLO[bench] in result.message


def test_a_network_whose_layers_nobody_compares_fails(seed: int, tmp_path: Path) -> None:
    writer, random = TfliteWriter("one layer"), np.random.default_rng(1)
    x = writer.add_tensor("image", (1, 12, 12, 8), scale=0.05)
    weights = random.integers(-9, 9, (24, 3, 3, 8))
    w = writer.add_tensor("w", weights.shape, data=weights, scale=0.02)
    y = writer.conv_2d("c", x, w, -1, scale=0.1, zero_point=3)
    path, inputs = tmp_path / "one.tflite", tmp_path / "inputs.npy"
    path.write_bytes(writer.finish(inputs=[x], outputs=[y]))
    arrays = random.integers(-128, 128, (1, 12, 12, 8)).astype(np.int8)
    np.save(inputs, arrays)
    job = Job(name="one", model=load_model(path, load_config("8x8")), inputs=arrays)
    compiled, _ = network_firmware(job, tmp_path)
    settings: dict[str, Any] = {
        "RATEL_FIRMWARE": str(compiled.path), "RATEL_PROGRAM": str(tmp_path / PROGRAM),
        "RATEL_INPUTS": str(inputs), "RATEL_TRACE": "1",
    }  # fmt: skip
    sound = run_program("hello.c", module="tb.soc.network", seed=seed, **settings)
    assert sound.passed, sound.message
    broken = run_program("hello.c", module=BENCHES, test="SkipsLayers", seed=seed, **settings)
    assert broken.status is SimStatus.FAIL, broken.message
    assert "3456 of 3456 elements were not compared as execute wrote them" in broken.message
