"""The files of bug reports, where they are at hand: each is refused in the sentence it deserves.

Each kind has a test of its own without them (test_refusals.py, tests/commands/test_any_network.py);
here are the very files, in ../shared/reproductions/networks beside the checkout.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from golden.config import load_config
from golden.network import NetworkError
from scripts.runs.bench import bench
from scripts.runs.model import load_model, random_inputs
from scripts.runs.whole import run_whole
from sw.compiler.geometry import CompileError
from tests.commands.support import command, is_one_sentence
from tests.commands.test_any_network import every_element

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "reproductions" / "networks"

REFUSED = {
    "bias_short": r"operator 0 CONV_2D \(tensor 'b'\): it has 4 biases for 8 channels",
    "concat_relu": r"CONCATENATION \(output tensor 'o'\): a fused activation is not supported",
    "conv_3scales": "tensor 'w' has 3 scales for 8 channels on axis 0",
    "conv_axis3_8": "CONV_2D: tensor 'b' has 4 scales for 8 channels",
    "conv_badindex": "CONV_2D: input 2 is tensor 99, the file has 4",
    "conv_noopts": "CONV_2D: its options must be Conv2DOptions, they are none",
    "conv_noout": "CONV_2D has 0 outputs, not 1",
    "conv_ozp_300": r"tensor 'out' has zero point 300, outside of int8 \(-128..127\)",
    "conv_scale_huge": r"its scales make a factor of 5e\+09, which must be below 2\^30",
    "custom_operator": r"CUSTOM\(fake-op-double\) .* is not supported; docs/operators.md",
    "dw_axis0": "DEPTHWISE_CONV_2D: tensor 'w' has 4 scales for 1 channels on axis 0",
    "fc_mult_huge": "the scale of its bias is not input scale times weight scale",
    "logistic_wrongscale": r"LOGISTIC .*: its output must have scale 1/256 and zero point -128",
    "out_is_const": "output 'w' is a constant",
    "pad_neg": r"PAD \(tensor 'p'\): its paddings .* are not all 0 or more",
    "softmax_beta0": "SOFTMAX .*: beta 0 with input scale 0.3 is not supported",
    "wrong_order": "TANH: it reads tensor 'out' before operator 1 CONV_2D writes it",
}
PASSING = ("pad_channels_add_8x8x24", "v_chan_add_self", "v_padonly", "v_spatial_add")
CRASHING = ("dw_bias_m1",)  # the oracle; see test_a_crash_of_the_oracle_ends_in_a_verdict


def reported(name: str) -> Path:
    path = FOLDER / f"{name}.tflite"
    if not path.is_file():
        pytest.skip(f"{path.name} of the reports is not beside this checkout ({FOLDER})")
    return path


@pytest.mark.parametrize("name", REFUSED)
def test_a_reported_file_is_refused_in_one_sentence(name: str) -> None:
    with pytest.raises((NetworkError, CompileError), match=REFUSED[name]) as caught:
        load_model(reported(name), load_config("8x8"))
    text = str(caught.value)
    assert len(text.splitlines()) == 1
    assert f"{name}.tflite" in text


def test_a_command_says_that_sentence(tmp_path: Path) -> None:
    for name in ("run", "compile", "soc"):
        ended = command(name, "--model", reported("conv_badindex"), results=tmp_path)
        assert is_one_sentence(ended), ended.err


@pytest.mark.sim
@pytest.mark.parametrize("name", PASSING)
def test_a_reported_pad_passes_with_every_element_compared(
    name: str, seed: int, tmp_path: Path
) -> None:
    model = load_model(reported(name), load_config("8x8"))
    inputs = random_inputs(model, 2, seed)
    result = run_whole(model, inputs, build=bench(model.core), folder=tmp_path, seed=seed)
    assert result.reasons() == []
    assert result.rtl.comparisons == every_element(result) > 0
    assert result.oracle.judged


@pytest.mark.sim
@pytest.mark.parametrize("name", CRASHING)
def test_a_reported_crash_of_the_oracle_is_said(name: str, seed: int, tmp_path: Path) -> None:
    model = load_model(reported(name), load_config("8x8"))
    inputs = random_inputs(model, 1, seed)
    result = run_whole(model, inputs, build=bench(model.core), folder=tmp_path, seed=seed)
    assert result.rtl.passed
    assert result.rtl.comparisons == every_element(result) > 0
    assert result.reasons() == ["not judged by TensorFlow Lite Micro: it crashed (signal 11)"]


def test_every_file_of_the_reports_is_in_a_list() -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"the files of the reports are not beside this checkout ({FOLDER})")
    names = {path.stem for path in FOLDER.glob("*.tflite")}
    assert names == {*REFUSED, *PASSING, *CRASHING}
