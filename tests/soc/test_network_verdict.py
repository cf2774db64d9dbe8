"""What `make soc` adds to the bench's verdict: completeness, and what is printed."""

from __future__ import annotations

import numpy as np

from golden.config import load_config
from golden.network import run_network
from scripts.runs.model import load_model
from scripts.runs.zoo import mnist_inputs
from scripts.soc.networks import Job, found_by_golden, incomplete, wrong_words
from tb.env.layer_checker import required_elements
from tests.commands.support import MNIST


def job(count: int) -> Job:
    model = load_model(MNIST, load_config("8x8"))
    return Job(name="mnist", model=model, inputs=mnist_inputs()[:count])


def test_a_run_that_compared_less_than_everything_fails() -> None:
    wanted = job(2)
    elements = 2 * required_elements(wanted.model.program)
    assert incomplete(wanted, {"elements": elements}) == []
    assert incomplete(wanted, {"elements": elements - 1}) == [
        f"{elements - 1} of {elements} elements were compared"
    ]
    assert incomplete(wanted, {}) == [f"0 of {elements} elements were compared"]


def test_what_is_printed_of_each_input_is_golden_s() -> None:
    wanted = job(2)
    network, shape = wanted.model.network, wanted.model.input_shape
    outputs = [
        run_network(network, [np.reshape(array, shape)])[network.outputs[0]].reshape(-1)
        for array in wanted.inputs
    ]
    classes = [int(output.argmax()) for output in outputs]
    scores = [int(output.max()) for output in outputs]
    lines = [
        f"input {number}: class {best} ({score}), 9 cycles on Ratel, 0 on the CPU\n"
        for number, (best, score) in enumerate(zip(classes, scores, strict=True))
    ]
    right = f"class {classes[1]} ({scores[1]})"
    assert wrong_words(wanted, "mnist: 2 inputs\n" + "".join(lines)) == []
    for words in (
        f"class {(classes[1] + 1) % 10} ({scores[1]})",  # another class
        f"class {classes[1]} ({scores[1] - 1})",  # another score
        "difference 0",
    ):
        said = lines[0] + lines[1].replace(right, words)
        assert wrong_words(wanted, said) == [
            f"input 1: the firmware printed {words}, golden {right}"
        ]
    for silent in (lines[0], lines[0] + lines[1].replace("input 1", "input 2"), lines[0] * 2):
        assert wrong_words(wanted, silent) == [
            f"input 1: the firmware printed nothing, golden has {right}"
        ]


def test_a_network_without_classes_prints_how_far_its_output_is() -> None:
    given, output = np.array([-128, 127, 5], np.int8), np.array([127, -128, 4], np.int8)
    assert found_by_golden(given, output) == "difference 511"
    assert found_by_golden(given, output[:2]) == "class 0 (127)"
