"""A user's mistake gives one sentence that names it, a non-zero exit, and no traceback."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.tflite_writer import TfliteWriter
from tests.commands.support import MNIST, command_here, is_one_sentence


@pytest.mark.parametrize(
    ("name", "words", "said"),
    [
        ("sim", ["--config", "3x3"], "unknown configuration '3x3'; there are 8x8"),
        ("sim", ["--images", "0"], "'0' is not a number of 1 or more"),
        ("sim", ["--images", "501"], "there are 500 test images, not 501"),
        ("sim", ["--images", "many"], "'many' is not a number of 1 or more"),
        ("sim", ["--seed", "-1"], "'-1' is not a seed"),
        ("sim", ["--test", "Nothing"], "unknown test 'Nothing'; there are "),
        ("sim", ["--test", ","], "TEST names no test"),
        ("sim", ["--rtl", "nowhere"], "there is no Verilog file below nowhere"),
        ("sim", ["--colour"], "unrecognized arguments: --colour"),
        ("bench", ["--config", "3x3"], "unknown configuration '3x3'"),
        ("bench", ["--only", "conv9x9"], "unknown kernel 'conv9x9'; there are gemm_32_onchip"),
        ("run", [], "which network?"),
        ("run", ["--model", "nowhere.tflite"], "cannot read the network nowhere.tflite"),
        ("run", ["--model", "Makefile"], "Makefile is not a TensorFlow Lite file"),
        ("run", ["--model", MNIST, "--config", "3x3"], "unknown configuration '3x3'"),
        ("run", ["--model", MNIST, "--input", "nowhere.npy"], "cannot read the inputs nowhere.npy"),
        ("run", ["--model", MNIST, "--input", "Makefile"], "Makefile is not a NumPy file"),
        ("run", ["--model", MNIST, "--stall", "1.5"], "'1.5' is not a number from 0 to 0.9"),
        ("run", ["--model", MNIST, "--count", "0"], "'0' is not a number of 1 or more"),
        ("run", ["--model", MNIST, "--output", "Makefile"], "Makefile is a file"),
        ("run", ["--model", MNIST, "--trace", "docs"], "docs is a folder"),
        ("soc", ["--model", "lenet"], "lenet is neither a file nor one of mnist, "),
        ("soc", ["--model", "mnist", "--count", "500"], "mnist has "),
        ("soc", ["--config", "3x3"], "unknown configuration '3x3'"),
        ("soc", ["--programs", "0"], "'0' is not a number of 1 or more"),
        ("soc", ["--programs", "5", "--model", "mnist"], "PROGRAMS runs random programs, MODEL is"),
        ("soc", ["--program", "quake"], "unknown program 'quake'; there are hello, "),
        ("soc", ["--program", "user", "--count", "2"], "PROGRAM runs one program, COUNT is for"),
        ("soc", ["--first", "5"], "FIRST counts random programs: it needs PROGRAMS"),
        ("compile", [], "which network?"),
        ("compile", ["--model", "nowhere.tflite"], "cannot read the network nowhere.tflite"),
        ("networks", ["--only", "lenet"], "unknown network 'lenet'; there are mnist, alexa"),
        ("networks", ["--stall", "2"], "'2' is not a number from 0 to 0.9"),
    ],
)
def test_a_wrong_word(name: str, words: list[object], said: str, tmp_path: Path) -> None:
    ended = command_here(name, *words, results=tmp_path)
    assert is_one_sentence(ended), ended
    assert said in ended.err


def test_a_truncated_network(tmp_path: Path) -> None:
    path = tmp_path / "short.tflite"
    path.write_bytes(MNIST.read_bytes()[:9000])
    for name in ("run", "compile"):
        ended = command_here(name, "--model", path, results=tmp_path)
        assert is_one_sentence(ended), ended
        assert "short.tflite" in ended.err
        assert "truncated or damaged" in ended.err


def single_operator(path: Path, operator: str, dtype: str) -> Path:
    writer = TfliteWriter(operator)
    x = writer.add_tensor("image", (1, 4), dtype=dtype, scale=0.1)
    y = writer.add_tensor("spectrum", (1, 4), dtype=dtype, scale=0.1)
    writer.add_operator(operator, [x], [y])
    path.write_bytes(writer.finish(inputs=[x], outputs=[y]))
    return path


def test_a_float_network(tmp_path: Path) -> None:
    path = single_operator(tmp_path / "float.tflite", "RELU", "float32")
    ended = command_here("run", "--model", path, results=tmp_path)
    assert is_one_sentence(ended), ended
    assert "'image' is float32; quantise it to int8" in ended.err


def test_an_operator_that_golden_lacks(tmp_path: Path) -> None:
    path = single_operator(tmp_path / "strange.tflite", "COS", "int8")
    ended = command_here("run", "--model", path, results=tmp_path)
    assert is_one_sentence(ended), ended
    assert "operator COS (output tensor 'spectrum') is not supported" in ended.err


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((1, 28, 28, 1), np.uint8), "is uint8; mnist takes int8"),
        (np.zeros((1, 27, 28, 1), np.int8), "has shape (1, 27, 28, 1); mnist takes (1, 28, 28, 1)"),
        (np.zeros((0, 28, 28, 1), np.int8), "holds no input"),
        (np.int8(3), "has shape (); mnist takes"),
    ],
)
def test_inputs_that_do_not_fit(array: np.ndarray, said: str, tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    np.save(path, array)
    ended = command_here("run", "--model", MNIST, "--input", path, results=tmp_path)
    assert is_one_sentence(ended), ended
    assert said in ended.err


def test_more_inputs_than_there_are(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    np.save(path, np.zeros((2, 28, 28, 1), np.int8))
    ended = command_here("run", "--model", MNIST, "--input", path, "--count", 3, results=tmp_path)
    assert is_one_sentence(ended), ended
    assert "holds 2 inputs, not 3" in ended.err
